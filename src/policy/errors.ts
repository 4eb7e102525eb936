import { StillpointError } from "../base/index.ts";

/** Nothing on the host has this name or id. */
export class MachineUnknownError extends StillpointError {
  readonly code = "machine-unknown";
  readonly retry = "after-repair";
  /** All of the asked names that nothing has. */
  readonly names: readonly string[];

  constructor(message: string, names: readonly string[]) {
    super(message);
    this.names = names;
  }
}

/** Several machines have this name; Hyper-V allows it. */
export class MachineAmbiguousError extends StillpointError {
  readonly code = "machine-ambiguous";
  readonly retry = "never";
  /** The ids of the machines that have the name. */
  readonly ids: readonly string[];

  constructor(message: string, ids: readonly string[]) {
    super(message);
    this.ids = ids;
  }
}

/** A rule that says what to keep cannot be understood. */
export class RetentionRuleError extends StillpointError {
  readonly code = "retention-rule-not-understood";
  readonly retry = "never";

  constructor(text: string, wanted: string) {
    super(`Cannot understand "${text}" as a rule for what to keep: ${wanted}`);
  }
}

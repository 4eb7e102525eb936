import { StillpointError } from "../base/index.ts";

/** `host.json` is missing, is no JSON, or says something that no host can be. */
export class SimulatedHostInvalidError extends StillpointError {
  readonly code = "simulated-host-invalid";
  readonly retry = "after-repair";
  /** Where in `host.json`: `machines[0].disks[1].path`; empty for the whole of it. */
  readonly field: string;

  constructor(message: string, facts: { readonly field: string } & ErrorOptions) {
    super(message, { cause: facts.cause });
    this.field = facts.field;
  }
}

/** Somebody asked the simulated host for something that it does not have, or cannot do in its present state. */
export class SimulatedActRefusedError extends StillpointError {
  readonly code = "simulated-act-refused";
  readonly retry = "after-repair";
}

/** The simulated host cannot answer on the network: the port is taken, or the certificate does not fit its key. */
export class SimulatedListenError extends StillpointError {
  readonly code = "simulated-host-cannot-listen";
  readonly retry = "after-repair";
}

/** Another process holds the simulated host's lock for longer than any act takes. */
export class SimulatedHostBusyError extends StillpointError {
  readonly code = "simulated-host-busy";
  readonly retry = "later";
}

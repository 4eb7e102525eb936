import { type Retry, StillpointError } from "../base/index.ts";

/** Why a host's file could not be used. */
export type HostFileReason = "missing" | "exists" | "locked" | "denied" | "full" | "unmapped" | "failed";

const RETRY: Readonly<Record<HostFileReason, Retry>> = {
  missing: "after-repair",
  exists: "after-repair",
  locked: "later",
  denied: "after-repair",
  full: "after-repair",
  unmapped: "after-repair",
  failed: "later",
};

/** A file of the host could not be opened, read or made. */
export class HostFileError extends StillpointError {
  readonly code: `host-file-${HostFileReason}`;
  readonly retry: Retry;
  readonly path: string;
  readonly reason: HostFileReason;

  constructor(
    message: string,
    facts: { readonly path: string; readonly reason: HostFileReason } & ErrorOptions,
  ) {
    super(message, { cause: facts.cause });
    this.path = facts.path;
    this.reason = facts.reason;
    this.code = `host-file-${facts.reason}`;
    this.retry = RETRY[facts.reason];
  }
}

/** Why a program on the host gave no exit code. */
export type HostCommandReason = "missing" | "denied" | "timeout" | "killed" | "failed";

const COMMAND_RETRY: Readonly<Record<HostCommandReason, Retry>> = {
  missing: "after-repair",
  denied: "after-repair",
  timeout: "later",
  killed: "later",
  failed: "later",
};

/** A program could not be started, or did not come to its own end. */
export class HostCommandError extends StillpointError {
  readonly code: `host-command-${HostCommandReason}`;
  readonly retry: Retry;
  readonly program: string;
  readonly reason: HostCommandReason;

  constructor(
    message: string,
    facts: { readonly program: string; readonly reason: HostCommandReason } & ErrorOptions,
  ) {
    super(message, { cause: facts.cause });
    this.program = facts.program;
    this.reason = facts.reason;
    this.code = `host-command-${facts.reason}`;
    this.retry = COMMAND_RETRY[facts.reason];
  }
}

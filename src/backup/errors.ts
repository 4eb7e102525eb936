import { StillpointError } from "../base/index.ts";
import { MachineError, type MachineErrorFacts } from "../hyperv/index.ts";

/** A differencing disk names a parent that is nowhere it says. */
export class DiskParentMissingError extends StillpointError {
  readonly code = "disk-parent-missing";
  readonly retry = "after-repair";
  readonly path: string;

  constructor(message: string, facts: { readonly path: string }) {
    super(message);
    this.path = facts.path;
  }
}

/** The file that lies where the parent should be is another one, or was written since the child was made. */
export class DiskParentMismatchError extends StillpointError {
  readonly code = "disk-parent-mismatch";
  readonly retry = "after-repair";
  readonly path: string;
  readonly parentPath: string;

  constructor(message: string, facts: { readonly path: string; readonly parentPath: string }) {
    super(message);
    this.path = facts.path;
    this.parentPath = facts.parentPath;
  }
}

/** A disk is its own ancestor. */
export class DiskChainCycleError extends StillpointError {
  readonly code = "disk-chain-cycle";
  readonly retry = "after-repair";
  readonly path: string;

  constructor(message: string, facts: { readonly path: string }) {
    super(message);
    this.path = facts.path;
  }
}

/** A chain has more files than any that Hyper-V makes. */
export class DiskChainTooLongError extends StillpointError {
  readonly code = "disk-chain-too-long";
  readonly retry = "never";
  readonly path: string;

  constructor(message: string, facts: { readonly path: string }) {
    super(message);
    this.path = facts.path;
  }
}

/** A file was another one, or had other bytes, after it was read than before: what was read is of no instant. */
export class FileChangedError extends StillpointError {
  readonly code = "file-changed";
  readonly retry = "later";
  readonly path: string;

  constructor(message: string, facts: { readonly path: string } & ErrorOptions) {
    super(message, { cause: facts.cause });
    this.path = facts.path;
  }
}

/** The host named a file that is not there. */
export class MachineFileMissingError extends StillpointError {
  readonly code = "machine-file-missing";
  readonly retry = "after-repair";
  readonly path: string;

  constructor(message: string, facts: { readonly path: string }) {
    super(message);
    this.path = facts.path;
  }
}

/** There is no such folder, or it cannot be looked at. */
export class FolderMissingError extends StillpointError {
  readonly code = "folder-missing";
  readonly retry = "after-repair";
  readonly path: string;

  constructor(message: string, facts: { readonly path: string }) {
    super(message);
    this.path = facts.path;
  }
}

/** A command of the user's, before the machine was held or while it was, did not end with exit code 0. */
export class CommandFailedError extends MachineError {
  readonly code = "command-failed";
  readonly retry = "after-repair";
  readonly stage: "before" | "thaw";
  /** Null where it did not come to its own end. */
  readonly exitCode: number | null;
  /** The end of what it printed. */
  readonly output: string;

  constructor(
    message: string,
    facts: MachineErrorFacts & Pick<CommandFailedError, "stage" | "exitCode" | "output">,
  ) {
    super(message, facts);
    this.stage = facts.stage;
    this.exitCode = facts.exitCode;
    this.output = facts.output;
  }
}

/** A restore point cannot be copied: bytes of the vault that it is in are not what was written, or are gone. */
export class CopySourceDamagedError extends StillpointError {
  readonly code = "copy-source-damaged";
  readonly retry = "after-repair";
  /** The damaged object of the source. */
  readonly object: string;
  readonly point: string;
  /** The file that could not be read; undefined where it is the restore point itself. */
  readonly path: string | undefined;

  constructor(
    message: string,
    facts: Pick<CopySourceDamagedError, "object" | "point" | "path"> & ErrorOptions,
  ) {
    super(message, { cause: facts.cause });
    this.object = facts.object;
    this.point = facts.point;
    this.path = facts.path;
  }
}

/** Source and target of a copy are one vault. */
export class CopySameVaultError extends StillpointError {
  readonly code = "copy-same-vault";
  readonly retry = "never";
}

import { StillpointError } from "../base/index.ts";

/** The folder to restore into holds something already. */
export class RestoreFolderNotEmptyError extends StillpointError {
  readonly code = "restore-folder-not-empty";
  readonly retry = "after-repair";
}

/** A path in the restore point leads out of every folder, or names a place that no restore may write. */
export class RestorePathUnsafeError extends StillpointError {
  readonly code = "restore-path-unsafe";
  readonly retry = "never";
  /** As it stands in the restore point. */
  readonly path: string;

  constructor(message: string, facts: { readonly path: string }) {
    super(message);
    this.path = facts.path;
  }
}

/** The file system here cannot have a file of this name. */
export class RestoreNameUnusableError extends StillpointError {
  readonly code = "restore-name-unusable";
  readonly retry = "after-repair";
  readonly path: string;

  constructor(message: string, facts: { readonly path: string }) {
    super(message);
    this.path = facts.path;
  }
}

/** Two files of the restore point would have one place here. */
export class RestorePathCollisionError extends StillpointError {
  readonly code = "restore-path-collision";
  readonly retry = "after-repair";
  readonly path: string;
  readonly otherPath: string;

  constructor(message: string, facts: { readonly path: string; readonly otherPath: string }) {
    super(message);
    this.path = facts.path;
    this.otherPath = facts.otherPath;
  }
}

/** What was written is not what the restore point says, so it was not kept. */
export class RestoredFileWrongError extends StillpointError {
  readonly code = "restored-file-wrong";
  readonly retry = "after-repair";
  readonly path: string;

  constructor(message: string, facts: { readonly path: string }) {
    super(message);
    this.path = facts.path;
  }
}

/** What is to be written needs more room than there is. */
export class RestoreSpaceShortError extends StillpointError {
  readonly code = "restore-space-short";
  readonly retry = "after-repair";
  readonly neededBytes: number;
  readonly freeBytes: number;

  constructor(facts: { readonly neededBytes: number; readonly freeBytes: number }) {
    const { neededBytes, freeBytes } = facts;
    super(
      `Cannot restore into the folder: ${neededBytes} bytes are to be written, ${freeBytes} are free there`,
    );
    this.neededBytes = neededBytes;
    this.freeBytes = freeBytes;
  }
}

/** A folder lies where a file belongs, or a file where a folder does. */
export class RestorePlaceTakenError extends StillpointError {
  readonly code = "restore-place-taken";
  readonly retry = "after-repair";
  readonly path: string;

  constructor(path: string, kind: "file" | "folder") {
    super(`Cannot restore to "${path}": a ${kind} of this name is there`);
    this.path = path;
  }
}

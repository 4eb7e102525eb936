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

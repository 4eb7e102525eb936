import { type Retry, StillpointError } from "../base/index.ts";

/** The store did not do what it was asked for; asking again may help. */
export class StorageError extends StillpointError {
  readonly code: string = "storage-failed";
  readonly retry: Retry = "later";
}

/** Nothing has this name, although something should. */
export class StorageObjectMissingError extends StorageError {
  override readonly code = "storage-object-missing";
  override readonly retry = "after-repair";
}

/** The name is taken; objects are never overwritten. */
export class StorageObjectExistsError extends StorageError {
  override readonly code = "storage-object-exists";
  override readonly retry = "never";
}

/** The object is shorter than what was asked for. */
export class StorageObjectTruncatedError extends StorageError {
  override readonly code = "storage-object-truncated";
  override readonly retry = "after-repair";
}

/** The store has no space left (or a quota is used up). */
export class StorageFullError extends StorageError {
  override readonly code = "storage-full";
  override readonly retry = "after-repair";
}

/** The store refuses this credential. */
export class StorageDeniedError extends StorageError {
  override readonly code = "storage-denied";
  override readonly retry = "after-repair";
}

/** The place itself is not there: a drive that is not plugged in, a share that is not mounted, a mistyped path. */
export class StorageMissingError extends StorageError {
  override readonly code = "storage-missing";
  override readonly retry = "after-repair";
}

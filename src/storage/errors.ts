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

/** The object is there, and the medium below the store cannot give these bytes of it: a disk with bad sectors. Others may be fine. */
export class StorageUnreadableError extends StorageError {
  override readonly code = "storage-unreadable";
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

/** A lock forbids to delete the object before its time. */
export class StorageLockedError extends StorageError {
  override readonly code = "storage-locked";
  override readonly retry = "after-repair"; // it passes with time, but not while a call is tried again
  /** When the lock ends; undefined when this credential may not ask. */
  readonly until: Temporal.Instant | undefined;

  constructor(message: string, facts: { readonly until?: Temporal.Instant | undefined } & ErrorOptions = {}) {
    super(message, { cause: facts.cause });
    this.until = facts.until;
  }
}

/** The place itself is not there: a drive that is not plugged in, a share that is not mounted, a mistyped path. */
export class StorageMissingError extends StorageError {
  override readonly code = "storage-missing";
  override readonly retry = "after-repair";
}

/** Nobody answered, the answer was lost, or the store is too busy: what was asked for may have been done. */
export class StorageUnreachableError extends StorageError {
  override readonly code = "storage-unreachable";
  override readonly retry = "later";
}

/** Nothing proves that the store is the one that it should be: its certificate is not trusted. */
export class StorageUntrustedError extends StorageError {
  override readonly code = "storage-untrusted";
  override readonly retry = "after-repair";
}

/** The clocks of store and machine are too far apart for signatures. */
export class StorageClockError extends StorageError {
  override readonly code = "storage-clock-wrong";
  override readonly retry = "after-repair";
}

/** The place is in another region than the one that requests are signed for. */
export class StorageRegionError extends StorageError {
  override readonly code = "storage-region-wrong";
  override readonly retry = "after-repair";
  /** The right one, when the store says it. */
  readonly region: string | undefined;

  constructor(message: string, facts: { readonly region?: string | undefined } & ErrorOptions = {}) {
    super(message, { cause: facts.cause });
    this.region = facts.region;
  }
}

/** The object has more bytes than the store takes at once. */
export class StorageObjectTooLargeError extends StorageError {
  override readonly code = "storage-object-too-large";
  override readonly retry = "never";
}

/** The store lacks something that a vault relies on. */
export class StorageUnsuitableError extends StorageError {
  override readonly code = "storage-unsuitable";
  override readonly retry = "after-repair";
  /** The checks that it failed. */
  readonly failed: readonly string[];

  constructor(message: string, facts: { readonly failed?: readonly string[] } & ErrorOptions = {}) {
    super(message, { cause: facts.cause });
    this.failed = facts.failed ?? [];
  }
}

/** The text of a bandwidth limit is none. */
export class BandwidthRuleError extends StorageError {
  override readonly code = "bandwidth-rule-invalid";
  override readonly retry = "never";
}

/** What a store can do beyond the port, asked for by trait instead of by type. */
export interface StorageTraits {
  /** `put` of a name that exists fails in the store itself, also between two programs at the same time. */
  readonly conditionalCreate: boolean;
  /** Objects can be locked against deletion for a time. */
  readonly objectLock: boolean;
  /** Roughly what one call costs, so that callers choose between few large and many small ones. */
  readonly latency: "disk" | "network";
  /** For how long a listing may miss what was put, and show what was deleted, where a store cannot keep what `list` promises. @default 0 */
  readonly listsLateMs?: number | undefined;
}

export interface StorageCallOptions {
  /** Checked before each call; after an abort nothing is changed any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Whether a lock can be lifted before its time by whoever has that right (governance), or by nobody (compliance). */
export type LockMode = "governance" | "compliance";

/** What keeps an object from being deleted, and until when. */
export interface ObjectLock {
  readonly mode: LockMode;
  readonly until: Temporal.Instant;
}

export interface PutOptions extends StorageCallOptions {
  /** For stores with `locks` only; others pass over it. */
  readonly lock?: ObjectLock | undefined;
}

/** What a store with object lock does beyond the port. Its objects have versions: a plain delete hides one, and no more. */
export interface ObjectLocks {
  /** The lock on what the name shows, if any. @throws {StorageObjectMissingError} */
  retention(name: string, options?: StorageCallOptions): Promise<ObjectLock | undefined>;
  /** Locks the object until then, or leaves it when it is locked for longer. @throws {StorageObjectMissingError} */
  retain(name: string, lock: ObjectLock, options?: StorageCallOptions): Promise<void>;
  /** Removes every version for good, then what hid them. Absent already is fine. @throws {StorageLockedError} */
  erase(name: string, options?: StorageCallOptions): Promise<void>;
  /** Names below the prefix that a plain delete has hidden, their versions still being there. */
  hidden(prefix: string, options?: StorageCallOptions): AsyncIterable<string>;
  /** Shows the newest version again. */
  unhide(name: string, options?: StorageCallOptions): Promise<void>;
}

export interface StoredObject {
  readonly name: string;
  readonly sizeBytes: number;
}

/** An object that grows before it has a name; no list and no reader sees it. Disposed of without a name, nothing of it stays. */
export interface ObjectDraft extends AsyncDisposable {
  /** Writes there; the bytes are the caller's again when it resolves. @throws {StorageFullError} */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  /** The draft becomes the object, as if it had been put whole. Called once, last. @throws {StorageObjectExistsError} */
  publish(name: string, options?: StorageCallOptions): Promise<void>;
}

/**
 * Where a vault lives: named immutable objects. Names are `/`-separated ASCII from `[a-z0-9._-]`, at most 200 characters
 * (`isObjectName` has the whole rule); no name is another's folder, so there is never both `a` and `a/b`.
 *
 * Every refusal is a `StorageError`, which says whether a retry can help; wrappers ask it.
 */
export interface Storage extends AsyncDisposable {
  /** How people name the place, without secrets. */
  readonly location: string;
  readonly traits: StorageTraits;
  /** Where objects can be locked. */
  readonly locks?: ObjectLocks | undefined;
  /**
   * Writes a whole object. Durable when it resolves; until then no reader sees any part of it under its name, whatever
   * crashes. Never overwrites. @throws {StorageObjectExistsError} @throws {StorageFullError}
   */
  put(name: string, parts: readonly Uint8Array[], options?: PutOptions): Promise<void>;
  /**
   * Reads a range, or all. The caller owns the bytes. @throws {StorageObjectMissingError}
   * @throws {StorageObjectTruncatedError} when the object ends before the range does.
   */
  get(
    name: string,
    options?: StorageCallOptions & {
      readonly offset?: number | undefined;
      readonly length?: number | undefined;
      /** From the store itself, where a wrapper keeps copies: the bytes of the last answer were damaged. */
      readonly fresh?: true | undefined;
    },
  ): Promise<Uint8Array>;
  /**
   * The plain file of this machine that an object is, where it is one and nothing stands between: other threads may read it by this
   * path. What goes wrong there is asked of `get` again, which knows the words for it.
   */
  fileOf?(name: string): string;
  /**
   * Begins an object that is written piece by piece, where that costs less than to `put` it whole. It goes by what a wrapper does to
   * a `put`, so wrappers have none.
   */
  draft?(): Promise<ObjectDraft>;
  /** The object's size, or undefined when there is none. */
  stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined>;
  /**
   * Every object whose name begins with the prefix, sorted by name. Complete, or it throws: what was there from the
   * first step to the last is listed; what came or went meanwhile may be. Bounded memory.
   */
  list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject>;
  /** Absent already is fine. Gone for good when it resolves. */
  delete(name: string, options?: StorageCallOptions): Promise<void>;
}

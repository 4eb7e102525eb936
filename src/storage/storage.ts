/** What a store can do beyond the port, asked for by trait instead of by type. */
export interface StorageTraits {
  /** `put` of a name that exists fails in the store itself, also between two programs at the same time. */
  readonly conditionalCreate: boolean;
  /** Objects can be locked against deletion for a time. */
  readonly objectLock: boolean;
  /** Roughly what one call costs, so that callers choose between few large and many small ones. */
  readonly latency: "disk" | "network";
}

export interface StorageCallOptions {
  /** Checked before each call; after an abort nothing is changed any more. */
  readonly signal?: AbortSignal | undefined;
}

export interface StoredObject {
  readonly name: string;
  readonly sizeBytes: number;
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
  /**
   * Writes a whole object. Durable when it resolves; until then no reader sees any part of it under its name, whatever
   * crashes. Never overwrites. @throws {StorageObjectExistsError} @throws {StorageFullError}
   */
  put(name: string, parts: readonly Uint8Array[], options?: StorageCallOptions): Promise<void>;
  /**
   * Reads a range, or all. The caller owns the bytes. @throws {StorageObjectMissingError}
   * @throws {StorageObjectTruncatedError} when the object ends before the range does.
   */
  get(
    name: string,
    options?: StorageCallOptions & {
      readonly offset?: number | undefined;
      readonly length?: number | undefined;
    },
  ): Promise<Uint8Array>;
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

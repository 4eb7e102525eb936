import { type Storage, StorageDeniedError, StorageLockedError } from "../../storage/index.ts";

/** Deletes as far as this credential may and locks let, and counts what stayed. */
export class Deletions {
  readonly #storage: Storage;
  /** Objects that this credential may not delete. */
  denied = 0;
  /** Objects that are locked. */
  locked = 0;
  #lockedUntil = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** When the last of those locks ends that say when. */
  get lockedUntil(): string | undefined {
    if (this.#lockedUntil === 0) return undefined;
    return Temporal.Instant.fromEpochMilliseconds(this.#lockedUntil).toString();
  }

  /** False when it may not be. */
  readonly tryDelete = async (object: string): Promise<boolean> => {
    try {
      await this.#storage.delete(object);
      return true;
    } catch (error) {
      if (error instanceof StorageLockedError) {
        this.locked++;
        this.#lockedUntil = Math.max(this.#lockedUntil, error.until?.epochMilliseconds ?? 0);
      } else if (error instanceof StorageDeniedError) this.denied++;
      else throw error;
      return false;
    }
  };
}

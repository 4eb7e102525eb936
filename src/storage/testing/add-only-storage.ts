import { StorageDeniedError } from "../errors.ts";
import type { WantedRange } from "../object-range.ts";
import type { PutOptions, Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";

/** A store whose credential may add, and neither delete nor write over anything. */
export class AddOnlyStorage implements Storage {
  readonly #inner: Storage;
  /** Deletes that were refused. */
  refused = 0;

  constructor(inner: Storage) {
    this.#inner = inner;
  }

  get location(): string {
    return this.#inner.location;
  }

  get traits(): StorageTraits {
    return this.#inner.traits;
  }

  async put(name: string, parts: readonly Uint8Array[], options?: PutOptions): Promise<void> {
    if ((await this.#inner.stat(name)) !== undefined) throw denied("write", name);
    await this.#inner.put(name, parts, options);
  }

  async get(name: string, options?: StorageCallOptions & WantedRange): Promise<Uint8Array> {
    return await this.#inner.get(name, options);
  }

  async stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined> {
    return await this.#inner.stat(name, options);
  }

  list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    return this.#inner.list(prefix, options);
  }

  async delete(name: string): Promise<void> {
    this.refused++;
    await Promise.reject(denied("delete", name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }
}

function denied(verb: string, name: string): StorageDeniedError {
  return new StorageDeniedError(`Cannot ${verb} "${name}": this credential may only add`);
}

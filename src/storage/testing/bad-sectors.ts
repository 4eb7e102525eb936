import { StorageUnreadableError } from "../errors.ts";
import type { WantedRange } from "../object-range.ts";
import type { PutOptions, Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";

/** A store on a disk with bad sectors: whoever reads such a byte of an object gets an error, also where it reads others with it. */
export class BadSectors implements Storage {
  readonly #inner: Storage;
  readonly #bad = new Map<string, number[]>();

  constructor(inner: Storage) {
    this.#inner = inner;
  }

  get location(): string {
    return this.#inner.location;
  }

  get traits(): StorageTraits {
    return this.#inner.traits;
  }

  /** From now on this byte cannot be read. */
  spoil(name: string, at: number): void {
    this.#bad.set(name, [...(this.#bad.get(name) ?? []), at]);
  }

  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    const bytes = await this.#inner.get(name, options);
    const from = options.offset ?? 0;
    if (this.#bad.get(name)?.some((at) => at >= from && at < from + bytes.length) === true) {
      throw new StorageUnreadableError(`Cannot read "${name}": the disk does not give it (EIO)`);
    }
    return bytes;
  }

  async put(name: string, parts: readonly Uint8Array[], options?: PutOptions): Promise<void> {
    await this.#inner.put(name, parts, options);
  }

  async stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined> {
    return await this.#inner.stat(name, options);
  }

  list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    return this.#inner.list(prefix, options);
  }

  async delete(name: string, options?: StorageCallOptions): Promise<void> {
    await this.#inner.delete(name, options);
    this.#bad.delete(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the inner one stays the caller's
  }
}

import { createHash } from "node:crypto";
import { throwIfInterrupted } from "../../base/index.ts";
import { objectRange, partOf, type WantedRange } from "../object-range.ts";
import type {
  ObjectLocks,
  PutOptions,
  Storage,
  StorageCallOptions,
  StorageTraits,
  StoredObject,
} from "../storage.ts";
import type { ObjectCache } from "./object-cache.ts";

export interface CachingOptions {
  readonly cache: ObjectCache;
  /** Whether an object of this name is worth keeping: small, never changed, read at each opening. */
  readonly isKept: (name: string) => boolean;
  /** The SHA-256 that the bytes of this name must have; undefined where a name says nothing of them. */
  readonly digestOf: (name: string) => Uint8Array | undefined;
}

/**
 * A distant store with copies of some objects on this machine. What exists is always the store's to say: lists and looks
 * go there, and so does the first read of everything. Whoever finds a copy's bytes damaged asks with `fresh`. The copies
 * can be deleted at any time.
 */
export class CachingStorage implements Storage {
  readonly #inner: Storage;
  readonly #options: CachingOptions;

  /** Takes over the inner store, and closes it. */
  constructor(inner: Storage, options: CachingOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  get location(): string {
    return this.#inner.location;
  }

  get traits(): StorageTraits {
    return this.#inner.traits;
  }

  get locks(): ObjectLocks | undefined {
    return this.#inner.locks;
  }

  async put(name: string, parts: readonly Uint8Array[], options?: PutOptions): Promise<void> {
    await this.#inner.put(name, parts, options);
    if (this.#options.isKept(name)) await this.#options.cache.write(name, Buffer.concat(parts));
  }

  async get(
    name: string,
    options: StorageCallOptions & WantedRange & { readonly fresh?: true | undefined } = {},
  ): Promise<Uint8Array> {
    if (!this.#options.isKept(name)) return await this.#inner.get(name, options);
    const { offset, length, fresh, signal } = options;
    throwIfInterrupted(signal);
    if (fresh) await this.#options.cache.drop(name);
    const kept = await this.#options.cache.read(name);
    if (kept !== undefined && this.#isRight(name, kept)) {
      return partOf(kept, objectRange(name, kept.length, { offset, length }));
    }
    if (offset !== undefined || length !== undefined) return await this.#inner.get(name, options);
    const bytes = await this.#inner.get(name, options);
    if (this.#isRight(name, bytes)) await this.#options.cache.write(name, bytes);
    return bytes;
  }

  async stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined> {
    return await this.#inner.stat(name, options);
  }

  list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    return this.#inner.list(prefix, options);
  }

  async delete(name: string, options?: StorageCallOptions): Promise<void> {
    await this.#inner.delete(name, options);
    if (this.#options.isKept(name)) await this.#options.cache.drop(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  #isRight(name: string, bytes: Uint8Array): boolean {
    const wanted = this.#options.digestOf(name);
    return wanted === undefined || createHash("sha256").update(bytes).digest().equals(wanted);
  }
}

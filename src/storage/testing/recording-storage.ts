import type { WantedRange } from "../object-range.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";
import { MemoryStorage } from "./memory-storage.ts";

/** A call that changed the store, in the order in which the changes took place. */
export type RecordedCall =
  | { readonly kind: "put"; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: "delete"; readonly name: string };

/**
 * A store in memory that remembers each change, so that a test can see it as it was at any instant: what a crash
 * (of the program, of the machine, of the line) would have left there.
 */
export class RecordingStorage implements Storage {
  readonly #start: MemoryStorage;
  readonly #inner: MemoryStorage;
  readonly #calls: RecordedCall[] = [];
  /** How many calls read: a measure for how much a reader asks of a distant store. */
  reads = 0;

  /** @param start what is there before the first recorded change; it is copied. */
  constructor(start: MemoryStorage = new MemoryStorage()) {
    this.#start = start.clone();
    this.#inner = start.clone();
  }

  get location(): string {
    return this.#inner.location;
  }

  get traits(): StorageTraits {
    return this.#inner.traits;
  }

  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  /** A store of its own with the first `count` changes made. */
  prefix(count: number): MemoryStorage {
    const store = this.#start.clone();
    for (const call of this.#calls.slice(0, count)) {
      store.replace(call.name, call.kind === "put" ? call.bytes : undefined);
    }
    return store;
  }

  async put(name: string, parts: readonly Uint8Array[], options?: StorageCallOptions): Promise<void> {
    const bytes = Uint8Array.from(Buffer.concat(parts));
    await this.#inner.put(name, [bytes], options);
    this.#calls.push({ kind: "put", name, bytes });
  }

  async get(name: string, options?: StorageCallOptions & WantedRange): Promise<Uint8Array> {
    this.reads++;
    return await this.#inner.get(name, options);
  }

  async stat(name: string, options?: StorageCallOptions): Promise<StoredObject | undefined> {
    this.reads++;
    return await this.#inner.stat(name, options);
  }

  list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    this.reads++;
    return this.#inner.list(prefix, options);
  }

  async delete(name: string, options?: StorageCallOptions): Promise<void> {
    const was = await this.#inner.stat(name);
    await this.#inner.delete(name, options);
    if (was !== undefined) this.#calls.push({ kind: "delete", name });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }
}

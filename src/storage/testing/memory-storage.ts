import { throwIfInterrupted } from "../../base/index.ts";
import { StorageFullError, StorageObjectExistsError, StorageObjectMissingError } from "../errors.ts";
import { assertObjectName, assertObjectPrefix } from "../object-name.ts";
import { objectRange, type WantedRange } from "../object-range.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../storage.ts";

export interface MemoryStorageOptions {
  /** The sum of all objects' sizes that it takes. */
  readonly capacityBytes?: number | undefined;
}

/** A store in memory, strict about its contract. Tests look into it and damage it; `put` cannot. */
export class MemoryStorage implements Storage {
  readonly location = "memory";
  readonly traits: StorageTraits = { conditionalCreate: true, objectLock: false, latency: "disk" };
  readonly #objects = new Map<string, Uint8Array>();
  /** May be changed at any time: a disk that fills up, or is made larger. */
  capacityBytes: number;

  constructor(options: MemoryStorageOptions = {}) {
    this.capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY;
  }

  async put(name: string, parts: readonly Uint8Array[], options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    const bytes = Uint8Array.from(Buffer.concat(parts));
    await Promise.resolve();
    throwIfInterrupted(options.signal);
    if (this.#objects.has(name))
      throw new StorageObjectExistsError(`Cannot write "${name}": the name is taken`);
    if (this.usedBytes + bytes.length > this.capacityBytes) {
      throw new StorageFullError(`Cannot write "${name}": no space is left there`);
    }
    this.#objects.set(name, bytes);
  }

  async get(name: string, options: StorageCallOptions & WantedRange = {}): Promise<Uint8Array> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    await Promise.resolve();
    const { offset, length } = objectRange(name, this.peek(name).length, options);
    return this.peek(name).slice(offset, offset + length);
  }

  async stat(name: string, options: StorageCallOptions = {}): Promise<StoredObject | undefined> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    await Promise.resolve();
    const bytes = this.#objects.get(name);
    return bytes && { name, sizeBytes: bytes.length };
  }

  async *list(prefix: string, options: StorageCallOptions = {}): AsyncIterable<StoredObject> {
    assertObjectPrefix(prefix);
    for (const name of this.names().filter((name) => name.startsWith(prefix))) {
      throwIfInterrupted(options.signal);
      await Promise.resolve();
      const bytes = this.#objects.get(name);
      if (bytes !== undefined) yield { name, sizeBytes: bytes.length };
    }
  }

  async delete(name: string, options: StorageCallOptions = {}): Promise<void> {
    assertObjectName(name);
    throwIfInterrupted(options.signal);
    await Promise.resolve();
    this.#objects.delete(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // what it holds stays, so that it can be opened again
  }

  get usedBytes(): number {
    return [...this.#objects.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  }

  /** Sorted; the caller's own. */
  names(): string[] {
    return [...this.#objects.keys()].sort();
  }

  /** The object's own bytes, not a copy: writing to them damages it. @throws {StorageObjectMissingError} */
  peek(name: string): Uint8Array {
    const bytes = this.#objects.get(name);
    if (bytes === undefined) {
      throw new StorageObjectMissingError(`Cannot read "${name}": there is no such object`);
    }
    return bytes;
  }

  /** Puts any bytes under a name, also one that is taken: damage, or a lost object with undefined. */
  replace(name: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) this.#objects.delete(name);
    else this.#objects.set(name, new Uint8Array(bytes)); // a copy, also of a Buffer
  }

  /** Another store with the same objects, of which neither sees the other's changes. */
  clone(): MemoryStorage {
    const copy = new MemoryStorage({ capacityBytes: this.capacityBytes });
    for (const [name, bytes] of this.#objects) copy.replace(name, bytes);
    return copy;
  }
}

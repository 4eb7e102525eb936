import type { ByteStore } from "./byte-source.ts";
import { SourceEndedError } from "./errors.ts";

/** A file in memory: for small structures that are built before they are written, and for tests. */
export class MemoryStore implements ByteStore {
  #bytes: Uint8Array;
  #size: number;

  constructor(initial: Uint8Array = new Uint8Array(0)) {
    this.#bytes = new Uint8Array(initial); // slice() of a Buffer would share its bytes
    this.#size = initial.length;
  }

  get sizeBytes(): number {
    return this.#size;
  }

  /** A copy of everything; the caller owns it. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    if (offset < 0 || offset + target.length > this.#size) {
      throw new SourceEndedError(
        `Cannot read ${target.length} bytes at ${offset}: the file has ${this.#size}`,
      );
    }
    target.set(this.#bytes.subarray(offset, offset + target.length));
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    this.#reserve(offset + bytes.length);
    this.#bytes.set(bytes, offset);
    this.#size = Math.max(this.#size, offset + bytes.length);
  }

  async flush(): Promise<void> {
    // memory has no lower layer
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.#reserve(sizeBytes);
    if (sizeBytes < this.#size) this.#bytes.fill(0, sizeBytes, this.#size);
    this.#size = sizeBytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is held
  }

  #reserve(sizeBytes: number): void {
    if (sizeBytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(sizeBytes, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}

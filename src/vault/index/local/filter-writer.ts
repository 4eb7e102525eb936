import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { LocalIndexDamagedError } from "./errors.ts";
import { bitOf, blockOf, type FilterShape } from "./filter.ts";
import type { Key } from "./keys.ts";
import { FILTER_BLOCK_BYTES } from "./layout.ts";

const WORDS = FILTER_BLOCK_BYTES / 4;
const BLOCKS_IN_MEMORY = 16_384;

/**
 * Makes the filter of keys that come in ascending order: their blocks do too, so what is full goes to a file beside the run. Holds a
 * megabyte, however long the filter is.
 */
export class FilterWriter implements Disposable {
  readonly #shape: FilterShape;
  readonly #path: string;
  readonly #words: Uint32Array;
  readonly #checksums: number[] = [];
  /** The first block that is in memory. */
  #first = 0;
  #file: number | undefined;

  constructor(shape: FilterShape, path: string, blocksInMemory: number = BLOCKS_IN_MEMORY) {
    this.#shape = shape;
    this.#path = path;
    this.#words = new Uint32Array(WORDS * Math.min(shape.blocks, blocksInMemory));
  }

  /** Keys ascend. */
  add(key: Key): void {
    const block = blockOf(key, this.#shape.blocks);
    while (block - this.#first >= this.#words.length / WORDS) this.#spill();
    const first = WORDS * (block - this.#first);
    for (let i = 0; i < this.#shape.probes; i++) {
      const bit = bitOf(key, i);
      const word = first + (bit >>> 5);
      this.#words[word] = (this.#words[word] as number) | (1 << (bit & 31));
    }
  }

  /** The whole filter in order, whole blocks at a time; each part is valid until the next one is asked for. Nothing is added any more. */
  *parts(): Generator<Uint8Array> {
    const { length } = this.#words;
    const last = Math.ceil((WORDS * this.#shape.blocks) / length) - 1;
    while (WORDS * this.#first < length * last) this.#spill();
    const blocksLeft = this.#shape.blocks - this.#first;
    const rest = this.#bytes.slice(0, FILTER_BLOCK_BYTES * blocksLeft);
    for (const [i, checksum] of this.#checksums.entries()) {
      this.#read(i, checksum);
      yield this.#bytes;
    }
    yield rest;
  }

  [Symbol.dispose](): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    rmSync(this.#path, { force: true });
    this.#file = undefined;
  }

  get #bytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer);
  }

  #spill(): void {
    const bytes = this.#bytes;
    this.#file ??= openSync(this.#path, "wx+", 0o600);
    const at = this.#checksums.length * bytes.length;
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.#file, bytes, done, bytes.length - done, at + done);
    this.#checksums.push(crc32(bytes));
    this.#words.fill(0);
    this.#first += this.#words.length / WORDS;
  }

  /** @throws {LocalIndexDamagedError} when it is not what was written */
  #read(number: number, checksum: number): void {
    const bytes = this.#bytes;
    for (let done = 0; done < bytes.length; ) {
      const at = number * bytes.length + done;
      const read = readSync(this.#file as number, bytes, done, bytes.length - done, at);
      if (read === 0) throw new LocalIndexDamagedError(this.#path, "it is cut off");
      done += read;
    }
    if (crc32(bytes) !== checksum) throw new LocalIndexDamagedError(this.#path, "it is not what was written");
  }
}

import { MIB } from "../../../base/index.ts";
import { UNCACHED_BLOCK_BYTES } from "../../../disk/index.ts";
import type { OpenTarget } from "../worker-tasks.ts";
import { writeOpenFile } from "./write-open-file.ts";

/** Of this thread. Memory that can grow has pages of its own, and so begins where one does. */
const gathered = new Uint8Array(new ArrayBuffer(2 * MIB, { maxByteLength: 2 * MIB }));

/**
 * Writes to an open file; where that can be done past the page cache, pieces that are neighbours are gathered and written together. Then
 * no page of the cache is made for what nobody reads again soon, and none of the host's is driven out: docs/decisions/0021. One at a
 * time in a thread. What it gives is false when not all could be written: whoever has words for it writes again.
 */
export class GatheredWriter {
  readonly #descriptor: number;
  #uncached: number | undefined;
  /** What is gathered, in `gathered`: as far behind a block's beginning there as in the file. */
  #from = 0;
  #end = 0;
  /** Where it goes. */
  #offset = 0;

  constructor(target: OpenTarget) {
    this.#descriptor = target.descriptor;
    this.#uncached = target.uncached;
  }

  write(bytes: Uint8Array, offset: number): boolean {
    if (this.#uncached === undefined) return writeOpenFile(bytes, { descriptor: this.#descriptor, offset });
    if (bytes.length === 0) return true; // else it would end what is gathered, wherever it belongs
    if (offset !== this.#offset + (this.#end - this.#from)) {
      if (!this.end()) return false;
      this.#begin(offset);
    }
    for (let done = 0; done < bytes.length; ) {
      const piece = bytes.subarray(done, done + gathered.length - this.#end);
      gathered.set(piece, this.#end);
      this.#end += piece.length;
      done += piece.length;
      if (this.#end === gathered.length && !this.end()) return false;
    }
    return true;
  }

  /** Writes what is gathered still. */
  end(): boolean {
    const [from, end, offset] = [this.#from, this.#end, this.#offset];
    const blocks = roundedUp(from);
    const rest = Math.max(blocks, end - (end % UNCACHED_BLOCK_BYTES));
    this.#begin(offset + end - from);
    return (
      this.#put(gathered.subarray(from, Math.min(blocks, end)), offset) &&
      this.#putBlocks(gathered.subarray(blocks, rest), offset + blocks - from) &&
      this.#put(gathered.subarray(rest, end), offset + rest - from)
    );
  }

  #begin(offset: number): void {
    this.#offset = offset;
    this.#from = offset % UNCACHED_BLOCK_BYTES;
    this.#end = this.#from;
  }

  #putBlocks(bytes: Uint8Array, offset: number): boolean {
    const descriptor = this.#uncached;
    if (descriptor !== undefined && writeOpenFile(bytes, { descriptor, offset })) return true;
    this.#uncached = undefined; // opened, but not done by this file system
    return this.#put(bytes, offset);
  }

  #put(bytes: Uint8Array, offset: number): boolean {
    return writeOpenFile(bytes, { descriptor: this.#descriptor, offset });
  }
}

function roundedUp(at: number): number {
  return Math.ceil(at / UNCACHED_BLOCK_BYTES) * UNCACHED_BLOCK_BYTES;
}

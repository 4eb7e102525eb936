import { type Key, placeOfKey } from "./keys.ts";
import { FILTER_BLOCK_BYTES } from "./layout.ts";

const WORDS = FILTER_BLOCK_BYTES / 4;
const MOST_BITS = 10;
/** Below this a filter turns too few look-ups away to be worth its memory. */
const LEAST_BITS = 2;
const MOST_PROBES = 6;

export interface FilterShape {
  readonly blocks: number;
  readonly probes: number;
}

/** A filter of at most so many bytes; none (no blocks) when that is too little to be of use. */
export function filterShape(count: number, mostBytes: number): FilterShape {
  const bits = Math.min(MOST_BITS, (8 * mostBytes) / Math.max(1, count));
  if (bits < LEAST_BITS) return { blocks: 0, probes: 0 };
  const blocks = Math.max(1, Math.floor((bits * count) / (8 * FILTER_BLOCK_BYTES)));
  return { blocks, probes: Math.max(1, Math.min(MOST_PROBES, Math.round(Math.LN2 * bits))) };
}

/**
 * A blocked Bloom filter: says of most chunks that are not in a run that they are not, and never of one that is. All bits
 * of a chunk lie in one block, blocks in the order of ids.
 */
export class Filter {
  readonly #words: Uint32Array;
  readonly #blocks: number;
  readonly #probes: number;

  constructor({ blocks, probes }: FilterShape) {
    this.#blocks = blocks;
    this.#probes = probes;
    this.#words = new Uint32Array(WORDS * blocks);
  }

  /** What it is written as; a view, for whoever reads it. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer);
  }

  mayHave(key: Key): boolean {
    const first = WORDS * blockOf(key, this.#blocks);
    for (let i = 0; i < this.#probes; i++) {
      const bit = bitOf(key, i);
      if (((this.#words[first + (bit >>> 5)] as number) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

/** The block of a filter in which all bits of a key are. */
export function blockOf(key: Key, blocks: number): number {
  return Math.min(blocks - 1, Math.floor(placeOfKey(key) * blocks));
}

/** A key's bits in its block: each is nine bits of the id that its place does not come from. */
export function bitOf({ b, c }: Key, i: number): number {
  return i < 3 ? (b >>> (9 * i)) & 511 : (c >>> (9 * (i - 3))) & 511;
}

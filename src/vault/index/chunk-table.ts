const PARTITIONS = 256;
const LANES = 4;
const FIRST_SLOTS = 16;
/** A partition grows when it is fuller than this, and only by an eighth: the mean load stays near 0.83. */
const FULLEST = 0.88;
const GROWTH = 1.125;
const TWO_32 = 4294967296;

/** A chunk of a partition: three words of its id, and its number. */
export interface SortedChunk {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly value: number;
}

/**
 * Which chunk is in which frame: 16 bytes a slot, so about 19 bytes a chunk.
 *
 * Open addressing with linear probing in 256 partitions, of which each grows for itself: growing never holds the table
 * twice. A slot is 12 bytes of the id and a number; the partition is one more byte of it.
 *
 * Why not the whole id? 104 bits of a keyed hash that nobody outside can aim at: for 2^24 chunks (1 TiB) looked up in as
 * many, a false hit has a chance of 2^-56. Reading compares all 256 bits, in the frame itself.
 */
export class ChunkTable {
  readonly #partitions: Uint32Array[] = [];
  readonly #used = new Uint32Array(PARTITIONS);
  #size = 0;

  constructor() {
    for (let i = 0; i < PARTITIONS; i++) this.#partitions.push(new Uint32Array(LANES * FIRST_SLOTS));
  }

  /** How many chunks are in it. */
  get size(): number {
    return this.#size;
  }

  /** What the table takes. */
  get memoryBytes(): number {
    return this.#partitions.reduce((sum, slots) => sum + slots.byteLength, 0);
  }

  /** The chunk's number, or undefined. The id is 32 bytes at `at`. */
  get(ids: Uint8Array, at = 0): number | undefined {
    const slots = this.#partitions[ids[at] as number] as Uint32Array;
    const found = slots[find(slots, ids, at) + 3] as number;
    return found === 0 ? undefined : found - 1;
  }

  /** A number for the place of a chunk in the table, below `places`; valid until the next chunk is set. */
  placeOf(ids: Uint8Array, at = 0): number | undefined {
    const partition = ids[at] as number;
    const slots = this.#partitions[partition] as Uint32Array;
    const slot = find(slots, ids, at);
    if (slots[slot + 3] === 0) return undefined;
    let before = 0;
    for (let i = 0; i < partition; i++) before += (this.#partitions[i] as Uint32Array).length;
    return (before + slot) / LANES;
  }

  get places(): number {
    return this.#partitions.reduce((sum, slots) => sum + slots.length, 0) / LANES;
  }

  /** Sets a chunk's number, from 0 to 2^32 - 2; whether the chunk is new. */
  set(ids: Uint8Array, at: number, value: number): boolean {
    const partition = ids[at] as number;
    const slots = this.#partitions[partition] as Uint32Array;
    const slot = find(slots, ids, at);
    const isNew = slots[slot + 3] === 0;
    slots[slot] = lane(ids, at + 1);
    slots[slot + 1] = lane(ids, at + 5);
    slots[slot + 2] = lane(ids, at + 9);
    slots[slot + 3] = value + 1;
    if (isNew) this.#count(partition, slots);
    return isNew;
  }

  /** All chunks of a partition in ascending order, in one object that is filled anew for each. */
  *sorted(partition: number): Generator<SortedChunk> {
    const slots = this.#partitions[partition] as Uint32Array;
    const used: number[] = [];
    for (let slot = 0; slot < slots.length; slot += LANES) if (slots[slot + 3] !== 0) used.push(slot);
    const word = (slot: number, lane: number): number => slots[slot + lane] as number;
    used.sort((x, y) => word(x, 0) - word(y, 0) || word(x, 1) - word(y, 1) || word(x, 2) - word(y, 2));
    const chunk = { a: 0, b: 0, c: 0, value: 0 };
    for (const slot of used) {
      [chunk.a, chunk.b, chunk.c] = [word(slot, 0), word(slot, 1), word(slot, 2)];
      chunk.value = word(slot, 3) - 1;
      yield chunk;
    }
  }

  #count(partition: number, slots: Uint32Array): void {
    this.#size++;
    const used = (this.#used[partition] as number) + 1;
    this.#used[partition] = used;
    const capacity = slots.length / LANES;
    if (used > FULLEST * capacity) this.#partitions[partition] = grown(slots, capacity);
  }
}

/** The first lane of the slot that holds the id, or of the empty slot where it belongs. */
function find(slots: Uint32Array, ids: Uint8Array, at: number): number {
  const a = lane(ids, at + 1);
  const b = lane(ids, at + 5);
  const c = lane(ids, at + 9);
  let slot = home(a, slots.length / LANES);
  while (slots[slot + 3] !== 0) {
    if (slots[slot] === a && slots[slot + 1] === b && slots[slot + 2] === c) return slot;
    slot += LANES;
    if (slot === slots.length) slot = 0;
  }
  return slot;
}

function grown(slots: Uint32Array, capacity: number): Uint32Array {
  const larger = new Uint32Array(LANES * Math.max(capacity + 8, Math.ceil(capacity * GROWTH)));
  for (let from = 0; from < slots.length; from += LANES) {
    if (slots[from + 3] === 0) continue;
    let to = home(slots[from] as number, larger.length / LANES);
    while (larger[to + 3] !== 0) {
      to += LANES;
      if (to === larger.length) to = 0;
    }
    for (let i = 0; i < LANES; i++) larger[to + i] = slots[from + i] as number;
  }
  return larger;
}

/** Ids are evenly spread, so their first lane says how far into the partition they belong. */
function home(a: number, capacity: number): number {
  return LANES * Math.floor((a / TWO_32) * capacity);
}

function lane(ids: Uint8Array, at: number): number {
  return (
    ((ids[at] as number) |
      ((ids[at + 1] as number) << 8) |
      ((ids[at + 2] as number) << 16) |
      ((ids[at + 3] as number) << 24)) >>>
    0
  );
}

import type { SeededEntropy } from "../../src/base/testing/index.ts";
import { type ByteSource, SourceEndedError } from "../../src/disk/index.ts";
import type { SparseMemoryStore } from "../../src/disk/testing/index.ts";

/** Bytes that lie over those of a file. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * A file with patches over it, perhaps cut off or with a tail of zeros. Costs nothing but the patches. Fails when a reader
 * asks for more than a stated number of bytes in one go, or outside the file.
 */
export class MutatedSource implements ByteSource {
  readonly #base: SparseMemoryStore;
  readonly #patches: Patch[] = [];
  readonly #largestRead: number;
  sizeBytes: number;
  largestSeen = 0;

  constructor(base: SparseMemoryStore, largestRead: number) {
    this.#base = base;
    this.#largestRead = largestRead;
    this.sizeBytes = base.sizeBytes;
  }

  patch(bytes: Uint8Array, offset: number): void {
    this.#patches.push({ offset, bytes });
  }

  /** A file of its own with the same bytes, for those who write. */
  toStore(): SparseMemoryStore {
    const store = this.#base.clone();
    for (const { bytes, offset } of this.#patches) store.put(bytes, offset);
    store.resize(this.sizeBytes);
    return store;
  }

  /** What was done to it, for the report of a failure. */
  describe(): string {
    const patches = this.#patches.map(({ offset, bytes }) => {
      const hex = Buffer.from(bytes.subarray(0, 16)).toString("hex");
      return `${offset}:${hex}${bytes.length > 16 ? `…(${bytes.length})` : ""}`;
    });
    return `${this.sizeBytes} bytes (was ${this.#base.sizeBytes}), ${patches.join(" ")}`;
  }

  /** Not counted and not limited: for mutations that build on what is there. */
  async peek(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    await this.#fill(bytes, offset);
    return bytes;
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    this.largestSeen = Math.max(this.largestSeen, target.length);
    if (target.length > this.#largestRead)
      throw new Error(`A read of ${target.length} bytes at ${offset}, and ${this.#largestRead} are allowed`);
    if (!Number.isSafeInteger(offset) || offset < 0) throw new Error(`A read at ${offset}`);
    if (offset + target.length > this.sizeBytes)
      throw new SourceEndedError(`Cannot read ${target.length} bytes at ${offset}: the file ends before`);
    await this.#fill(target, offset);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the base serves many of these
  }

  async #fill(target: Uint8Array, offset: number): Promise<void> {
    const inBase = Math.max(0, Math.min(target.length, this.#base.sizeBytes - offset));
    if (inBase > 0) await this.#base.read(target.subarray(0, inBase), offset);
    target.fill(0, inBase);
    for (const { offset: start, bytes } of this.#patches) {
      const from = Math.max(offset, start);
      const to = Math.min(offset + target.length, start + bytes.length);
      if (from < to) target.set(bytes.subarray(from - start, to - start), from - offset);
    }
  }
}

/** Numbers that tend to be wrong by one, too large, or negative somewhere. */
const NASTY = [0n, 1n, 2n, 7n, 511n, 512n, 4095n, 4096n, 0xffffn, 0x10000n, 0xfffffn, 0x100000n, 0x7fffffffn];
const NASTIER = [
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  2n ** 46n,
  2n ** 52n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** One to eight bytes for a field: a nasty number, a near miss of what is there, or noise. */
export function nastyField(there: Uint8Array, random: SeededEntropy): Uint8Array {
  const view = new DataView(there.slice().buffer);
  const widths = ([1, 2, 4, 8] as const).filter((width) => width <= there.length);
  const width = widths[random.below(widths.length)] ?? 1;
  const isLittle = random.below(2) === 0;
  const bits = BigInt(8 * width);
  const old = BigInt.asUintN(Number(bits), readNumber(view, width, isLittle));
  const nasty = [...NASTY, ...NASTIER];
  const choices = [
    () => nasty[random.below(nasty.length)] ?? 0n,
    () => old + BigInt(random.below(5) - 2),
    () => old ^ (1n << BigInt(random.below(Number(bits)))),
    () => old * 2n,
    () => old << 12n,
    () => BigInt(random.next()) << BigInt(random.below(40)),
  ];
  const value = BigInt.asUintN(Number(bits), (choices[random.below(choices.length)] ?? (() => 0n))());
  const bytes = new Uint8Array(width);
  for (let i = 0; i < width; i++) {
    const shift = BigInt(8 * (isLittle ? i : width - 1 - i));
    bytes[i] = Number((value >> shift) & 0xffn);
  }
  return bytes;
}

function readNumber(view: DataView, width: number, isLittle: boolean): bigint {
  let value = 0n;
  for (let i = 0; i < width; i++) {
    value |= BigInt(view.getUint8(i)) << BigInt(8 * (isLittle ? i : width - 1 - i));
  }
  return value;
}

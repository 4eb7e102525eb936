import { MIB } from "../../base/index.ts";

/** [MS-VHDX] 2.2.5.1.1: states of a payload block. 4 and 5 are not assigned. */
export const PayloadState = Object.freeze({
  notPresent: 0,
  undefined: 1,
  zero: 2,
  unmapped: 3,
  fullyPresent: 6,
  partiallyPresent: 7,
});

/** [MS-VHDX] 2.2.5.1.2: states of a sector bitmap block. */
export const BitmapState = Object.freeze({ notPresent: 0, present: 6 });

const STATE_MASK = 7;
const RESERVED_SHIFT = 3;
const RESERVED_MASK = 0x1ffff;
const OFFSET_SHIFT = 20;
const HIGH_WORD = 2 ** 32;

/** One entry of the block allocation table, [MS-VHDX] 2.2.5.1. */
export interface BlockEntry {
  /** 0 to 7; see `PayloadState` and `BitmapState`. */
  readonly state: number;
  /** Bytes from the file's start, a multiple of 1 MiB. Up to 2^64, and exact: 44 bits times 2^20. */
  readonly fileOffset: number;
  /** Bits 3 to 19; always 0 in a good file. */
  readonly reservedBits: number;
}

/** Interprets the 8 little-endian bytes at `at`. */
export function decodeBlockEntry(view: DataView, at: number): BlockEntry {
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  return {
    state: low & STATE_MASK,
    reservedBits: (low >>> RESERVED_SHIFT) & RESERVED_MASK,
    fileOffset: (high * (HIGH_WORD / MIB) + (low >>> OFFSET_SHIFT)) * MIB,
  };
}

/** Writes the entry's 8 bytes. @throws {TypeError} when the offset is no multiple of 1 MiB. */
export function encodeBlockEntry(
  view: DataView,
  at: number,
  entry: Pick<BlockEntry, "state" | "fileOffset">,
): void {
  const { state, fileOffset } = entry;
  if (fileOffset % MIB !== 0 || (state & STATE_MASK) !== state)
    throw new TypeError(`No block table entry: state ${state}, offset ${fileOffset}`);
  view.setUint32(at, ((fileOffset % HIGH_WORD) | state) >>> 0, true);
  view.setUint32(at + 4, Math.floor(fileOffset / HIGH_WORD), true);
}

/** Whether a payload block in this state has its bytes in the file. */
export function holdsPayload(state: number): boolean {
  return state === PayloadState.fullyPresent || state === PayloadState.partiallyPresent;
}

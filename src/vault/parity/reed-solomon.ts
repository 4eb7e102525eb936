import { inverse, power, times, timesTable } from "./galois-field.ts";

/** How many segments a pack is cut into. */
export const DATA_SEGMENTS = 64;
/** So many segments may be damaged, and all is there again. */
export const PARITY_SEGMENTS = 2;

/** Four bytes of the field are multiplied by x at once. */
const HIGH_BITS = 0x01010101;
const LOW_SEVEN = 0xfefefefe;
const REDUCE = 0x1d;

/**
 * Both parity segments of a stripe, one behind the other: the sum of its segments, and the sum of x^i times segment i, over GF(2^8)
 * (a Reed-Solomon code with the rows 1 and x^i of a Vandermonde matrix, as RAID 6 has it). The stripe is `DATA_SEGMENTS` segments
 * of one length, a multiple of 4, from the beginning of its memory on.
 */
export function parityOf(stripe: Uint8Array): Uint8Array {
  const words = new Int32Array(stripe.buffer, stripe.byteOffset, stripe.length / 4);
  const length = words.length / DATA_SEGMENTS;
  const parity = new Int32Array(PARITY_SEGMENTS * length);
  // by Horner's rule from the last segment to the first, four at a time
  for (let at = words.length - 4 * length; at >= 0; at -= 4 * length) {
    for (let i = 0; i < length; i++) {
      const a = words[at + i] as number;
      const b = words[at + length + i] as number;
      const c = words[at + 2 * length + i] as number;
      const d = words[at + 3 * length + i] as number;
      parity[i] = (parity[i] as number) ^ a ^ b ^ c ^ d;
      const weighed = timesX(timesX(parity[length + i] as number) ^ d) ^ c;
      parity[length + i] = timesX(timesX(weighed) ^ b) ^ a;
    }
  }
  return new Uint8Array(parity.buffer);
}

/**
 * Writes segments of a stripe anew. What stands in their place does not matter; the parity segments that are damaged are
 * undefined. False when too much is damaged.
 */
export function restoreSegments(
  stripe: Uint8Array,
  damaged: readonly number[],
  parity: readonly [Uint8Array | undefined, Uint8Array | undefined],
): boolean {
  const length = stripe.length / DATA_SEGMENTS;
  const segment = (i: number): Uint8Array => stripe.subarray(i * length, (i + 1) * length);
  for (const i of damaged) segment(i).fill(0);
  const [sum, weighed] = parity;
  const [x, y] = damaged;
  if (x === undefined) return true;
  const sound = parityOf(stripe); // of what is left
  const sumGap = sum === undefined ? undefined : xor(sound.subarray(0, length), sum);
  const weighedGap = weighed === undefined ? undefined : xor(sound.subarray(length), weighed);
  if (y === undefined) {
    if (sumGap !== undefined) segment(x).set(sumGap);
    else if (weighedGap !== undefined) segment(x).set(scaled(weighedGap, inverse(power(x))));
    return sumGap !== undefined || weighedGap !== undefined;
  }
  if (damaged.length > PARITY_SEGMENTS || sumGap === undefined || weighedGap === undefined) return false;
  // sumGap = X + Y and weighedGap = x^i X + x^j Y
  const scale = inverse(power(x) ^ power(y));
  const found = xor(scaled(sumGap, times(power(y), scale)), scaled(weighedGap, scale));
  segment(x).set(found);
  segment(y).set(xor(found, sumGap));
  return true;
}

function timesX(word: number): number {
  return ((word << 1) & LOW_SEVEN) ^ Math.imul((word >>> 7) & HIGH_BITS, REDUCE);
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ (b[i] as number));
}

function scaled(bytes: Uint8Array, factor: number): Uint8Array {
  const table = timesTable(factor);
  return bytes.map((byte) => table[byte] as number);
}

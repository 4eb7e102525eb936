export interface BitRange {
  readonly start: number;
  readonly count: number;
  readonly value: 0 | 1;
}

/** Sets a run of bits, lowest bit of a byte first. [MS-VHDX] 2.2.5.2 */
export function setBits(bytes: Uint8Array, { start, count, value }: BitRange): void {
  let bit = start;
  const end = start + count;
  while (bit < end) {
    const index = bit >>> 3;
    if ((bit & 7) === 0 && end - bit >= 8) {
      const whole = (end - bit) >>> 3;
      bytes.fill(value === 1 ? 0xff : 0, index, index + whole);
      bit += 8 * whole;
    } else {
      const mask = 1 << (bit & 7);
      const old = bytes[index] ?? 0;
      bytes[index] = value === 1 ? old | mask : old & ~mask;
      bit += 1;
    }
  }
}

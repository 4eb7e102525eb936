/** A run of sectors, counted in bits of a bitmap. */
export interface SectorRun {
  readonly first: number;
  readonly count: number;
  readonly isPresent: boolean;
}

/** The runs of equal bits in [first, end), lowest bit of a byte first; neighbours differ. [MS-VHDX] 2.2.5.2 */
export function* sectorRuns(bitmap: Uint8Array, first: number, end: number): Generator<SectorRun> {
  let start = first;
  while (start < end) {
    const isPresent = bitAt(bitmap, start);
    const stop = Math.min(end, endOfRun(bitmap, start, end));
    yield { first: start, count: stop - start, isPresent };
    start = stop;
  }
}

function endOfRun(bitmap: Uint8Array, start: number, end: number): number {
  const isPresent = bitAt(bitmap, start);
  const whole = isPresent ? 0xff : 0;
  let bit = start + 1;
  while (bit < end) {
    if ((bit & 7) === 0 && bitmap[bit >>> 3] === whole) bit += 8;
    else if (bitAt(bitmap, bit) === isPresent) bit += 1;
    else return bit;
  }
  return bit;
}

function bitAt(bitmap: Uint8Array, bit: number): boolean {
  return (((bitmap[bit >>> 3] ?? 0) >>> (bit & 7)) & 1) === 1;
}

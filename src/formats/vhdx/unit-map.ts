import { MIB } from "../../base/index.ts";

/** A stretch of whole units, all set or all clear. */
export interface UnitRun {
  readonly offset: number;
  readonly length: number;
  readonly isSet: boolean;
}

/** One bit for each MiB of a file: 64 TiB in 8 MiB of memory. Everything in a VHDX lies on whole MiB. [MS-VHDX] 2.2 */
export class UnitMap {
  readonly #bits: Uint8Array;
  readonly #units: number;

  constructor(sizeBytes: number) {
    this.#units = Math.ceil(sizeBytes / MIB);
    this.#bits = new Uint8Array(Math.ceil(this.#units / 8));
  }

  /** Sets a stretch that begins on a whole MiB; what lies behind the end is left out. False when any was set before. */
  claim(offset: number, length: number): boolean {
    const end = Math.min(this.#units, Math.ceil((offset + length) / MIB));
    let isNew = true;
    for (let unit = offset / MIB; unit < end; unit++) {
      const at = unit >>> 3;
      const bit = 1 << (unit & 7);
      const byte = this.#bits[at] as number;
      if ((byte & bit) !== 0) isNew = false;
      this.#bits[at] = byte | bit;
    }
    return isNew;
  }

  /** Ascending, without gaps, neighbours different; in bytes, rounded up to whole MiB. */
  *runs(): Generator<UnitRun> {
    let start = 0;
    let isSet = this.#has(0);
    for (let unit = 1; unit <= this.#units; unit++) {
      if (unit < this.#units && this.#has(unit) === isSet) continue;
      yield { offset: start * MIB, length: (unit - start) * MIB, isSet };
      start = unit;
      isSet = !isSet;
    }
  }

  #has(unit: number): boolean {
    return (((this.#bits[unit >>> 3] ?? 0) >>> (unit & 7)) & 1) === 1;
  }
}

import { SECTOR_BYTES } from "./layout.ts";

/** Sectors of one block that lie next to each other and have one owner. */
export interface SectorRun {
  /** Bytes from the block's start. */
  readonly offset: number;
  readonly length: number;
  /** Whether this file holds them; else the parent does. */
  readonly isPresent: boolean;
}

/** The runs of a block between two of its byte offsets, which may be any. The first sector is the highest bit of byte 0. */
export function* sectorRuns(bitmap: Uint8Array, from: number, to: number): Iterable<SectorRun> {
  let start = from;
  while (start < to) {
    let sector = Math.floor(start / SECTOR_BYTES);
    const isPresent = hasSector(bitmap, sector);
    do sector = nextSector(bitmap, sector, isPresent);
    while (sector * SECTOR_BYTES < to && hasSector(bitmap, sector) === isPresent);
    const end = Math.min(to, sector * SECTOR_BYTES);
    yield { offset: start, length: end - start, isPresent };
    start = end;
  }
}

/** The sector after this one, or after the whole byte when all of it is alike. */
function nextSector(bitmap: Uint8Array, sector: number, isPresent: boolean): number {
  const isWhole = sector % 8 === 0 && bitmap[sector / 8] === (isPresent ? 0xff : 0);
  return sector + (isWhole ? 8 : 1);
}

function hasSector(bitmap: Uint8Array, sector: number): boolean {
  return (((bitmap[sector >>> 3] ?? 0) >>> (7 - (sector % 8))) & 1) === 1;
}

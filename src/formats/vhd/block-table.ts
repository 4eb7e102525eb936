import { throwIfInterrupted } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import type { VhdDynamicHeader } from "./dynamic-header.ts";
import { VhdDamagedError } from "./errors.ts";
import type { FoundFooter } from "./footer.ts";
import { SECTOR_BYTES, TABLE_ENTRY_BYTES, UNUSED_BLOCK } from "./layout.ts";
import { RecentlyUsed } from "./recently-used.ts";

/** A block that the file holds. */
export interface StoredBlock {
  readonly block: number;
  /** Where its sector bitmap lies; its data follows. */
  readonly bitmapOffset: number;
}

const PAGE_ENTRIES = 16_384;
const KEPT_PAGES = 16;
/** Blocks that are put into file order at a time; the largest VHD of Windows' block size has 1,044,480. */
const SORTED_AT_A_TIME = 131_072;

/** The block allocation table, read in pages of 64 KiB; never held as a whole. */
export class BlockTable {
  readonly #source: ByteSource;
  readonly #header: VhdDynamicHeader;
  readonly #payloadEnd: number;
  readonly #pages: RecentlyUsed<DataView>;
  /** How many blocks the virtual disk has. */
  readonly blockCount: number;
  readonly blockSizeBytes: number;
  /** The sector bitmap in front of each block, rounded up to sectors. */
  readonly bitmapBytes: number;

  constructor(source: ByteSource, header: VhdDynamicHeader, found: FoundFooter) {
    this.#source = source;
    this.#header = header;
    this.#payloadEnd = found.payloadEnd;
    this.#pages = new RecentlyUsed(KEPT_PAGES, async (page) => await this.#readPage(page));
    this.blockSizeBytes = header.blockSizeBytes;
    this.blockCount = Math.ceil(found.footer.currentSizeBytes / header.blockSizeBytes);
    this.bitmapBytes = Math.ceil(header.blockSizeBytes / SECTOR_BYTES / 8 / SECTOR_BYTES) * SECTOR_BYTES;
  }

  /** Where the block's sector bitmap lies, or undefined when the file does not hold the block. */
  async bitmapOffset(block: number): Promise<number | undefined> {
    const page = await this.#pages.get(Math.floor(block / PAGE_ENTRIES));
    return this.#checked(page.getUint32((block % PAGE_ENTRIES) * TABLE_ENTRY_BYTES), block);
  }

  /** All stored blocks, ascending by block, in batches of one page of the table. */
  async *storedBlocks(signal?: AbortSignal): AsyncIterable<readonly StoredBlock[]> {
    for (let first = 0; first < this.blockCount; first += PAGE_ENTRIES) {
      throwIfInterrupted(signal);
      const page = await this.#readPage(first / PAGE_ENTRIES);
      const entries = page.byteLength / TABLE_ENTRY_BYTES;
      const batch: StoredBlock[] = [];
      for (let at = 0; at < entries; at++) {
        const bitmapOffset = this.#checked(page.getUint32(at * TABLE_ENTRY_BYTES), first + at);
        if (bitmapOffset !== undefined) batch.push({ block: first + at, bitmapOffset });
      }
      yield batch;
    }
  }

  /**
   * All stored blocks, ascending by place in the file, in batches. The table is walked several times instead of being
   * held: each walk keeps the lowest places above the former walk's.
   *
   * @throws {VhdDamagedError} when two blocks overlap.
   */
  async *inFileOrder(signal?: AbortSignal): AsyncIterable<readonly StoredBlock[]> {
    let end = 0;
    let seen = 0;
    let total: number;
    do {
      const lowest = new LowestPlaces(SORTED_AT_A_TIME);
      total = 0;
      for await (const batch of this.storedBlocks(signal)) {
        total += batch.length;
        for (const stored of batch) if (stored.bitmapOffset >= end) lowest.offer(stored);
      }
      const sorted = lowest.ascending();
      for (const stored of sorted) {
        if (stored.bitmapOffset < end) throw this.#overlap(`block ${stored.block} and another one`);
        end = stored.bitmapOffset + this.bitmapBytes + this.blockSizeBytes;
      }
      seen += sorted.length;
      // the second of two equal places can fall between two walks: then something is left, and no walk finds it
      if (sorted.length === 0 && seen < total) throw this.#overlap("two blocks");
      yield sorted;
    } while (seen < total);
  }

  #overlap(which: string): VhdDamagedError {
    return new VhdDamagedError(`Cannot use the VHD's block table: ${which} overlap in the file`);
  }

  #checked(sector: number, block: number): number | undefined {
    if (sector === UNUSED_BLOCK) return undefined;
    const at = sector * SECTOR_BYTES;
    if (at < SECTOR_BYTES || at + this.bitmapBytes + this.blockSizeBytes > this.#payloadEnd) {
      throw new VhdDamagedError(
        `Cannot read block ${block} of the VHD: ${at} is no place in the file for it`,
      );
    }
    return at;
  }

  async #readPage(page: number): Promise<DataView> {
    const first = page * PAGE_ENTRIES;
    const entries = Math.min(PAGE_ENTRIES, this.blockCount - first);
    const bytes = new Uint8Array(entries * TABLE_ENTRY_BYTES);
    await this.#source.read(bytes, this.#header.tableOffset + first * TABLE_ENTRY_BYTES);
    return new DataView(bytes.buffer);
  }
}

/** Keeps the stored blocks of the lowest places out of any number that it is offered. */
class LowestPlaces {
  readonly #limit: number;
  #kept: StoredBlock[] = [];
  #below = Number.POSITIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(stored: StoredBlock): void {
    if (stored.bitmapOffset > this.#below) return;
    this.#kept.push(stored);
    if (this.#kept.length >= 2 * this.#limit) this.#trim();
  }

  ascending(): readonly StoredBlock[] {
    this.#trim();
    return this.#kept;
  }

  #trim(): void {
    this.#kept.sort((a, b) => a.bitmapOffset - b.bitmapOffset);
    if (this.#kept.length <= this.#limit) return;
    this.#kept = this.#kept.slice(0, this.#limit);
    this.#below = this.#kept[this.#limit - 1]?.bitmapOffset ?? 0;
  }
}

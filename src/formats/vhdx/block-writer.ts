import { MIB } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import type { BlockAllocator } from "./block-allocator.ts";
import {
  BitmapState,
  type BlockEntry,
  decodeBlockEntry,
  encodeBlockEntry,
  holdsPayload,
  PayloadState,
} from "./block-entry.ts";
import type { EditSession } from "./edit-session.ts";
import { VhdxBlockTableCorruptError } from "./errors.ts";
import type { FileArea } from "./file-header.ts";
import { type BlockGeometry, bitmapEntryIndex, firstSectorBit, payloadEntryIndex } from "./geometry.ts";
import { BITMAP_BLOCK_BYTES, BLOCK_ENTRY_BYTES, LOG_SECTOR_BYTES } from "./layout.ts";
import { sectorRuns } from "./sector-runs.ts";
import { setBits } from "./set-bits.ts";
import type { VhdxFile } from "./vhdx-file.ts";

const BITS_PER_SECTOR = 8 * LOG_SECTOR_BYTES;

export interface BlockWriterOptions {
  readonly store: ByteStore;
  readonly file: VhdxFile;
  readonly session: EditSession;
  readonly allocator: BlockAllocator;
}

/** A stretch of one block: where it begins on the disk and in the block. */
interface BlockStretch {
  readonly block: number;
  readonly offset: number;
  readonly inBlock: number;
  readonly length: number;
}

/**
 * Writes payload, and changes block table and sector bitmaps to match. Payload goes to its place at once, where no entry
 * or bit shows it yet or where the guest asked to have it overwritten; the structures wait for the session's commit.
 */
export class BlockWriter {
  readonly #store: ByteStore;
  readonly #session: EditSession;
  readonly #allocator: BlockAllocator;
  readonly #geometry: BlockGeometry;
  readonly #table: FileArea;
  readonly #kind: "fixed" | "dynamic" | "differencing";
  /** The most sectors of structures that one block's write changes. */
  readonly #sectorsPerBlock: number;

  constructor({ store, file, session, allocator }: BlockWriterOptions) {
    this.#store = store;
    this.#session = session;
    this.#allocator = allocator;
    this.#geometry = file.blockTable.geometry;
    this.#table = file.structure.regions.blockTable;
    this.#kind = file.facts.kind;
    const { blockSizeBytes, logicalSectorBytes } = this.#geometry;
    this.#sectorsPerBlock = 3 + Math.ceil(blockSizeBytes / logicalSectorBytes / BITS_PER_SECTOR);
  }

  /** The session has begun a data change; the range is whole sectors inside the disk. */
  async write(bytes: Uint8Array, offset: number): Promise<void> {
    for (const stretch of this.#stretches(offset, bytes.length)) {
      const from = stretch.offset - offset;
      await this.#writeStretch(stretch, bytes.subarray(from, from + stretch.length));
    }
  }

  /**
   * As `write`. Blocks that the file does not hold are only marked, unless their other sectors are the parent's; else
   * zeros are written.
   */
  async writeZeros(offset: number, length: number): Promise<void> {
    const zeros = new Uint8Array(Math.min(MIB, length));
    for (const stretch of this.#stretches(offset, length)) {
      const { state } = await this.#payloadEntry(stretch.block);
      const showsParent = this.#showsParent(state);
      if (isKnownZero(state) && !showsParent) continue;
      // whatever else an undefined or unmapped block may read as, zeros are allowed: so all of it becomes zeros
      const canBeMarked = showsParent ? this.#coversBlock(stretch) : !holdsPayload(state);
      if (canBeMarked) {
        await this.#session.makeRoom(this.#sectorsPerBlock);
        await this.#setEntry(payloadEntryIndex(this.#geometry, stretch.block), {
          state: PayloadState.zero,
          fileOffset: 0,
        });
        continue;
      }
      for (let done = 0; done < stretch.length; done += zeros.length) {
        const part = zeros.subarray(0, Math.min(zeros.length, stretch.length - done));
        await this.write(part, stretch.offset + done);
      }
    }
  }

  *#stretches(offset: number, length: number): Iterable<BlockStretch> {
    const { blockSizeBytes } = this.#geometry;
    for (let at = offset; at < offset + length; ) {
      const block = Math.floor(at / blockSizeBytes);
      const inBlock = at - block * blockSizeBytes;
      const part = Math.min(offset + length - at, blockSizeBytes - inBlock);
      yield { block, offset: at, inBlock, length: part };
      at += part;
    }
  }

  async #writeStretch(stretch: BlockStretch, bytes: Uint8Array): Promise<void> {
    const { block, inBlock } = stretch;
    const entry = await this.#payloadEntry(block);
    if (entry.state === PayloadState.fullyPresent) {
      await this.#store.write(bytes, entry.fileOffset + inBlock);
      return;
    }
    await this.#session.makeRoom(this.#sectorsPerBlock);
    if (entry.state === PayloadState.partiallyPresent) {
      await this.#requireBitmap(block);
      await this.#store.write(bytes, entry.fileOffset + inBlock);
      await this.#markPresent(stretch, entry);
      return;
    }
    const fileOffset = await this.#allocator.allocate(this.#geometry.blockSizeBytes);
    await this.#store.write(bytes, fileOffset + inBlock);
    const isPartial = this.#showsParent(entry.state) && !this.#coversBlock(stretch);
    // what an earlier life of the block left in the bitmap would show sectors that nobody wrote
    if (isPartial) await this.#markOnly(stretch);
    const state = isPartial ? PayloadState.partiallyPresent : PayloadState.fullyPresent;
    await this.#setEntry(payloadEntryIndex(this.#geometry, block), { state, fileOffset });
  }

  #showsParent(state: number): boolean {
    return this.#kind === "differencing" && state === PayloadState.notPresent;
  }

  #coversBlock({ block, inBlock, length }: BlockStretch): boolean {
    const { blockSizeBytes, virtualSizeBytes } = this.#geometry;
    return inBlock === 0 && length >= Math.min(blockSizeBytes, virtualSizeBytes - block * blockSizeBytes);
  }

  /** Marks the sectors; a block of which no sector is left to the parent needs its bitmap no more. */
  async #markPresent(stretch: BlockStretch, entry: BlockEntry): Promise<void> {
    const { block, inBlock, length } = stretch;
    await this.#setBlockBits(stretch, { inBlock, length, value: 1 });
    if (!(await this.#isAllPresent(block))) return;
    const { fileOffset } = entry;
    const index = payloadEntryIndex(this.#geometry, block);
    await this.#setEntry(index, { state: PayloadState.fullyPresent, fileOffset });
  }

  async #isAllPresent(block: number): Promise<boolean> {
    const { logicalSectorBytes, chunkRatio, blockSizeBytes, virtualSizeBytes } = this.#geometry;
    const bitmap = await this.#bitmapOffset(Math.floor(block / chunkRatio));
    const first = firstSectorBit(this.#geometry, block);
    const length = Math.min(blockSizeBytes, virtualSizeBytes - block * blockSizeBytes);
    const end = first + length / logicalSectorBytes;
    for (let bit = first; bit < end; ) {
      const sector = Math.floor(bit / BITS_PER_SECTOR);
      const bytes = await this.#session.sectors.sector(bitmap + sector * LOG_SECTOR_BYTES);
      const start = bit - sector * BITS_PER_SECTOR;
      const stop = Math.min(BITS_PER_SECTOR, end - sector * BITS_PER_SECTOR);
      const [run] = sectorRuns(bytes, start, stop);
      if (run === undefined || !run.isPresent || run.count < stop - start) return false;
      bit += stop - start;
    }
    return true;
  }

  async #markOnly(stretch: BlockStretch): Promise<void> {
    const { blockSizeBytes } = this.#geometry;
    const end = stretch.inBlock + stretch.length;
    await this.#setBlockBits(stretch, { inBlock: 0, length: stretch.inBlock, value: 0 });
    await this.#setBlockBits(stretch, { inBlock: stretch.inBlock, length: stretch.length, value: 1 });
    await this.#setBlockBits(stretch, { inBlock: end, length: blockSizeBytes - end, value: 0 });
  }

  async #setBlockBits(
    { block }: BlockStretch,
    bits: { readonly inBlock: number; readonly length: number; readonly value: 0 | 1 },
  ): Promise<void> {
    const { logicalSectorBytes, chunkRatio } = this.#geometry;
    const bitmap = await this.#bitmapOffset(Math.floor(block / chunkRatio));
    const first = firstSectorBit(this.#geometry, block) + bits.inBlock / logicalSectorBytes;
    const end = first + bits.length / logicalSectorBytes;
    for (let bit = first; bit < end; ) {
      const sector = Math.floor(bit / BITS_PER_SECTOR);
      const start = bit - sector * BITS_PER_SECTOR;
      const count = Math.min(end - bit, BITS_PER_SECTOR - start);
      await this.#session.sectors.changeSector(bitmap + sector * LOG_SECTOR_BYTES, (bytes) =>
        setBits(bytes, { start, count, value: bits.value }),
      );
      bit += count;
    }
  }

  /** Where the chunk's sector bitmap lies; a new one when it has none. */
  async #bitmapOffset(chunk: number): Promise<number> {
    const index = bitmapEntryIndex(this.#geometry, chunk);
    const entry = await this.#entry(index);
    if (entry.state === BitmapState.present) {
      this.#checkSpace(entry.fileOffset, BITMAP_BLOCK_BYTES);
      return entry.fileOffset;
    }
    const fileOffset = await this.#allocator.allocate(BITMAP_BLOCK_BYTES);
    await this.#setEntry(index, { state: BitmapState.present, fileOffset });
    return fileOffset;
  }

  /** A new bitmap would give all other sectors of the block to the parent. */
  async #requireBitmap(block: number): Promise<void> {
    const chunk = Math.floor(block / this.#geometry.chunkRatio);
    const { state } = await this.#entry(bitmapEntryIndex(this.#geometry, chunk));
    if (state !== BitmapState.present)
      throw new VhdxBlockTableCorruptError(
        `Cannot write block ${block} of the VHDX: the sector bitmap of chunk ${chunk} is missing`,
      );
  }

  async #payloadEntry(block: number): Promise<BlockEntry> {
    const entry = await this.#entry(payloadEntryIndex(this.#geometry, block));
    if (holdsPayload(entry.state)) this.#checkSpace(entry.fileOffset, this.#geometry.blockSizeBytes);
    return entry;
  }

  async #entry(index: number): Promise<BlockEntry> {
    const at = this.#table.offset + index * BLOCK_ENTRY_BYTES;
    const inSector = at % LOG_SECTOR_BYTES;
    const sector = await this.#session.sectors.sector(at - inSector);
    return decodeBlockEntry(new DataView(sector.buffer, sector.byteOffset, sector.length), inSector);
  }

  async #setEntry(index: number, entry: Pick<BlockEntry, "state" | "fileOffset">): Promise<void> {
    const bytes = new Uint8Array(BLOCK_ENTRY_BYTES);
    encodeBlockEntry(new DataView(bytes.buffer), 0, entry);
    await this.#session.sectors.change(this.#table.offset + index * BLOCK_ENTRY_BYTES, bytes);
  }

  /** The opening has walked the whole table; this catches a file that somebody else changes meanwhile. */
  #checkSpace(fileOffset: number, length: number): void {
    if (fileOffset < MIB || fileOffset + length > this.#store.sizeBytes)
      throw new VhdxBlockTableCorruptError(
        `Cannot write the VHDX: a block is said to lie at ${fileOffset}, outside the file`,
      );
  }
}

/** The states of which every reader makes zeros where there is no parent; undefined and unmapped ones may be anything. */
function isKnownZero(state: number): boolean {
  return state === PayloadState.zero || state === PayloadState.notPresent;
}

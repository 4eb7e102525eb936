import { MIB } from "../../base/index.ts";
import {
  type ByteSource,
  type Disk,
  type DiskExtent,
  ExtentCursor,
  readParent,
  SourceEndedError,
} from "../../disk/index.ts";
import { type BlockEntry, holdsPayload, PayloadState } from "./block-entry.ts";
import type { BlockTable } from "./block-table.ts";
import { firstSectorBit } from "./geometry.ts";
import { PageCache } from "./page-cache.ts";
import { type SectorRun, sectorRuns } from "./sector-runs.ts";

/** Bits of a sector bitmap that are looked at in one go: what a page of 64 KiB holds. */
const BITS_PER_PAGE = MIB / 2;

export interface VhdxDiskOptions {
  /** The replayed file; borrowed. */
  readonly source: ByteSource;
  readonly table: BlockTable;
  /** What shows through where the file has nothing; borrowed. May be smaller: zeros behind its end. */
  readonly parent: Disk | undefined;
}

/** A run of sectors of one partially present block, with where it begins on the disk and in the block. */
interface BlockPart extends SectorRun {
  readonly offset: number;
  readonly length: number;
  readonly offsetInBlock: number;
}

/** The guest's view of a VHDX over its parent. Owns nothing: disposing of it does nothing. */
export class VhdxDisk implements Disk {
  readonly sizeBytes: number;
  readonly logicalSectorBytes: number;
  readonly #source: ByteSource;
  readonly #table: BlockTable;
  readonly #parent: Disk | undefined;
  readonly #bitmaps: PageCache;

  constructor(options: VhdxDiskOptions) {
    this.sizeBytes = options.table.geometry.virtualSizeBytes;
    this.logicalSectorBytes = options.table.geometry.logicalSectorBytes;
    this.#source = options.source;
    this.#table = options.table;
    this.#parent = options.parent;
    this.#bitmaps = new PageCache(options.source);
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    if (offset < 0 || offset + target.length > this.sizeBytes)
      throw new SourceEndedError(
        `Cannot read ${target.length} bytes at ${offset}: the disk has ${this.sizeBytes}`,
      );
    const { blockSizeBytes } = this.#table.geometry;
    for (let done = 0; done < target.length; ) {
      const at = offset + done;
      const length = Math.min(target.length - done, blockSizeBytes - (at % blockSizeBytes));
      await this.#readInBlock(target.subarray(done, done + length), at);
      done += length;
    }
  }

  async *extents(): AsyncGenerator<DiskExtent> {
    let open: DiskExtent | undefined;
    for await (const extent of this.#uncoalescedExtents()) {
      if (open !== undefined && open.kind === extent.kind)
        open = { ...open, length: open.length + extent.length };
      else {
        if (open !== undefined) yield open;
        open = extent;
      }
    }
    if (open !== undefined) yield open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the file and the parent belong to whoever opened them
  }

  async #readInBlock(target: Uint8Array, offset: number): Promise<void> {
    const { blockSizeBytes } = this.#table.geometry;
    const block = Math.floor(offset / blockSizeBytes);
    const entry = await this.#table.payload(block);
    if (entry.state === PayloadState.fullyPresent)
      await this.#source.read(target, entry.fileOffset + (offset % blockSizeBytes));
    else if (entry.state === PayloadState.partiallyPresent) await this.#readParts(target, offset, entry);
    else if (entry.state === PayloadState.notPresent) await readParent(this.#parent, target, offset);
    else target.fill(0);
  }

  async #readParts(target: Uint8Array, offset: number, entry: BlockEntry): Promise<void> {
    for await (const part of this.#parts(offset, offset + target.length)) {
      const piece = target.subarray(part.offset - offset, part.offset - offset + part.length);
      if (part.isPresent) await this.#source.read(piece, entry.fileOffset + part.offsetInBlock);
      else await readParent(this.#parent, piece, part.offset);
    }
  }

  /** Divides a stretch of one block by the chunk's sector bitmap; the ends need not lie on sectors. */
  async *#parts(offset: number, end: number): AsyncGenerator<BlockPart> {
    const { geometry } = this.#table;
    const { blockSizeBytes, logicalSectorBytes, chunkRatio } = geometry;
    const block = Math.floor(offset / blockSizeBytes);
    const blockStart = block * blockSizeBytes;
    const bitmapOffset = await this.#table.bitmapOffset(Math.floor(block / chunkRatio));
    const firstBit = firstSectorBit(geometry, block);
    let bit = firstBit + Math.floor((offset - blockStart) / logicalSectorBytes);
    const endBit = firstBit + Math.ceil((end - blockStart) / logicalSectorBytes);
    while (bit < endBit) {
      const pageBit = bit - (bit % BITS_PER_PAGE);
      const page = await this.#bitmaps.tail(bitmapOffset + pageBit / 8);
      const stop = Math.min(endBit, pageBit + BITS_PER_PAGE);
      for (const run of sectorRuns(page, bit - pageBit, stop - pageBit)) {
        const runStart = blockStart + (pageBit + run.first - firstBit) * logicalSectorBytes;
        const from = Math.max(offset, runStart);
        const to = Math.min(end, runStart + run.count * logicalSectorBytes);
        yield { ...run, offset: from, length: to - from, offsetInBlock: from - blockStart };
      }
      bit = stop;
    }
  }

  async *#uncoalescedExtents(): AsyncGenerator<DiskExtent> {
    const { blockSizeBytes } = this.#table.geometry;
    await using parent = this.#parent === undefined ? undefined : new ExtentCursor(this.#parent);
    for await (const run of this.#table.walk()) {
      if (run.kind === "bitmap") continue;
      const offset = run.firstBlock * blockSizeBytes;
      const end = Math.min(this.sizeBytes, offset + run.blockCount * blockSizeBytes);
      if (run.state === PayloadState.partiallyPresent) yield* this.#partialExtents(offset, end, parent);
      else if (run.state === PayloadState.notPresent && parent !== undefined)
        yield* parent.between(offset, end);
      else yield { offset, length: end - offset, kind: holdsPayload(run.state) ? "data" : "zero" };
    }
  }

  async *#partialExtents(
    offset: number,
    end: number,
    parent: ExtentCursor | undefined,
  ): AsyncGenerator<DiskExtent> {
    const { blockSizeBytes } = this.#table.geometry;
    for (let at = offset; at < end; at += blockSizeBytes) {
      for await (const part of this.#parts(at, Math.min(end, at + blockSizeBytes))) {
        if (part.isPresent) yield { offset: part.offset, length: part.length, kind: "data" };
        else if (parent === undefined) yield { offset: part.offset, length: part.length, kind: "zero" };
        else yield* parent.between(part.offset, part.offset + part.length);
      }
    }
  }
}

import {
  type ByteSource,
  type Disk,
  type DiskExtent,
  ExtentCursor,
  readBytes,
  readParent,
  SourceEndedError,
} from "../../disk/index.ts";
import type { BlockTable } from "./block-table.ts";
import { SECTOR_BYTES } from "./layout.ts";
import { RecentlyUsed } from "./recently-used.ts";
import { sectorRuns } from "./sector-bitmap.ts";

/** Bitmaps of 512 bytes for Windows' blocks, at most 64 KiB each. */
const KEPT_BITMAPS = 16;

export interface BlockDiskParts {
  readonly source: ByteSource;
  readonly table: BlockTable;
  readonly sizeBytes: number;
  /** Only with a differencing disk, and then always. The disk does not dispose of it. */
  readonly parent: Disk | undefined;
}

/** What a guest sees of a dynamic or differencing VHD. */
export class BlockDisk implements Disk {
  readonly #source: ByteSource;
  readonly #table: BlockTable;
  readonly #parent: Disk | undefined;
  /** By the offset of the bitmap. */
  readonly #bitmaps: RecentlyUsed<Uint8Array>;
  readonly sizeBytes: number;
  readonly logicalSectorBytes = SECTOR_BYTES;

  constructor(parts: BlockDiskParts) {
    this.#source = parts.source;
    this.#table = parts.table;
    this.#parent = parts.parent;
    this.sizeBytes = parts.sizeBytes;
    this.#bitmaps = new RecentlyUsed(
      KEPT_BITMAPS,
      async (at) => await readBytes(parts.source, at, parts.table.bitmapBytes),
    );
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    if (offset < 0 || offset + target.length > this.sizeBytes) {
      throw new SourceEndedError(
        `Cannot read ${target.length} bytes at ${offset}: the disk has ${this.sizeBytes}`,
      );
    }
    const blockSize = this.#table.blockSizeBytes;
    for (let done = 0; done < target.length; ) {
      const at = offset + done;
      const block = Math.floor(at / blockSize);
      const length = Math.min(target.length - done, (block + 1) * blockSize - at);
      await this.#readInBlock(target.subarray(done, done + length), at, block);
      done += length;
    }
  }

  async *extents(): AsyncIterable<DiskExtent> {
    const blockSize = this.#table.blockSizeBytes;
    await using below = this.#parent === undefined ? undefined : new ExtentCursor(this.#parent);
    let at = 0;
    for await (const batch of this.#table.storedBlocks()) {
      for (const stored of batch) {
        const start = stored.block * blockSize;
        yield* this.#absent(at, start, below);
        const end = Math.min(this.sizeBytes, start + blockSize);
        yield* this.#stored(stored.bitmapOffset, { start, end }, below);
        at = end;
      }
    }
    yield* this.#absent(at, this.sizeBytes, below);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // source and parent belong to whoever opened them
  }

  async #readInBlock(target: Uint8Array, at: number, block: number): Promise<void> {
    const bitmapOffset = await this.#table.bitmapOffset(block);
    if (bitmapOffset === undefined) {
      if (this.#parent === undefined) target.fill(0);
      else await readParent(this.#parent, target, at);
      return;
    }
    const dataOffset = bitmapOffset + this.#table.bitmapBytes;
    const from = at - block * this.#table.blockSizeBytes;
    if (this.#parent === undefined) {
      // a dynamic disk's bitmap may lag behind; the sectors that it does not mark hold zeros
      await this.#source.read(target, dataOffset + from);
      return;
    }
    const bitmap = await this.#bitmaps.get(bitmapOffset);
    for (const run of sectorRuns(bitmap, from, from + target.length)) {
      const part = target.subarray(run.offset - from, run.offset - from + run.length);
      if (run.isPresent) await this.#source.read(part, dataOffset + run.offset);
      else await readParent(this.#parent, part, at - from + run.offset);
    }
  }

  async *#absent(from: number, to: number, below: ExtentCursor | undefined): AsyncIterable<DiskExtent> {
    if (from >= to) return;
    if (below === undefined) yield { offset: from, length: to - from, kind: "zero" };
    else yield* below.between(from, to);
  }

  async *#stored(
    bitmapOffset: number,
    { start, end }: { readonly start: number; readonly end: number },
    below: ExtentCursor | undefined,
  ): AsyncIterable<DiskExtent> {
    if (below === undefined) {
      yield { offset: start, length: end - start, kind: "data" };
      return;
    }
    const bitmap = await this.#bitmaps.get(bitmapOffset);
    for (const run of sectorRuns(bitmap, 0, end - start)) {
      if (run.isPresent) yield { offset: start + run.offset, length: run.length, kind: "data" };
      else yield* below.between(start + run.offset, start + run.offset + run.length);
    }
  }
}

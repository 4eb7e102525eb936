import { MIB } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { BitmapState, type BlockEntry, decodeBlockEntry, holdsPayload, PayloadState } from "./block-entry.ts";
import { VhdxBlockTableCorruptError } from "./errors.ts";
import type { FileArea } from "./file-header.ts";
import { type BlockGeometry, bitmapEntryIndex, payloadEntryIndex } from "./geometry.ts";
import { ALIGNMENT, BITMAP_BLOCK_BYTES, BLOCK_ENTRY_BYTES } from "./layout.ts";
import { PageCache } from "./page-cache.ts";
import type { Tolerance } from "./tolerance.ts";

/** Entries that are walked at a time: 1 MiB of the table. */
const WINDOW_ENTRIES = MIB / BLOCK_ENTRY_BYTES;

/** Neighbouring payload blocks of one state; those that the file holds lie one behind the other. */
export interface PayloadRun {
  readonly kind: "payload";
  readonly firstBlock: number;
  blockCount: number;
  readonly state: number;
  /** Of the first block; meaningless for states without payload. */
  readonly fileOffset: number;
}

/** A sector bitmap block that is present. */
export interface BitmapBlock {
  readonly kind: "bitmap";
  readonly chunk: number;
  readonly fileOffset: number;
}

/** A piece of the table as it lies. */
export interface TableWindow {
  readonly firstIndex: number;
  readonly entryCount: number;
  readonly view: DataView;
}

export interface BlockTableOptions {
  /** The replayed file. */
  readonly source: ByteSource;
  readonly region: FileArea;
  readonly geometry: BlockGeometry;
  readonly hasParent: boolean;
  readonly tolerance: Tolerance;
}

/**
 * The block allocation table, [MS-VHDX] 2.2.5. It is never held whole: single entries come through a cache of 1 MiB,
 * walks read 1 MiB at a time. A table of 64 TiB in blocks of 1 MiB has 512 MiB.
 */
export class BlockTable {
  readonly geometry: BlockGeometry;
  readonly #source: ByteSource;
  readonly #region: FileArea;
  readonly #hasParent: boolean;
  readonly #lenient: boolean;
  readonly #pages: PageCache;

  /** @throws {VhdxBlockTableCorruptError} when the region is too small for the disk. */
  constructor(options: BlockTableOptions) {
    this.geometry = options.geometry;
    this.#source = options.source;
    this.#region = options.region;
    this.#hasParent = options.hasParent;
    this.#lenient = options.tolerance.lenient;
    this.#pages = new PageCache(options.source);
    const needed = options.geometry.entryCount * BLOCK_ENTRY_BYTES;
    if (needed > options.region.length)
      throw corrupt(`its region has ${options.region.length} bytes, and the disk needs ${needed}`);
  }

  /** A payload block's entry, checked. @throws {VhdxBlockTableCorruptError} */
  async payload(block: number): Promise<BlockEntry> {
    const entry = await this.#entry(payloadEntryIndex(this.geometry, block));
    this.#checkPayload(block, entry);
    return entry;
  }

  /** Where the sector bitmap of a chunk lies. @throws {VhdxBlockTableCorruptError} when there is none. */
  async bitmapOffset(chunk: number): Promise<number> {
    const entry = await this.#entry(bitmapEntryIndex(this.geometry, chunk));
    if (entry.state !== BitmapState.present) throw corrupt(`the sector bitmap of chunk ${chunk} is missing`);
    this.#checkSpace(entry.fileOffset, BITMAP_BLOCK_BYTES);
    return entry.fileOffset;
  }

  /** Pieces of the table in order, unchecked. */
  async *windows(): AsyncGenerator<TableWindow> {
    const { entryCount } = this.geometry;
    for (let firstIndex = 0; firstIndex < entryCount; firstIndex += WINDOW_ENTRIES) {
      const count = Math.min(WINDOW_ENTRIES, entryCount - firstIndex);
      const bytes = new Uint8Array(count * BLOCK_ENTRY_BYTES);
      await this.#source.read(bytes, this.#region.offset + firstIndex * BLOCK_ENTRY_BYTES);
      yield { firstIndex, entryCount: count, view: new DataView(bytes.buffer) };
    }
  }

  /** Covers all payload blocks in order, with the sector bitmaps in between. @throws {VhdxBlockTableCorruptError} */
  async *walk(): AsyncGenerator<PayloadRun | BitmapBlock> {
    let open: PayloadRun | undefined;
    for await (const window of this.windows()) {
      for (const found of this.#runsOf(window, open)) {
        if (found.kind === "bitmap") yield found;
        else {
          if (open !== undefined) yield open;
          open = found;
        }
      }
    }
    if (open !== undefined) yield open;
  }

  /** New runs of a window; what continues the open run is added to it. */
  #runsOf(window: TableWindow, open: PayloadRun | undefined): (PayloadRun | BitmapBlock)[] {
    const { chunkRatio, payloadBlocks } = this.geometry;
    const found: (PayloadRun | BitmapBlock)[] = [];
    let last = open;
    for (let i = 0; i < window.entryCount; i++) {
      const index = window.firstIndex + i;
      const chunk = Math.floor(index / (chunkRatio + 1));
      const block = index - chunk;
      const isBitmap = index === bitmapEntryIndex(this.geometry, chunk);
      if (!isBitmap && block >= payloadBlocks) continue;
      const entry = decodeBlockEntry(window.view, i * BLOCK_ENTRY_BYTES);
      if (isBitmap) {
        if (entry.state === BitmapState.present) found.push(this.#bitmap(chunk, entry.fileOffset));
        continue;
      }
      this.#checkPayload(block, entry);
      if (last !== undefined && this.#continues(last, entry)) last.blockCount += 1;
      else {
        last = {
          kind: "payload",
          firstBlock: block,
          blockCount: 1,
          state: entry.state,
          fileOffset: entry.fileOffset,
        };
        found.push(last);
      }
    }
    return found;
  }

  #continues(run: PayloadRun, entry: BlockEntry): boolean {
    if (run.state !== entry.state) return false;
    const end = run.fileOffset + run.blockCount * this.geometry.blockSizeBytes;
    return !holdsPayload(run.state) || end === entry.fileOffset;
  }

  #bitmap(chunk: number, fileOffset: number): BitmapBlock {
    this.#checkSpace(fileOffset, BITMAP_BLOCK_BYTES);
    return { kind: "bitmap", chunk, fileOffset };
  }

  async #entry(index: number): Promise<BlockEntry> {
    const bytes = await this.#pages.view(this.#region.offset + index * BLOCK_ENTRY_BYTES, BLOCK_ENTRY_BYTES);
    return decodeBlockEntry(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0);
  }

  #checkPayload(block: number, entry: BlockEntry): void {
    const { state, fileOffset } = entry;
    if (holdsPayload(state)) {
      this.#checkSpace(fileOffset, this.geometry.blockSizeBytes);
      if (state === PayloadState.partiallyPresent && !this.#hasParent)
        throw corrupt(`block ${block} is partially present, and the disk has no parent`);
    } else if (state > PayloadState.unmapped) throw corrupt(`block ${block} has the unknown state ${state}`);
  }

  #checkSpace(fileOffset: number, length: number): void {
    const end = fileOffset + length;
    if (fileOffset >= ALIGNMENT && end <= this.#source.sizeBytes) return;
    if (this.#lenient && fileOffset >= ALIGNMENT && Number.isSafeInteger(end)) return;
    throw corrupt(`a block ends at ${end}, and the file at ${this.#source.sizeBytes}`);
  }
}

function corrupt(state: string): VhdxBlockTableCorruptError {
  return new VhdxBlockTableCorruptError(`Cannot use the block table of the VHDX: ${state}`);
}

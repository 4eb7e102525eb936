import { MIB } from "../../base/index.ts";
import type { FileLayout, FileSegment, PayloadExtent } from "../../disk/index.ts";
import { holdsPayload } from "./block-entry.ts";
import type { BlockTable } from "./block-table.ts";
import { VhdxBlockTableCorruptError } from "./errors.ts";
import type { FileArea } from "./file-header.ts";
import { BITMAP_BLOCK_BYTES } from "./layout.ts";
import { UnitMap } from "./unit-map.ts";

export interface VhdxLayoutOptions {
  /** The file as it lies, without what a replay would add at its end. */
  readonly sizeBytes: number;
  /** Its replayed block table. */
  readonly table: BlockTable;
  /** Headers, log and regions: no block may lie there. */
  readonly taken: readonly FileArea[];
}

/**
 * Payload is the file space of fully and partially present blocks, whole, also behind the disk's end. Everything else is
 * plain: headers, tables, log, sector bitmaps, space of unmapped blocks, gaps. Walking holds two bits a MiB of file.
 *
 * Walks throw `VhdxBlockTableCorruptError` when a block shares its space, leaves the file or has an unknown state.
 */
export class VhdxLayout implements FileLayout {
  readonly sizeBytes: number;
  readonly #table: BlockTable;
  readonly #taken: readonly FileArea[];

  constructor(options: VhdxLayoutOptions) {
    this.sizeBytes = options.sizeBytes;
    this.#table = options.table;
    this.#taken = options.taken;
  }

  async *payload(): AsyncGenerator<PayloadExtent> {
    let open: PayloadExtent | undefined;
    for await (const extent of this.#checkedPayload()) {
      if (open !== undefined && continues(open, extent))
        open = { ...open, length: open.length + extent.length };
      else {
        if (open !== undefined) yield open;
        open = extent;
      }
    }
    if (open !== undefined) yield open;
  }

  async *segments(): AsyncGenerator<FileSegment> {
    if (this.sizeBytes === 0) return;
    const payload = new UnitMap(this.sizeBytes);
    for await (const extent of this.#checkedPayload()) payload.claim(extent.fileOffset, extent.length);
    for (const run of payload.runs()) {
      const length = Math.min(run.length, this.sizeBytes - run.offset);
      yield { offset: run.offset, length, kind: run.isSet ? "payload" : "plain", cutOrigin: 0 };
    }
  }

  /** One extent a run of the block table, cut at the file's end. */
  async *#checkedPayload(): AsyncGenerator<PayloadExtent> {
    const { blockSizeBytes } = this.#table.geometry;
    const taken = new UnitMap(this.sizeBytes);
    taken.claim(0, MIB);
    for (const area of this.#taken) taken.claim(area.offset, area.length);
    for await (const found of this.#table.walk()) {
      if (found.kind === "bitmap") {
        claim(taken, found.fileOffset, BITMAP_BLOCK_BYTES);
        continue;
      }
      if (!holdsPayload(found.state)) continue;
      const length = found.blockCount * blockSizeBytes;
      claim(taken, found.fileOffset, length);
      const inFile = Math.min(length, this.sizeBytes - found.fileOffset);
      if (inFile > 0)
        yield {
          virtualOffset: found.firstBlock * blockSizeBytes,
          fileOffset: found.fileOffset,
          length: inFile,
        };
    }
  }
}

function claim(taken: UnitMap, offset: number, length: number): void {
  if (!taken.claim(offset, length))
    throw new VhdxBlockTableCorruptError(
      `Cannot use the block table of the VHDX: what lies at ${offset} overlaps something else`,
    );
}

function continues(before: PayloadExtent, next: PayloadExtent): boolean {
  return (
    before.virtualOffset + before.length === next.virtualOffset &&
    before.fileOffset + before.length === next.fileOffset
  );
}

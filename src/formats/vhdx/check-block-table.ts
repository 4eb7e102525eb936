import { MIB } from "../../base/index.ts";
import { BitmapState, type BlockEntry, decodeBlockEntry, holdsPayload, PayloadState } from "./block-entry.ts";
import type { TableWindow } from "./block-table.ts";
import { bitmapEntryIndex } from "./geometry.ts";
import { ALIGNMENT, BITMAP_BLOCK_BYTES, BLOCK_ENTRY_BYTES } from "./layout.ts";
import { UnitMap } from "./unit-map.ts";
import type { VhdxFile } from "./vhdx-file.ts";
import type { VhdxFinding, VhdxFindingCode } from "./vhdx-finding.ts";

/** Walks the block table once and names every entry that breaks a rule of [MS-VHDX] 2.2.5. Two bits a MiB of file. */
export async function* checkBlockTable(file: VhdxFile): AsyncGenerator<VhdxFinding> {
  const check = new BlockTableCheck(file);
  for await (const window of file.blockTable.windows()) yield* check.window(window);
}

class BlockTableCheck {
  readonly #file: VhdxFile;
  readonly #taken: UnitMap;
  /** The chunk being walked has a block that needs its sector bitmap. */
  #needsBitmap = false;

  constructor(file: VhdxFile) {
    this.#file = file;
    const { log, regions } = file.structure;
    this.#taken = new UnitMap(file.source.sizeBytes);
    this.#taken.claim(0, MIB);
    for (const area of [log, regions.blockTable, regions.metadata, ...regions.others])
      if (area !== undefined) this.#taken.claim(area.offset, area.length);
  }

  *window(window: TableWindow): Generator<VhdxFinding> {
    const { geometry } = this.#file.blockTable;
    for (let i = 0; i < window.entryCount; i++) {
      const index = window.firstIndex + i;
      const entry = decodeBlockEntry(window.view, i * BLOCK_ENTRY_BYTES);
      const chunk = Math.floor(index / (geometry.chunkRatio + 1));
      if (entry.reservedBits !== 0)
        yield damage("reserved-bits-set", `Entry ${index} of the block table has reserved bits set`);
      if (index === bitmapEntryIndex(geometry, chunk)) yield* this.#bitmap(chunk, entry);
      else yield* this.#payload(index - chunk, entry);
    }
  }

  *#payload(block: number, entry: BlockEntry): Generator<VhdxFinding> {
    const { state, fileOffset } = entry;
    const { blockSizeBytes } = this.#file.blockTable.geometry;
    const name = `Block ${block}`;
    const isPartial = state === PayloadState.partiallyPresent;
    const isUnknown = !holdsPayload(state) && state > PayloadState.unmapped;
    if (isUnknown || (isPartial && this.#file.facts.kind !== "differencing"))
      yield damage("block-state-unknown", `${name} has the state ${state}, which means nothing here`);
    if (isPartial) this.#needsBitmap = true;
    const keepsSpace = state === PayloadState.undefined || state === PayloadState.unmapped;
    if (holdsPayload(state) || (keepsSpace && fileOffset !== 0))
      yield* this.#claim(name, fileOffset, blockSizeBytes);
  }

  *#bitmap(chunk: number, entry: BlockEntry): Generator<VhdxFinding> {
    const name = `The sector bitmap of chunk ${chunk}`;
    const isPresent = entry.state === BitmapState.present;
    if (!isPresent && entry.state !== BitmapState.notPresent)
      yield damage("block-state-unknown", `${name} has the state ${entry.state}, which means nothing`);
    if (!isPresent && this.#needsBitmap)
      yield damage("sector-bitmap-missing", `${name} is missing, and blocks of the chunk need it`);
    if (isPresent) yield* this.#claim(name, entry.fileOffset, BITMAP_BLOCK_BYTES);
    this.#needsBitmap = false;
  }

  *#claim(name: string, offset: number, length: number): Generator<VhdxFinding> {
    const { sizeBytes } = this.#file.source;
    if (offset < ALIGNMENT || offset + length > sizeBytes)
      yield damage(
        "block-outside-file",
        `${name} has ${length} bytes at ${offset}, and the file has ${sizeBytes}`,
      );
    else if (!this.#taken.claim(offset, length))
      yield damage("blocks-overlap", `${name} at ${offset} shares its space with something else`);
  }
}

function damage(code: VhdxFindingCode, message: string): VhdxFinding {
  return { code, severity: "damage", message };
}

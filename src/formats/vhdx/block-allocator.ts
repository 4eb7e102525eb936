import { MIB } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import type { VhdxStructure } from "./vhdx-file.ts";

/**
 * Gives out space at the file's end, in whole MiB. What it gives reads as zeros. Space that no entry of the block table
 * names any more is not looked for: only the end is known to be nobody's and to be zero.
 */
export class BlockAllocator {
  readonly #store: ByteStore;
  #end: number;

  constructor(store: ByteStore, structure: VhdxStructure) {
    const { log, regions } = structure;
    const areas = [
      regions.blockTable,
      regions.metadata,
      ...regions.others,
      ...(log === undefined ? [] : [log]),
    ];
    this.#store = store;
    // an empty log may lie behind the end of the file
    this.#end = Math.max(...areas.map((area) => area.offset + area.length));
  }

  /** The file offset of so many bytes; the file is longer when this resolves, durably so after the next flush. */
  async allocate(length: number): Promise<number> {
    const at = Math.ceil(Math.max(this.#end, this.#store.sizeBytes) / MIB) * MIB;
    await this.#store.truncate(at + length);
    this.#end = at + length;
    return at;
  }
}

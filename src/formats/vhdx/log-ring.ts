import type { ByteSource } from "../../disk/index.ts";
import { VhdxLogCorruptError } from "./errors.ts";
import type { FileArea } from "./file-header.ts";
import { LOG_SECTOR_BYTES } from "./layout.ts";
import { PageCache } from "./page-cache.ts";

/** An honest log is looked through once and validated at most twice; a forged one could ask for its square. */
const MAX_ROUNDS = 8;

/** The log's sectors of 4 KiB, in a ring. [MS-VHDX] 2.3.1 */
export class LogRing {
  readonly area: FileArea;
  readonly #pages: PageCache;
  #sectorsLeft: number;

  constructor(source: ByteSource, area: FileArea) {
    this.area = area;
    this.#pages = new PageCache(source);
    this.#sectorsLeft = (MAX_ROUNDS * area.length) / LOG_SECTOR_BYTES;
  }

  /** Where in the file the sector lies that is so many bytes into the log; wraps at the end. */
  fileOffset(at: number): number {
    return this.area.offset + (at % this.area.length);
  }

  /**
   * A view of 4 KiB, owned by the ring's cache.
   * @throws {VhdxLogCorruptError} when more was read than any honest log needs.
   */
  async sector(at: number): Promise<Uint8Array> {
    this.#sectorsLeft -= 1;
    if (this.#sectorsLeft < 0)
      throw new VhdxLogCorruptError("Cannot replay the log of the VHDX: its entries overlap without end");
    return await this.#pages.view(this.fileOffset(at), LOG_SECTOR_BYTES);
  }
}

import { KIB } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";

const PAGE_BYTES = 64 * KIB;
/** 1 MiB in all: a chain may have hundreds of files. */
const MAX_PAGES = 16;

/** Keeps the pages of a file that were used last, so that tables of any length are read in 1 MiB of memory. */
export class PageCache {
  readonly #source: ByteSource;
  /** The one used last stands at the end. */
  readonly #pages = new Map<number, Promise<Uint8Array>>();

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * The bytes from an offset to the end of its 64 KiB page, zeros behind the file's end. The cache owns them: they are
   * valid as long as they are held, and never to be written.
   */
  async tail(offset: number): Promise<Uint8Array> {
    const number = Math.floor(offset / PAGE_BYTES);
    const page = await this.#page(number);
    return page.subarray(offset - number * PAGE_BYTES);
  }

  /** A view of bytes that do not cross a page's border, such as an aligned structure. */
  async view(offset: number, length: number): Promise<Uint8Array> {
    return (await this.tail(offset)).subarray(0, length);
  }

  #page(number: number): Promise<Uint8Array> {
    const known = this.#pages.get(number);
    if (known !== undefined) {
      this.#pages.delete(number);
      this.#pages.set(number, known);
      return known;
    }
    const page = this.#load(number);
    this.#pages.set(number, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MAX_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }

  async #load(number: number): Promise<Uint8Array> {
    const offset = number * PAGE_BYTES;
    const page = new Uint8Array(PAGE_BYTES);
    const inFile = Math.min(PAGE_BYTES, Math.max(0, this.#source.sizeBytes - offset));
    try {
      if (inFile > 0) await this.#source.read(page.subarray(0, inFile), offset);
      return page;
    } catch (error) {
      this.#pages.delete(number);
      throw error;
    }
  }
}

import { PAGE_BODY } from "./layout.ts";
import type { PageWriter } from "./page-writer.ts";

/** How many records of that length a page of a table holds. */
export function recordsAPage(recordBytes: number): number {
  return Math.floor(PAGE_BODY / recordBytes);
}

/** In how many pages a table lies. */
export function pagesFor(count: number, recordBytes: number): number {
  return Math.ceil(count / recordsAPage(recordBytes));
}

/** Writes records of one length behind each other: a record's number says where it is. */
export class TableWriter {
  readonly #pages: PageWriter;
  readonly #recordBytes: number;
  readonly #most: number;
  #count = 0;
  total = 0;

  constructor(pages: PageWriter, recordBytes: number) {
    this.#pages = pages;
    this.#recordBytes = recordBytes;
    this.#most = recordsAPage(recordBytes);
  }

  /** Where in the writer's view the next record goes; the caller fills it at once. */
  next(): number {
    if (this.#count === this.#most) this.#end();
    this.total++;
    return this.#pages.bodyAt + this.#recordBytes * this.#count++;
  }

  add(record: Uint8Array): void {
    const at = this.next();
    const { view } = this.#pages;
    new Uint8Array(view.buffer, view.byteOffset).set(record, at);
  }

  finish(): void {
    if (this.#count > 0) this.#end();
  }

  #end(): void {
    this.#pages.end(this.#count);
    this.#count = 0;
  }
}

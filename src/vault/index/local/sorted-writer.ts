import { type Key, placeOfKey } from "./keys.ts";
import { KeyRecord, PAGE_BODY } from "./layout.ts";
import type { PageWriter } from "./page-writer.ts";

/** How many records a page can hold. */
export const KEYS_A_PAGE: number = Math.floor(PAGE_BODY / KeyRecord.sizeBytes);
/** Pages are planned for fewer, so that few flow over. */
const PLANNED = 0.85;
const [PARTITION, A, B, C, VALUE] = (["partition", "a", "b", "c", "value"] as const).map((field) =>
  KeyRecord.offsetOf(field),
) as [number, number, number, number, number];

/** In how many pages that many records are at home. */
export function homesFor(count: number): number {
  return Math.max(1, Math.ceil(count / (PLANNED * KEYS_A_PAGE)));
}

/** The page where a key is at home. What has no room there is in the next one that has. */
export function homeOf(key: Key, homes: number): number {
  return Math.min(homes - 1, Math.floor(placeOfKey(key) * homes));
}

/** Writes records in ascending order, each to its home or, where that is full, right behind. */
export class SortedWriter {
  readonly #pages: PageWriter;
  readonly #homes: number;
  /** The page of the section that is being filled. */
  #page = 0;
  #count = 0;
  total = 0;

  constructor(pages: PageWriter, homes: number) {
    this.#pages = pages;
    this.#homes = homes;
  }

  add(key: Key, value: number): void {
    const home = homeOf(key, this.#homes);
    while (this.#page < home || this.#count === KEYS_A_PAGE) this.#next();
    const { view, bodyAt } = this.#pages;
    const at = bodyAt + this.#count * KeyRecord.sizeBytes;
    view.setUint8(at + PARTITION, key.partition);
    view.setUint32(at + A, key.a, true);
    view.setUint32(at + B, key.b, true);
    view.setUint32(at + C, key.c, true);
    view.setUint32(at + VALUE, value, true);
    this.#count++;
    this.total++;
  }

  /** How many pages the section took. */
  finish(): number {
    do this.#next();
    while (this.#page < this.#homes);
    return this.#page;
  }

  #next(): void {
    this.#pages.end(this.#count);
    this.#page++;
    this.#count = 0;
  }
}

/** Reads a record of a page; gives its value. */
export function readRecord(page: DataView, at: number, key: Key): number {
  key.partition = page.getUint8(at + PARTITION);
  key.a = page.getUint32(at + A, true);
  key.b = page.getUint32(at + B, true);
  key.c = page.getUint32(at + C, true);
  return page.getUint32(at + VALUE, true);
}

import { crc32 } from "node:zlib";
import type { Scratch, ScratchFile } from "./scratch-file.ts";

/** Numbers of a page: few, since marks of neighbours are far from each other. */
const NUMBERS_A_PAGE = 4096;
const FEWEST_PAGES = 2;
/** Bits of what is known of a page. */
const CHANGED = 1;
const ON_DISK = 2;

type Page = Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

export interface PagedNumbersOptions {
  readonly length: number;
  /** Bytes of a number. */
  readonly width: 2 | 4;
  /** Where pages go that are too many; left out: all stay in memory. */
  readonly scratch?: Scratch | undefined;
  /** What pages may take in memory where there is a scratch. */
  readonly memoryBytes: number;
}

/** A long row of numbers, zero at first, of which as many pages are in memory as may be, and the others on the local disk. */
export class PagedNumbers implements Disposable {
  readonly length: number;
  readonly #options: PagedNumbersOptions;
  readonly #pages: (Page | undefined)[];
  readonly #state: Uint8Array;
  readonly #checksums: Uint32Array;
  /** The pages in memory; the one at the hand goes next. */
  readonly #resident: number[] = [];
  readonly #most: number;
  #hand = 0;
  #file: ScratchFile | undefined;

  constructor(options: PagedNumbersOptions) {
    const { length, width, scratch, memoryBytes } = options;
    const pages = Math.ceil(length / NUMBERS_A_PAGE);
    this.length = length;
    this.#options = options;
    this.#pages = Array.from({ length: pages });
    this.#state = new Uint8Array(pages);
    this.#checksums = new Uint32Array(scratch === undefined ? 0 : pages);
    const room = Math.floor(memoryBytes / (NUMBERS_A_PAGE * width));
    this.#most = scratch === undefined ? pages : Math.max(FEWEST_PAGES, room);
  }

  /** Zero beyond the end. @throws {LocalIndexDamagedError} */
  get(position: number): number {
    if (position >= this.length) return 0;
    const number = pageOf(position);
    const page =
      this.#pages[number] ?? ((this.#state[number] as number) === 0 ? undefined : this.#load(number));
    return page?.[position % NUMBERS_A_PAGE] ?? 0;
  }

  /** @throws {LocalIndexDamagedError} */
  set(position: number, value: number): void {
    if (position >= this.length) throw new RangeError(`no number ${position}: there are ${this.length}`);
    const number = pageOf(position);
    const page = this.#pages[number] ?? this.#load(number);
    page[position % NUMBERS_A_PAGE] = value;
    this.#state[number] = (this.#state[number] as number) | CHANGED;
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
    this.#file = undefined;
    this.#pages.length = 0;
  }

  #load(number: number): Page {
    const page = this.#room(number);
    if (((this.#state[number] as number) & ON_DISK) !== 0)
      this.#file?.read(bytesOf(page), number * page.byteLength, this.#checksums[number] as number);
    else page.fill(0);
    this.#pages[number] = page;
    return page;
  }

  /** A page's memory: new, or that of another page, which is written when it was changed. */
  #room(number: number): Page {
    if (this.#resident.length < this.#most) {
      this.#resident.push(number);
      return this.#options.width === 2 ? new Uint16Array(NUMBERS_A_PAGE) : new Uint32Array(NUMBERS_A_PAGE);
    }
    const leaving = this.#resident[this.#hand] as number;
    const page = this.#pages[leaving] as Page;
    const state = this.#state[leaving] as number;
    if ((state & CHANGED) !== 0) {
      const bytes = bytesOf(page);
      this.#file ??= this.#options.scratch?.open();
      this.#file?.write(bytes, leaving * bytes.length);
      this.#checksums[leaving] = crc32(bytes);
      this.#state[leaving] = ON_DISK;
    }
    this.#pages[leaving] = undefined;
    this.#resident[this.#hand] = number;
    this.#hand = (this.#hand + 1) % this.#most;
    return page;
  }
}

/** Positions go beyond the 32 bits that a shift takes. */
function pageOf(position: number): number {
  return Math.floor(position / NUMBERS_A_PAGE);
}

function bytesOf(page: Page): Uint8Array {
  return new Uint8Array(page.buffer);
}

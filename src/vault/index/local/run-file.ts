import { closeSync, fstatSync, openSync, readSync, unlinkSync } from "node:fs";
import { LocalIndexDamagedError } from "./errors.ts";
import { Filter } from "./filter.ts";
import { compareKeys, type Key, readKey } from "./keys.ts";
import {
  FILTER_BLOCK_BYTES,
  FrameRecord,
  KeyRecord,
  PAGE_BYTES,
  PackRecord,
  PageHead,
  RUN_MAGIC,
  RUN_VERSION,
  RunHead,
  SegmentRecord,
} from "./layout.ts";
import { countOf, isSound } from "./page-writer.ts";
import { homeOf, KEYS_A_PAGE, readRecord } from "./sorted-writer.ts";
import { pagesFor, recordsAPage } from "./table-writer.ts";
import type { RunSegment } from "./write-run.ts";

const PAGES_KEPT = 64;
const PAGES_AT_ONCE = 256;

/** Pages of one kind in a run. */
interface Section {
  readonly first: number;
  readonly pages: number;
}

export interface RunPack {
  readonly digest: Uint8Array;
  readonly sizeBytes: number;
  readonly firstFrame: number;
  readonly frameCount: number;
}

export interface RunFrame {
  readonly pack: number;
  readonly offset: number;
  readonly sealedBytes: number;
  readonly chunkCount: number;
}

type Sections = Readonly<Record<"chunks" | "names" | "frames" | "packs" | "segments" | "filter", Section>>;

/**
 * A run: whole segments, sorted by id, in an immutable file. Every page that is read is checked first.
 * Numbers of frames and packs are the run's own. @throws {LocalIndexDamagedError} from every method that reads
 */
export class RunFile implements Disposable {
  readonly path: string;
  readonly chunkCount: number;
  readonly frameCount: number;
  readonly packCount: number;
  readonly segmentCount: number;
  readonly #file: number;
  readonly #head: ReturnType<typeof RunHead.decode>;
  readonly #sections: Sections;
  readonly #kept = new Map<number, DataView>();
  readonly #page: DataView = new DataView(new ArrayBuffer(PAGE_BYTES));
  /** Which page of chunks that is: whoever looks chunks up in their order asks for each page once. */
  #pageNumber = -1;
  readonly #read: Key = { partition: 0, a: 0, b: 0, c: 0 };
  #filter: Filter | undefined;

  private constructor(path: string, file: number, head: ReturnType<typeof RunHead.decode>) {
    this.path = path;
    this.#file = file;
    this.#head = head;
    this.chunkCount = head.chunkCount;
    this.frameCount = head.frameCount;
    this.packCount = head.packCount;
    this.segmentCount = head.segmentCount;
    this.#sections = sectionsOf(head);
  }

  /** @throws {LocalIndexDamagedError} when it is no run of this vault, or is cut off */
  static open(path: string, vault: Uint8Array): RunFile {
    const file = openSync(path, "r");
    try {
      const bytes = new Uint8Array(PAGE_BYTES);
      const read = readSync(file, bytes, 0, PAGE_BYTES, 0);
      const head = RunHead.decode(bytes, PageHead.sizeBytes);
      const isWhole = read === PAGE_BYTES && isSound(bytes, { page: 0, run: head.run });
      const isOurs =
        isWhole &&
        Buffer.compare(head.magic, RUN_MAGIC) === 0 &&
        head.version === RUN_VERSION &&
        Buffer.compare(head.vault, vault) === 0;
      if (!isOurs) throw new LocalIndexDamagedError(path, "it is no run of this vault");
      const { filter } = sectionsOf(head);
      if (fstatSync(file).size !== PAGE_BYTES * (filter.first + filter.pages)) {
        throw new LocalIndexDamagedError(path, "it is cut off");
      }
      return new RunFile(path, file, head);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** What its filter takes in memory. */
  get filterBytes(): number {
    return FILTER_BLOCK_BYTES * this.#head.filterBlocks;
  }

  get hasFilter(): boolean {
    return this.#filter !== undefined;
  }

  loadFilter(): void {
    const { filterBlocks: blocks, filterProbes: probes } = this.#head;
    if (blocks === 0 || this.#filter !== undefined) return;
    const filter = new Filter({ blocks, probes });
    const { bytes } = filter;
    let at = 0;
    this.#scanTable("filter", FILTER_BLOCK_BYTES, (page, from, count) => {
      bytes.set(new Uint8Array(page.buffer, page.byteOffset + from, FILTER_BLOCK_BYTES * count), at);
      at += FILTER_BLOCK_BYTES * count;
    });
    this.#filter = filter;
  }

  /** The frames of all records of a chunk, and their places in the run, are pushed behind each other. */
  lookUp(key: Key, into: number[]): void {
    if (this.#filter !== undefined && !this.#filter.mayHave(key)) return;
    this.#search("chunks", key, into);
  }

  /** Places are below this. */
  get places(): number {
    return this.#sections.chunks.pages * KEYS_A_PAGE;
  }

  /** The numbers of the packs of this name: one, or none. */
  packsNamed(digest: Uint8Array): readonly number[] {
    const key: Key = { partition: 0, a: 0, b: 0, c: 0 };
    readKey(digest, 0, key);
    const found: number[] = [];
    this.#search("names", key, found);
    return found.filter((number, i) => i % 2 === 0 && Buffer.compare(this.pack(number).digest, digest) === 0);
  }

  /** The numbers of the packs whose names begin with a byte. */
  packsUnder(firstByte: number): readonly number[] {
    const numbers: number[] = [];
    const { first, pages } = this.#sections.names;
    const key: Key = { partition: firstByte, a: 0, b: 0, c: 0 };
    for (let i = homeOf(key, this.#head.nameHomes); i < pages; i++) {
      const page = this.#pageAt(first + i);
      for (let k = 0; k < countOf(page); k++) {
        const value = readRecord(page, PageHead.sizeBytes + KeyRecord.sizeBytes * k, this.#read);
        if (this.#read.partition > firstByte) return numbers;
        if (this.#read.partition === firstByte) numbers.push(value);
      }
    }
    return numbers;
  }

  frame(number: number): RunFrame {
    const [page, at] = this.#record("frames", number, FrameRecord.sizeBytes);
    return {
      pack: page.getUint32(at, true),
      offset: page.getUint32(at + FrameRecord.offsetOf("offset"), true),
      sealedBytes: page.getUint32(at + FrameRecord.offsetOf("sealedBytes"), true),
      chunkCount: page.getUint32(at + FrameRecord.offsetOf("chunkCount"), true),
    };
  }

  pack(number: number): RunPack {
    const [page, at] = this.#record("packs", number, PackRecord.sizeBytes);
    return PackRecord.decode(new Uint8Array(page.buffer, page.byteOffset, PAGE_BYTES), at);
  }

  segments(): readonly RunSegment[] {
    const segments: RunSegment[] = [];
    this.#scanTable("segments", SegmentRecord.sizeBytes, (page, from, count) => {
      const bytes = new Uint8Array(page.buffer, page.byteOffset, PAGE_BYTES);
      for (let i = 0; i < count; i++)
        segments.push(SegmentRecord.decode(bytes, from + SegmentRecord.sizeBytes * i));
    });
    return segments;
  }

  /** All packs in the order of their numbers. */
  forEachPack(visit: (pack: RunPack, number: number) => void): void {
    let number = 0;
    this.#scanTable("packs", PackRecord.sizeBytes, (page, from, count) => {
      const bytes = new Uint8Array(page.buffer, page.byteOffset, PAGE_BYTES);
      for (let i = 0; i < count; i++)
        visit(PackRecord.decode(bytes, from + PackRecord.sizeBytes * i), number++);
    });
  }

  /** All frames in the order of their numbers. */
  forEachFrame(visit: (frame: RunFrame, number: number) => void): void {
    let number = 0;
    this.#scanTable("frames", FrameRecord.sizeBytes, (page, from, count) => {
      for (let i = 0, at = from; i < count; i++, at += FrameRecord.sizeBytes) {
        const frame = {
          pack: page.getUint32(at, true),
          offset: page.getUint32(at + FrameRecord.offsetOf("offset"), true),
          sealedBytes: page.getUint32(at + FrameRecord.offsetOf("sealedBytes"), true),
          chunkCount: page.getUint32(at + FrameRecord.offsetOf("chunkCount"), true),
        };
        visit(frame, number++);
      }
    });
  }

  /** The pages of a sorted section, in order; a page is valid until the next one is asked for. */
  *sortedPages(section: "chunks" | "names"): Generator<DataView> {
    const { first, pages } = this.#sections[section];
    yield* this.#sequence(first, pages);
  }

  /** Reads every page. */
  prove(): void {
    const { first, pages } = this.#sections.filter;
    for (const _ of this.#sequence(1, first + pages - 1)) continue;
  }

  /** It is never used again by anybody. */
  remove(): void {
    try {
      unlinkSync(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") return; // in use elsewhere: the next start tries again
    }
  }

  [Symbol.dispose](): void {
    this.#kept.clear();
    closeSync(this.#file);
  }

  #search(name: "chunks" | "names", key: Key, into: number[]): void {
    const { first, pages } = this.#sections[name];
    const homes = name === "chunks" ? this.#head.chunkHomes : this.#head.nameHomes;
    for (let i = homeOf(key, homes); i < pages; i++) {
      const page = name === "chunks" ? this.#chunksAt(first + i) : this.#pageAt(first + i);
      const count = countOf(page);
      if (!this.#collect(page, { key, count, before: KEYS_A_PAGE * i }, into) || count < KEYS_A_PAGE) return;
    }
  }

  /** Whether records of the key may go on in the next page. */
  #collect(
    page: DataView,
    { key, count, before }: { readonly key: Key; readonly count: number; readonly before: number },
    into: number[],
  ): boolean {
    let low = 0;
    for (let high = count; low < high; ) {
      const middle = (low + high) >>> 1;
      readRecord(page, PageHead.sizeBytes + KeyRecord.sizeBytes * middle, this.#read);
      if (compareKeys(this.#read, key) < 0) low = middle + 1;
      else high = middle;
    }
    for (; low < count; low++) {
      const value = readRecord(page, PageHead.sizeBytes + KeyRecord.sizeBytes * low, this.#read);
      if (compareKeys(this.#read, key) !== 0) return false;
      into.push(value, before + low);
    }
    return true;
  }

  #record(name: "frames" | "packs", number: number, recordBytes: number): readonly [DataView, number] {
    const most = recordsAPage(recordBytes);
    const page = this.#pageAt(this.#sections[name].first + Math.floor(number / most));
    return [page, PageHead.sizeBytes + recordBytes * (number % most)];
  }

  #scanTable(
    name: "frames" | "packs" | "segments" | "filter",
    recordBytes: number,
    visit: (page: DataView, from: number, count: number) => void,
  ): void {
    const { first, pages } = this.#sections[name];
    const most = recordsAPage(recordBytes);
    for (const page of this.#sequence(first, pages)) {
      const count = countOf(page);
      if (count > most) throw new LocalIndexDamagedError(this.path, "a page says more than it can hold");
      visit(page, PageHead.sizeBytes, count);
    }
  }

  *#sequence(first: number, pages: number): Generator<DataView> {
    const buffer = new Uint8Array(PAGE_BYTES * Math.min(pages, PAGES_AT_ONCE));
    for (let done = 0; done < pages; done += PAGES_AT_ONCE) {
      const count = Math.min(PAGES_AT_ONCE, pages - done);
      this.#readInto(buffer.subarray(0, PAGE_BYTES * count), first + done);
      for (let i = 0; i < count; i++) yield new DataView(buffer.buffer, PAGE_BYTES * i, PAGE_BYTES);
    }
  }

  #chunksAt(page: number): DataView {
    if (page === this.#pageNumber) return this.#page;
    this.#pageNumber = -1;
    this.#readPage(page, this.#page);
    this.#pageNumber = page;
    return this.#page;
  }

  /** A page that is likely to be asked for again. */
  #pageAt(page: number): DataView {
    let kept = this.#kept.get(page);
    if (kept === undefined) {
      kept = this.#readPage(page, new DataView(new ArrayBuffer(PAGE_BYTES)));
      if (this.#kept.size >= PAGES_KEPT) this.#kept.delete(this.#kept.keys().next().value as number);
      this.#kept.set(page, kept);
    }
    return kept;
  }

  #readPage(page: number, into: DataView): DataView {
    this.#readInto(new Uint8Array(into.buffer), page);
    return into;
  }

  #readInto(bytes: Uint8Array, first: number): void {
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.#file, bytes, done, bytes.length - done, PAGE_BYTES * first + done);
      if (read === 0) throw new LocalIndexDamagedError(this.path, "it is cut off");
      done += read;
    }
    for (let i = 0; PAGE_BYTES * i < bytes.length; i++) {
      const page = bytes.subarray(PAGE_BYTES * i, PAGE_BYTES * (i + 1));
      if (isSound(page, { page: first + i, run: this.#head.run })) continue;
      throw new LocalIndexDamagedError(this.path, `page ${first + i} is not what was written`);
    }
  }
}

function sectionsOf(head: ReturnType<typeof RunHead.decode>): Sections {
  let first = 1;
  const next = (pages: number): Section => {
    const section = { first, pages };
    first += pages;
    return section;
  };
  return {
    chunks: next(head.chunkPages),
    names: next(head.namePages),
    frames: next(pagesFor(head.frameCount, FrameRecord.sizeBytes)),
    packs: next(pagesFor(head.packCount, PackRecord.sizeBytes)),
    segments: next(pagesFor(head.segmentCount, SegmentRecord.sizeBytes)),
    filter: next(pagesFor(head.filterBlocks, FILTER_BLOCK_BYTES)),
  };
}

import { writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { PAGE_BODY, PAGE_BYTES, PageHead } from "./layout.ts";

const PAGES_AT_ONCE = 256;
const [CHECKSUM, COUNT, PAGE, RUN] = (["checksum", "count", "page", "run"] as const).map((field) =>
  PageHead.offsetOf(field),
) as [number, number, number, number];

/** Writes a file page by page. Holds a megabyte. The file stays the caller's. */
export class PageWriter {
  readonly #file: number;
  readonly #run: number;
  readonly #buffer = new Uint8Array(PAGES_AT_ONCE * PAGE_BYTES);
  readonly #view = new DataView(this.#buffer.buffer);
  /** Pages that are in the file. */
  #written = 0;
  #filled = 0;

  constructor(file: number, run: number) {
    this.#file = file;
    this.#run = run;
  }

  /** How many pages were ended. */
  get pageCount(): number {
    return this.#written + this.#filled;
  }

  /** Where the records of the page that is being filled go: `PAGE_BODY` bytes of zeros. Valid until `end`. */
  begin(): DataView {
    return new DataView(this.#buffer.buffer, this.#filled * PAGE_BYTES + PageHead.sizeBytes, PAGE_BODY);
  }

  /** The page is full enough. */
  end(count: number): void {
    const at = this.#filled * PAGE_BYTES;
    sealPage(this.#buffer.subarray(at, at + PAGE_BYTES), { count, page: this.pageCount, run: this.#run });
    this.#filled++;
    if (this.#filled === PAGES_AT_ONCE) this.flush();
  }

  /** A whole table of small records, of which each is encoded already. */
  table(records: Iterable<Uint8Array>, recordBytes: number): void {
    const most = Math.floor(PAGE_BODY / recordBytes);
    let count = 0;
    for (const record of records) {
      const at = this.#filled * PAGE_BYTES + PageHead.sizeBytes + recordBytes * count;
      this.#buffer.set(record, at);
      if (++count < most) continue;
      this.end(count);
      count = 0;
    }
    if (count > 0) this.end(count);
  }

  flush(): void {
    const length = this.#filled * PAGE_BYTES;
    writeAll(this.#file, this.#buffer.subarray(0, length), this.#written * PAGE_BYTES);
    this.#buffer.fill(0, 0, length);
    this.#written += this.#filled;
    this.#filled = 0;
  }

  /** Writes the first page over, when everything else is known. */
  first(record: Uint8Array): void {
    this.flush();
    const page = new Uint8Array(PAGE_BYTES);
    page.set(record, PageHead.sizeBytes);
    sealPage(page, { count: 1, page: 0, run: this.#run });
    writeAll(this.#file, page, 0);
  }

  /** Room for numbers in the page that is being filled, for whoever writes them in a hurry. */
  get view(): DataView {
    return this.#view;
  }

  /** Where in `view` the page's records begin. */
  get bodyAt(): number {
    return this.#filled * PAGE_BYTES + PageHead.sizeBytes;
  }
}

function sealPage(
  page: Uint8Array,
  { count, page: number, run }: { readonly count: number; readonly page: number; readonly run: number },
): void {
  const view = new DataView(page.buffer, page.byteOffset, PAGE_BYTES);
  view.setUint32(COUNT, count, true);
  view.setUint32(PAGE, number, true);
  view.setUint32(RUN, run, true);
  view.setUint32(CHECKSUM, crc32(page.subarray(COUNT)), true);
}

/** Whether a page is what was written there. */
export function isSound(
  page: Uint8Array,
  expected: { readonly page: number; readonly run: number },
): boolean {
  const view = new DataView(page.buffer, page.byteOffset, PAGE_BYTES);
  return (
    view.getUint32(PAGE, true) === expected.page &&
    view.getUint32(RUN, true) === expected.run &&
    view.getUint32(CHECKSUM, true) === crc32(page.subarray(COUNT))
  );
}

/** How many records a sound page holds. */
export function countOf(page: DataView): number {
  return page.getUint32(COUNT, true);
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}

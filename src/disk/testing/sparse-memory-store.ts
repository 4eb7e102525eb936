import type { ByteStore } from "../byte-source.ts";
import { SourceEndedError } from "../errors.ts";

const PAGE_BYTES = 64 * 1024;

/** A file in memory that holds only the pages that were written: disks of any size cost what is in them. */
export class SparseMemoryStore implements ByteStore {
  readonly #pages = new Map<number, Uint8Array>();
  #size: number;

  constructor(initial: Uint8Array = new Uint8Array(0)) {
    this.#size = initial.length;
    for (let at = 0; at < initial.length; at += PAGE_BYTES) {
      const page = initial.subarray(at, at + PAGE_BYTES);
      if (!isZero(page)) this.#page(at / PAGE_BYTES).set(page);
    }
  }

  get sizeBytes(): number {
    return this.#size;
  }

  /** How many bytes of memory its pages take. */
  get storedBytes(): number {
    return this.#pages.size * PAGE_BYTES;
  }

  /** A store of its own with the same bytes. */
  clone(): SparseMemoryStore {
    const copy = new SparseMemoryStore();
    copy.#size = this.#size;
    for (const [index, page] of this.#pages) copy.#pages.set(index, page.slice());
    return copy;
  }

  /** A copy of everything; only for small files. */
  async toBytes(): Promise<Uint8Array> {
    const all = new Uint8Array(this.#size);
    await this.read(all, 0);
    return all;
  }

  /** The pages that were written, ascending: for files that are carried to another program. */
  *pages(): Iterable<{ readonly offset: number; readonly bytes: Uint8Array }> {
    const ascending = [...this.#pages].sort(([a], [b]) => a - b);
    for (const [index, page] of ascending) {
      const offset = index * PAGE_BYTES;
      if (offset < this.#size) yield { offset, bytes: page.subarray(0, this.#size - offset) };
    }
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    if (offset < 0 || offset + target.length > this.#size) {
      throw new SourceEndedError(
        `Cannot read ${target.length} bytes at ${offset}: the file has ${this.#size}`,
      );
    }
    forEachPage(target.length, offset, ({ page, inPage, done, length }) => {
      const part = target.subarray(done, done + length);
      const stored = this.#pages.get(page);
      if (stored === undefined) part.fill(0);
      else part.set(stored.subarray(inPage, inPage + length));
    });
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    this.put(bytes, offset);
  }

  /** Writes at once. */
  put(bytes: Uint8Array, offset: number): void {
    forEachPage(bytes.length, offset, ({ page, inPage, done, length }) => {
      this.#page(page).set(bytes.subarray(done, done + length), inPage);
    });
    this.#size = Math.max(this.#size, offset + bytes.length);
  }

  async flush(): Promise<void> {
    // memory has no lower layer
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.resize(sizeBytes);
  }

  /** Truncates at once. */
  resize(sizeBytes: number): void {
    if (sizeBytes < this.#size) {
      for (const [index, page] of this.#pages) {
        const start = index * PAGE_BYTES;
        if (start >= sizeBytes) this.#pages.delete(index);
        else if (start + PAGE_BYTES > sizeBytes) page.fill(0, sizeBytes - start);
      }
    }
    this.#size = sizeBytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is held
  }

  #page(index: number): Uint8Array {
    let page = this.#pages.get(index);
    if (page === undefined) {
      page = new Uint8Array(PAGE_BYTES);
      this.#pages.set(index, page);
    }
    return page;
  }
}

interface PagePart {
  readonly page: number;
  readonly inPage: number;
  readonly done: number;
  readonly length: number;
}

function forEachPage(length: number, offset: number, visit: (part: PagePart) => void): void {
  for (let done = 0; done < length; ) {
    const at = offset + done;
    const page = Math.floor(at / PAGE_BYTES);
    const inPage = at - page * PAGE_BYTES;
    const part = Math.min(length - done, PAGE_BYTES - inPage);
    visit({ page, inPage, done, length: part });
    done += part;
  }
}

function isZero(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).equals(Buffer.alloc(bytes.length));
}

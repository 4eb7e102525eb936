import type { Disk, DiskExtent } from "./disk.ts";

/** Asks a disk for the kinds of its stretches, one behind the other, in a single pass over `extents()`. */
export class ExtentCursor implements AsyncDisposable {
  readonly #disk: Disk;
  #extents: AsyncIterator<DiskExtent> | undefined;
  #current: DiskExtent = { offset: 0, length: 0, kind: "zero" };

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Covers [offset, end). Each call begins where the one before ended, or behind it. Zeros behind the disk's end. */
  async *between(offset: number, end: number): AsyncGenerator<DiskExtent> {
    const inside = Math.min(end, this.#disk.sizeBytes);
    let at = offset;
    while (at < inside) {
      const current = await this.#reach(at);
      const stop = Math.min(inside, current.offset + current.length);
      yield { offset: at, length: stop - at, kind: current.kind };
      at = stop;
    }
    if (at < end) yield { offset: at, length: end - at, kind: "zero" };
  }

  /** The extent that holds the offset. */
  async #reach(offset: number): Promise<DiskExtent> {
    this.#extents ??= this.#disk.extents()[Symbol.asyncIterator]();
    while (this.#current.offset + this.#current.length <= offset) {
      const next = await this.#extents.next();
      if (next.done === true)
        throw new TypeError(
          `The disk's extents end before ${offset}, and its size is ${this.#disk.sizeBytes}`,
        );
      this.#current = next.value;
    }
    return this.#current;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#extents?.return?.();
  }
}

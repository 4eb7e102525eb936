import type { Disk, DiskExtent } from "../../disk/index.ts";

/** Fills the target from a parent that may be smaller than its child: zeros behind its end. */
export async function readParent(parent: Disk, target: Uint8Array, offset: number): Promise<void> {
  const there = Math.max(0, Math.min(target.length, parent.sizeBytes - offset));
  target.fill(0, there);
  if (there > 0) await parent.read(target.subarray(0, there), offset);
}

/** Walks a parent's extents once, in step with the child that asks. */
export class ParentExtents implements AsyncDisposable {
  readonly #source: AsyncIterator<DiskExtent>;
  #current: DiskExtent | undefined;

  constructor(parent: Disk) {
    this.#source = parent.extents()[Symbol.asyncIterator]();
  }

  /** What the parent has between two offsets, both not below those of the call before. */
  async *between(from: number, to: number): AsyncIterable<DiskExtent> {
    let at = from;
    while (at < to) {
      const extent = await this.#extentAt(at);
      const end = extent === undefined ? to : Math.min(to, extent.offset + extent.length);
      yield { offset: at, length: end - at, kind: extent?.kind ?? "zero" };
      at = end;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source.return?.();
  }

  /** Undefined behind the parent's end. */
  async #extentAt(offset: number): Promise<DiskExtent | undefined> {
    while (this.#current === undefined || this.#current.offset + this.#current.length <= offset) {
      const next = await this.#source.next();
      if (next.done) return undefined;
      this.#current = next.value;
    }
    return this.#current;
  }
}

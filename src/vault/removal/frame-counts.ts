import { PagedNumbers } from "../index/scratch/paged-numbers.ts";
import type { Scratch } from "../index/scratch/scratch-file.ts";
import { Spool } from "../index/scratch/spool.ts";

const PARTITIONS = 64;
const RECORD_BYTES = 4;
/** Of a frame of very small chunks more may be counted: nobody asks how many more. */
const MOST = 0xffff;

/** How many chunks are counted in each frame: 2 bytes a frame, on the local disk where they have no room in memory. */
export class FrameCounts implements Disposable {
  readonly #counts: PagedNumbers;
  /** Frames by stretches of numbers: chunks come in the order of their ids, which scatters them over all frames. */
  readonly #spool: Spool | undefined;
  readonly #stretch: number;

  constructor({ frames, scratch }: { readonly frames: number; readonly scratch?: Scratch | undefined }) {
    const memoryBytes = (scratch?.memoryBytes ?? 0) / 8;
    this.#counts = new PagedNumbers({ length: frames, width: 2, scratch, memoryBytes });
    this.#stretch = Math.max(1, Math.ceil(frames / PARTITIONS));
    if (scratch !== undefined)
      this.#spool = new Spool({ partitions: PARTITIONS, recordBytes: RECORD_BYTES, memoryBytes, scratch });
  }

  /** One more; where there is a scratch it counts from the next `settle` on. @throws {LocalIndexDamagedError} */
  add(frame: number): void {
    if (frame >= this.#counts.length) return; // learned of meanwhile
    if (this.#spool === undefined) {
      this.#count(frame);
      return;
    }
    const { view, at } = this.#spool.add(Math.floor(frame / this.#stretch));
    view.setUint32(at, frame);
  }

  /** @throws {LocalIndexDamagedError} */
  settle(): void {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      for (const block of this.#spool?.take(partition) ?? []) {
        const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
        for (let at = 0; at < block.length; at += RECORD_BYTES) this.#count(view.getUint32(at));
      }
    }
  }

  /** @throws {LocalIndexDamagedError} */
  of(frame: number): number {
    return this.#counts.get(frame);
  }

  [Symbol.dispose](): void {
    this.#counts[Symbol.dispose]();
    this.#spool?.[Symbol.dispose]();
  }

  #count(frame: number): void {
    const count = this.#counts.get(frame);
    if (count < MOST) this.#counts.set(frame, count + 1);
  }
}

import { setImmediate } from "node:timers/promises";
import { throwIfInterrupted } from "../../base/index.ts";
import type { Scratch } from "../index/scratch/scratch-file.ts";
import { Spool } from "../index/scratch/spool.ts";

/** Ids by their first byte. */
const PARTITIONS = 256;
/** What an index compares of an id, the owner's number and the plain length. */
const KEY_BYTES = 13;
const OWNER_AT = 13;
const LENGTH_AT = 17;
const RECORD_BYTES = 21;
/** So many are sorted at once at most: their positions have room beside 32 bits of the id in a number of 53. */
const MOST_SORTED = 2 ** 20;
const FEWEST_SORTED = 64;

/** Told of one reference after the other, those of one batch in the order of an index; the id is `KEY_BYTES` of it at `at`. */
export type VisitReference = (
  ids: Uint8Array,
  at: number,
  by: { readonly owner: number; readonly length: number },
) => void;

/**
 * References to chunks that are looked up later, in the order of their ids: so that of an index on disk each page is read once or a few
 * times, and not once a reference.
 */
export class PutOffReferences implements Disposable {
  readonly #spool: Spool;
  readonly #mostSorted: number;

  constructor(scratch: Scratch) {
    const memoryBytes = scratch.memoryBytes / 4;
    this.#spool = new Spool({ partitions: PARTITIONS, recordBytes: RECORD_BYTES, memoryBytes, scratch });
    const fit = Math.floor(memoryBytes / (RECORD_BYTES + Float64Array.BYTES_PER_ELEMENT));
    this.#mostSorted = Math.min(MOST_SORTED, Math.max(FEWEST_SORTED, fit));
  }

  /** @throws {LocalIndexDamagedError} */
  add(id: Uint8Array, owner: number, length: number): void {
    const { bytes, view, at } = this.#spool.add(id[0] as number);
    for (let i = 0; i < KEY_BYTES; i++) bytes[at + i] = id[i] as number;
    view.setUint32(at + OWNER_AT, owner);
    view.setUint32(at + LENGTH_AT, length);
  }

  /** Hands all of them out, and keeps none. @throws {LocalIndexDamagedError} */
  async take(visit: VisitReference, signal?: AbortSignal): Promise<void> {
    const batch = new Uint8Array(RECORD_BYTES * this.#mostSorted);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      let filled = 0;
      for (const block of this.#spool.take(partition)) {
        for (let at = 0; at < block.length; ) {
          const part = block.subarray(at, at + batch.length - filled);
          batch.set(part, filled);
          [at, filled] = [at + part.length, filled + part.length];
          if (filled < batch.length) continue;
          visitSorted(batch, visit);
          filled = 0;
          await setImmediate(undefined, { signal }); // a batch takes a second
        }
      }
      visitSorted(batch.subarray(0, filled), visit);
      throwIfInterrupted(signal);
    }
  }

  [Symbol.dispose](): void {
    this.#spool[Symbol.dispose]();
  }
}

/** All of one partition: sorted by the next word of the id, as the index has it. */
function visitSorted(records: Uint8Array, visit: VisitReference): void {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const order = new Float64Array(records.length / RECORD_BYTES);
  for (let i = 0; i < order.length; i++)
    order[i] = view.getUint32(RECORD_BYTES * i + 1, true) * MOST_SORTED + i;
  order.sort();
  for (const each of order) {
    const at = RECORD_BYTES * (each % MOST_SORTED);
    const by = { owner: view.getUint32(at + OWNER_AT), length: view.getUint32(at + LENGTH_AT) };
    visit(records, at, by);
  }
}

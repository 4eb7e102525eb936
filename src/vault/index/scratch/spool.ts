import { crc32 } from "node:zlib";
import type { Scratch, ScratchFile } from "./scratch-file.ts";

export interface SpoolOptions {
  readonly partitions: number;
  readonly recordBytes: number;
  /** What the partitions' last blocks take in memory, all together. */
  readonly memoryBytes: number;
  readonly scratch: Scratch;
}

/** What of a partition is in memory, and where its other blocks are. */
interface Partition {
  readonly block: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  filled: number;
  /** Where each block begins, and its checksum behind. */
  readonly written: number[];
}

/** Records on the local disk, by partitions: so that what belongs together can be read together, whatever order it came in. */
export class Spool implements Disposable {
  readonly #options: SpoolOptions;
  readonly #blockBytes: number;
  readonly #partitions: (Partition | undefined)[];
  #file: ScratchFile | undefined;

  constructor(options: SpoolOptions) {
    const { partitions, recordBytes, memoryBytes } = options;
    const records = Math.max(1, Math.floor(memoryBytes / partitions / recordBytes));
    this.#options = options;
    this.#blockBytes = recordBytes * records;
    this.#partitions = Array.from({ length: partitions });
  }

  /** Room for one more record: it is filled before anything else is asked of the spool. @throws {LocalIndexDamagedError} */
  add(number: number): { readonly bytes: Uint8Array; readonly view: DataView; readonly at: number } {
    const partition = this.#partition(number);
    if (partition.filled === this.#blockBytes) this.#write(partition);
    const at = partition.filled;
    partition.filled += this.#options.recordBytes;
    return { bytes: partition.block, view: partition.view, at };
  }

  /**
   * The records of a partition, in blocks of whole records in no order that means anything; each is valid until the next one is asked for.
   * The partition is empty afterwards. @throws {LocalIndexDamagedError}
   */
  *take(number: number): Generator<Uint8Array> {
    const partition = this.#partitions[number];
    if (partition === undefined) return;
    this.#partitions[number] = undefined;
    yield partition.block.subarray(0, partition.filled);
    const { written, block } = partition;
    for (let i = 0; i < written.length; i += 2) {
      this.#file?.read(block, written[i] as number, written[i + 1] as number);
      yield block;
    }
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
    this.#file = undefined;
    this.#partitions.length = 0;
  }

  #partition(number: number): Partition {
    let partition = this.#partitions[number];
    if (partition === undefined) {
      const block = new Uint8Array(this.#blockBytes);
      partition = { block, view: new DataView(block.buffer), filled: 0, written: [] };
      this.#partitions[number] = partition;
    }
    return partition;
  }

  #write(partition: Partition): void {
    this.#file ??= this.#options.scratch.open();
    partition.written.push(this.#file.append(partition.block), crc32(partition.block));
    partition.filled = 0;
  }
}

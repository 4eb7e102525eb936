import { type ByteSource, type Disk, type DiskExtent, SourceEndedError } from "../../disk/index.ts";
import { SECTOR_BYTES } from "./layout.ts";

/** What a guest sees of a fixed VHD: the file's bytes up to the footer. */
export class FixedDisk implements Disk {
  readonly #source: ByteSource;
  readonly sizeBytes: number;
  readonly logicalSectorBytes = SECTOR_BYTES;

  constructor(source: ByteSource, sizeBytes: number) {
    this.#source = source;
    this.sizeBytes = sizeBytes;
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    if (offset < 0 || offset + target.length > this.sizeBytes) {
      throw new SourceEndedError(
        `Cannot read ${target.length} bytes at ${offset}: the disk has ${this.sizeBytes}`,
      );
    }
    await this.#source.read(target, offset);
  }

  async *extents(): AsyncIterable<DiskExtent> {
    yield { offset: 0, length: this.sizeBytes, kind: "data" };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the source belongs to whoever opened it
  }
}

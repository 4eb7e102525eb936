import { type ByteSource, SourceEndedError } from "../../disk/index.ts";

/** A stretch of another source, which stays its owner's. */
export class SourceWindow implements ByteSource {
  readonly #source: ByteSource;
  readonly #offset: number;
  readonly sizeBytes: number;

  constructor(source: ByteSource, extent: { readonly offset: number; readonly length: number }) {
    this.#source = source;
    this.#offset = extent.offset;
    this.sizeBytes = extent.length;
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    if (offset < 0 || offset + target.length > this.sizeBytes) {
      throw new SourceEndedError(
        `Cannot read ${target.length} bytes at ${offset}: the value has ${this.sizeBytes}`,
      );
    }
    await this.#source.read(target, this.#offset + offset);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the source belongs to somebody else
  }
}

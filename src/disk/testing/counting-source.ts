import type { ByteSource } from "../byte-source.ts";

/** Counts what is read through it, and remembers where. Disposing leaves the wrapped source open. */
export class CountingSource implements ByteSource {
  readonly #source: ByteSource;
  readonly reads: { readonly offset: number; readonly length: number }[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  get readBytes(): number {
    return this.reads.reduce((sum, read) => sum + read.length, 0);
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    this.reads.push({ offset, length: target.length });
    await this.#source.read(target, offset);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the wrapped source belongs to whoever opened it
  }
}

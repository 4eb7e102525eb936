import { type ByteSource, SourceEndedError } from "../../disk/index.ts";

/** Bytes that belong at `offset` and lie at `from`, both in the same source. */
export interface Patch {
  readonly offset: number;
  readonly length: number;
  readonly from: number;
}

/** A source with patches laid over it, later ones over earlier ones; the patched bytes are read when asked for. */
export class ReplayedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #patches: readonly Patch[];
  readonly sizeBytes: number;

  constructor(source: ByteSource, patches: readonly Patch[]) {
    this.#source = source;
    this.#patches = patches;
    this.sizeBytes = patches.reduce(
      (end, patch) => Math.max(end, patch.offset + patch.length),
      source.sizeBytes,
    );
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    const end = offset + target.length;
    if (offset < 0 || end > this.sizeBytes) {
      throw new SourceEndedError(
        `Cannot read ${target.length} bytes at ${offset}: the file has ${this.sizeBytes}`,
      );
    }
    const stored = Math.max(0, Math.min(target.length, this.#source.sizeBytes - offset));
    await this.#source.read(target.subarray(0, stored), offset);
    target.fill(0, stored);
    for (const patch of this.#patches) {
      const first = Math.max(offset, patch.offset);
      const last = Math.min(end, patch.offset + patch.length);
      if (first >= last) continue;
      await this.#source.read(
        target.subarray(first - offset, last - offset),
        patch.from + first - patch.offset,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the source belongs to somebody else
  }
}

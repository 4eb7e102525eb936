import assert from "node:assert/strict";
import type { ByteSource } from "../byte-source.ts";

const POISON = 0xa5;

/**
 * Catches readers that are careless with a source: a read must lie inside the file, targets are filled with poison
 * first, so that whoever relies on zeros or on old bytes sees it, and nothing may be read after the disposal. Counts
 * what is read. Disposing leaves the wrapped source open.
 */
export class PoisoningSource implements ByteSource {
  readonly #source: ByteSource;
  #isDisposed = false;
  /** How many reads there were, and how many bytes they took. */
  reads = 0;
  readBytes = 0;
  /** How many reads ran at the same time, at the most. */
  mostAtOnce = 0;
  #running = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    assert.ok(!this.#isDisposed, "a source was read after it was disposed");
    assert.ok(Number.isSafeInteger(offset) && offset >= 0, `a source was read at ${offset}`);
    assert.ok(
      offset + target.length <= this.sizeBytes,
      `a source of ${this.sizeBytes} bytes was read up to ${offset + target.length}`,
    );
    this.reads++;
    this.readBytes += target.length;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#running);
    target.fill(POISON);
    try {
      await this.#source.read(target, offset);
    } finally {
      this.#running--;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
  }
}

import { BufferPool } from "../pipeline/buffer-pool.ts";
import type { WorkerPool } from "../pipeline/worker-pool.ts";
import { DATA_SEGMENTS } from "./reed-solomon.ts";
import { encodeSidecar, segmentBytesOf, stripeOf } from "./sidecar.ts";

/** Makes sidecars in a vault's threads, one at a time: it holds the memory of one more pack. */
export class SidecarMaker {
  readonly #workers: Pick<WorkerPool, "run">;
  readonly #mostBytes: number;
  readonly #stripes: BufferPool;

  /** Packs are rarely longer than that. */
  constructor(workers: Pick<WorkerPool, "run">, packBytes: number) {
    this.#workers = workers;
    this.#mostBytes = DATA_SEGMENTS * segmentBytesOf(packBytes);
    this.#stripes = new BufferPool({ bufferBytes: this.#mostBytes, limit: 1, kind: "shared" });
  }

  /** The sidecar of the pack that is made of the parts. The caller owns the bytes, and keeps the parts. */
  async make(parts: readonly Uint8Array[], digest: Uint8Array): Promise<Uint8Array> {
    const packBytes = parts.reduce((sum, { length }) => sum + length, 0);
    if (DATA_SEGMENTS * segmentBytesOf(packBytes) > this.#mostBytes) {
      return encodeSidecar(stripeOf(parts, packBytes), { digest, packBytes });
    }
    const memory = await this.#stripes.take();
    try {
      const stripe = stripeOf(parts, packBytes, memory);
      return await this.#workers.run({ kind: "parity", stripe, packBytes, digest });
    } finally {
      this.#stripes.put(memory);
    }
  }
}

import { InterruptedError } from "../../base/index.ts";

export interface BufferPoolOptions {
  readonly bufferBytes: number;
  readonly limit: number;
  /** `shared`: all threads see it. `own`: what a storage may be given. */
  readonly kind: "shared" | "own";
}

/**
 * A fixed number of buffers, made when first needed and used again and again. Whoever wants one
 * while all are out waits, in order: that is what bounds the memory of everything behind it.
 */
export class BufferPool {
  readonly #bufferBytes: number;
  readonly #limit: number;
  readonly #isShared: boolean;
  readonly #free: Uint8Array[] = [];
  readonly #waiting: ((buffer: Uint8Array) => void)[] = [];
  #made = 0;

  constructor(options: BufferPoolOptions) {
    this.#bufferBytes = options.bufferBytes;
    this.#limit = options.limit;
    this.#isShared = options.kind === "shared";
  }

  /** How many are out. */
  get taken(): number {
    return this.#made - this.#free.length;
  }

  /** One that needs no waiting, if there is one. */
  takeFree(): Uint8Array | undefined {
    const free = this.#free.pop();
    if (free !== undefined || this.#made >= this.#limit) return free;
    this.#made++;
    const buffer = this.#isShared ? SharedArrayBuffer : ArrayBuffer;
    return new Uint8Array(new buffer(this.#bufferBytes));
  }

  /** @throws {InterruptedError} at once when the signal fires. */
  async take(signal?: AbortSignal): Promise<Uint8Array> {
    const free = this.takeFree();
    if (free !== undefined) return free;
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const stop = (): void => {
      const at = this.#waiting.indexOf(resolve);
      if (at >= 0) this.#waiting.splice(at, 1);
      reject(new InterruptedError("Cannot go on storing: interrupted", { cause: signal?.reason }));
    };
    if (signal?.aborted) stop();
    else this.#waiting.push(resolve);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Gives one back that `take` gave. */
  put(buffer: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(buffer);
    else next(buffer);
  }
}

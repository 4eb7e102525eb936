import { InterruptedError } from "./errors.ts";

/** The only source of time. Tests inject one that moves when they say so. */
export interface Clock {
  /** Wall-clock time, for what people read; never for measuring. */
  now(): Temporal.Instant;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number;
  /** Resolves after the time has passed; rejects with `InterruptedError` at once when the signal fires. */
  sleep(milliseconds: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** Timers count in 31 bits; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Temporal.Now.instant(),
  monotonicMs: () => performance.now(),
  async sleep(milliseconds, options) {
    let left = milliseconds;
    for (; left > LONGEST_TIMER_MS; left -= LONGEST_TIMER_MS)
      await sleepOnce(LONGEST_TIMER_MS, options?.signal);
    await sleepOnce(left, options?.signal);
  },
};

async function sleepOnce(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = (): void => {
    reject(new InterruptedError("Cannot go on waiting: interrupted", { cause: signal?.reason }));
  };
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(resolve, milliseconds);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

import type { Clock } from "../clock.ts";
import { InterruptedError } from "../errors.ts";

/** A clock that stands until it is moved. Sleeping moves it on, at once: waiting costs a test no time. */
export class FakeClock implements Clock {
  #now: Temporal.Instant;
  #monotonicMs = 0;
  /** How long each sleeper waited, in order. */
  readonly slept: number[] = [];

  constructor(start = "2026-01-01T00:00:00Z") {
    this.#now = Temporal.Instant.from(start);
  }

  now(): Temporal.Instant {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  async sleep(milliseconds: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    if (options?.signal?.aborted) throw new InterruptedError("Cannot go on waiting: interrupted");
    this.slept.push(milliseconds);
    this.advance(milliseconds);
    await Promise.resolve();
  }

  advance(milliseconds: number): void {
    this.#monotonicMs += milliseconds;
    this.#now = this.#now.add({ nanoseconds: Math.round(milliseconds * 1e6) });
  }
}

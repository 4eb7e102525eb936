import type { Clock } from "../base/index.ts";

export interface StepWatchOptions {
  readonly clock: Clock;
  readonly limitMs: number;
  /** Aborted when a step takes longer than the limit, and at most twice as long. */
  readonly stop: AbortController;
}

/**
 * Looks at the steps of a long list with one timer for all of them: a list has millions, and most take no time. Whoever
 * made it ends it.
 */
export class StepWatch {
  readonly #options: StepWatchOptions;
  readonly #done = new AbortController();
  readonly #watching: Promise<void>;
  #steps = 0;
  #isWaiting = false;

  constructor(options: StepWatchOptions) {
    this.#options = options;
    this.#watching = this.#watch();
  }

  /** One step. Between steps nothing is counted. */
  async during<T>(step: () => Promise<T>): Promise<T> {
    this.#steps++;
    this.#isWaiting = true;
    try {
      return await step();
    } finally {
      this.#isWaiting = false;
    }
  }

  async end(): Promise<void> {
    this.#done.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { clock, limitMs, stop } = this.#options;
    let seen = -1;
    for (;;) {
      const isOver = await clock.sleep(limitMs, { signal: this.#done.signal }).then(
        () => false,
        () => true,
      );
      if (isOver) return;
      if (this.#isWaiting && seen === this.#steps) {
        stop.abort();
        return;
      }
      seen = this.#steps;
    }
  }
}

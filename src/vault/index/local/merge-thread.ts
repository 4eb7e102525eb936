import { rmSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { isOfSystem } from "./is-of-system.ts";
import type { MergeNews, MergeOrder } from "./merge-order.ts";

export type MergeOutcome = "merged" | "damaged" | "failed" | "ended";

/**
 * A merge in a thread of its own, beside whoever goes on with the runs that are merged: these stay readable to who has them open, and the new
 * run is there for the next opening. Does not keep the process alive. May be ended at any moment, and nothing is lost but its work.
 */
export class MergeThread implements Disposable {
  /** How it went. Never rejects. */
  readonly outcome: Promise<MergeOutcome>;
  readonly #worker: Worker;
  readonly #order: MergeOrder;
  readonly #resolve: (outcome: MergeOutcome) => void;
  #hasEnded = false;
  /** Of whoever waits. */
  #onProgress: ((doneChunks: number) => void) | undefined;

  constructor(order: MergeOrder) {
    const { promise, resolve } = Promise.withResolvers<MergeOutcome>();
    this.outcome = promise;
    this.#order = order;
    this.#resolve = resolve;
    this.#worker = new Worker(new URL("./merge-worker.ts", import.meta.url), {
      workerData: order,
      execArgv: [], // what the program was started with (`-e`, `--test`) is not for threads
      resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 },
    });
    this.#worker.on("message", (news: MergeNews) => {
      if (news.kind === "merging") this.#onProgress?.(news.doneChunks);
      else this.#end(news.kind);
    });
    this.#worker.on("error", () => {
      this.#end("failed"); // whatever it was: the runs are as good as before
    });
    this.#worker.on("exit", () => {
      this.#end("failed");
    });
    this.#worker.unref();
  }

  /** For whoever cannot go on before; the signal ends the merge. */
  async wait(
    signal: AbortSignal | undefined,
    onProgress: (doneChunks: number) => void,
  ): Promise<MergeOutcome> {
    this.#onProgress = onProgress;
    const end = (): void => {
      this.#end("ended");
    };
    if (signal?.aborted === true) end();
    signal?.addEventListener("abort", end);
    this.#worker.ref();
    try {
      return await this.outcome;
    } finally {
      this.#worker.unref();
      signal?.removeEventListener("abort", end);
    }
  }

  /** Its work is thrown away unless it is done. */
  [Symbol.dispose](): void {
    this.#end("ended");
  }

  #end(outcome: MergeOutcome): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (outcome !== "merged") this.#dropDrafts();
    if (outcome === "ended") void this.#terminate();
    this.#resolve(outcome);
  }

  async #terminate(): Promise<void> {
    await this.#worker.terminate();
    this.#dropDrafts(); // what it began between
  }

  /** Without its draft the thread cannot give the run its name any more: it has it already, and is whole, or never gets it. */
  #dropDrafts(): void {
    const { draft, filterDraft } = this.#order.place;
    for (const path of [draft, filterDraft]) {
      try {
        rmSync(path, { force: true });
      } catch (error) {
        if (!isOfSystem(error)) throw error; // it goes when its program has ended
      }
    }
  }
}

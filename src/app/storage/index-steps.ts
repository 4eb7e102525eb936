import type { Clock, EventSink } from "../../base/index.ts";
import type { IndexProgress } from "../../vault/index.ts";

const SHOW_AFTER_MS = 1000; // what is quicker is no step

const NAMES = { reading: "read-index", merging: "merge-index" } as const;

export interface IndexStepsOptions {
  readonly events: EventSink;
  readonly clock: Clock;
  /** The vault, as it is shown. */
  readonly subject: string;
}

/** Tells of the opening of a vault's index as of a step, when it takes long. Whoever disposes of it says that none goes on. */
export class IndexSteps implements Disposable {
  readonly #options: IndexStepsOptions;
  #doing: { readonly name: string; readonly startedMs: number; doneBytes: number } | undefined;
  /** The step that was told of. */
  #step: string | undefined;
  #steps = 0;

  constructor(options: IndexStepsOptions) {
    this.#options = options;
  }

  readonly progress = ({ doing: what, doneBytes, totalBytes }: IndexProgress): void => {
    const { events, clock, subject } = this.#options;
    const name = NAMES[what];
    const doing = this.#goesOn(name, doneBytes);
    const takesMs = clock.monotonicMs() - doing.startedMs;
    if (this.#step === undefined && takesMs >= SHOW_AFTER_MS && doneBytes < totalBytes) {
      this.#step = `${name} ${++this.#steps} of ${subject}`;
      events({ type: "step-started", step: this.#step, name, subject, totalBytes });
    }
    if (this.#step !== undefined) events({ type: "step-progress", step: this.#step, doneBytes, totalBytes });
    if (doneBytes >= totalBytes) this.#end("done");
  };

  [Symbol.dispose](): void {
    this.#end("failed");
  }

  /** What goes on; the same as before unless it is something else, or begins again. */
  #goesOn(name: string, doneBytes: number): { readonly startedMs: number } {
    if (this.#doing?.name === name && this.#doing.doneBytes <= doneBytes) this.#doing.doneBytes = doneBytes;
    else {
      this.#end("done");
      this.#doing = { name, startedMs: this.#options.clock.monotonicMs(), doneBytes };
    }
    return this.#doing;
  }

  #end(outcome: "done" | "failed"): void {
    const step = this.#step;
    this.#doing = undefined;
    this.#step = undefined;
    if (step !== undefined) this.#options.events({ type: "step-ended", step, outcome });
  }
}

import { type Clock, InterruptedError } from "../../base/index.ts";

export interface Deadline {
  readonly clock: Clock;
  readonly milliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Whether the promise came to its end, in good or in bad, before the time was over and before the signal fired. */
export async function within(
  promise: Promise<unknown>,
  deadline: Deadline,
): Promise<"settled" | "late" | "interrupted"> {
  const { clock, milliseconds, signal } = deadline;
  const over = new AbortController();
  const signals = signal === undefined ? [over.signal] : [over.signal, signal];
  const settled = promise.then(
    () => "settled" as const,
    () => "settled" as const,
  );
  const late = clock.sleep(milliseconds, { signal: AbortSignal.any(signals) }).then(
    () => "late" as const,
    (error: unknown) => {
      if (error instanceof InterruptedError) return "interrupted" as const;
      throw error;
    },
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    over.abort();
  }
}

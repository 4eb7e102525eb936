import { throwIfInterrupted } from "./errors.ts";

export interface BoundedOptions {
  /** How many run at the same time, at the most. */
  readonly limit: number;
  /** Checked before each new piece of work is started. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` over the items, a limited number at a time. The first failure stops new work; what is running is awaited;
 * then one failure is thrown as it is, several as an `AggregateError`.
 */
export async function forEachBounded<T>(
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<void>,
  options: BoundedOptions,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const run = async (item: T): Promise<void> => {
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
    }
  };
  try {
    for await (const item of items) {
      throwIfInterrupted(options.signal);
      if (failures.length > 0) break;
      const task: Promise<void> = run(item).finally(() => running.delete(task));
      running.add(task);
      if (running.size >= options.limit) await Promise.race(running);
    }
  } catch (error) {
    failures.push(error);
  }
  await Promise.all(running);
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} pieces of work failed`);
}

import { InterruptedError } from "../../base/index.ts";
import { openRunHistory, type RunRow } from "../../runs/index.ts";
import type { World } from "../compose.ts";
import { describeError } from "../problems/index.ts";

/** How a run ended, as its row says it. */
export interface RunEnd {
  readonly outcome: Extract<RunRow["outcome"], "done" | "failed" | "interrupted">;
  /** Plain data: errors by code and message. */
  readonly summary: unknown;
}

export interface RecordedRun<T> {
  readonly kind: string;
  readonly host: string;
  readonly run: string;
  readonly folder: string;
  work(): Promise<T>;
  endOf(result: T): RunEnd;
}

/** Runs the work with a row in the run history around it; the row says how it ended, whatever happened. */
export async function withRunHistory<T>(run: RecordedRun<T>, world: World): Promise<T> {
  await using history = await openRunHistory(run.folder, { clock: world.clock });
  const row = await history.begin({ id: run.run, kind: run.kind, host: run.host });
  let result: T;
  try {
    result = await run.work();
  } catch (error) {
    try {
      await history.end(row, endBy(error));
    } catch (second) {
      throw new SuppressedError(second, error, "writing how the run ended failed too");
    }
    throw error;
  }
  await history.end(row, run.endOf(result));
  return result;
}

function endBy(error: unknown): RunEnd {
  const { code, message } = describeError(error, { language: "en" });
  const outcome = error instanceof InterruptedError ? "interrupted" : "failed";
  return { outcome, summary: { error: { code, message } } };
}

import { openRunHistory } from "../../runs/index.ts";
import type { World } from "../compose.ts";

/** Runs the work with a row in the run history around it; the row says how it ended, whatever happened. */
export async function withRunHistory<T>(
  run: { readonly kind: string; readonly host: string; readonly run: string; readonly folder: string },
  world: World,
  work: () => Promise<T>,
): Promise<T> {
  await using history = await openRunHistory(run.folder, { clock: world.clock });
  const row = await history.begin({ id: run.run, kind: run.kind, host: run.host });
  try {
    const outcome = await work();
    await history.end(row, { outcome: "done", summary: outcome });
    return outcome;
  } catch (error) {
    await history.end(row, { outcome: "failed", summary: { error: String(error) } });
    throw error;
  }
}

import { type Guid, throwIfInterrupted } from "../../base/index.ts";
import { LOG_SECTOR_BYTES } from "./layout.ts";
import { type LogEntry, readLogEntry } from "./log-entry.ts";
import type { LogRing } from "./log-ring.ts";

/**
 * The entries that a replay applies, in order: those from the tail of the newest entry (the head) to the head.
 *
 * ```
 *   log   │ … stale … │ e5 │ e6 │ e7 │ e8 │ … stale … │      numbers that follow each other make a run
 *                            ▲         │
 *                            └─ Tail ──┘                     e6, e7, e8 are replayed, e5 is not
 * ```
 *
 * Undefined when no run has its head's tail inside. [MS-VHDX] 2.3.2
 */
export async function activeSequence(
  log: LogRing,
  logGuid: Guid,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly LogEntry[] | undefined> {
  let best: readonly LogEntry[] | undefined;
  for (let at = 0; at < log.area.length; ) {
    throwIfInterrupted(options.signal);
    const run = await growRun(log, at, logGuid);
    const head = run.at(-1);
    const tailIndex = run.findIndex((entry) => entry.at === head?.tail);
    if (head !== undefined && tailIndex >= 0 && isNewer(head, best?.at(-1))) best = run.slice(tailIndex);
    at += run.reduce((sum, entry) => sum + entry.lengthBytes, 0) || LOG_SECTOR_BYTES;
  }
  return best;
}

/** The valid entries from an offset on whose numbers follow each other; it may go on over the end of the ring. */
async function growRun(log: LogRing, start: number, logGuid: Guid): Promise<LogEntry[]> {
  const run: LogEntry[] = [];
  let covered = 0;
  while (covered < log.area.length) {
    const entry = await readLogEntry(log, (start + covered) % log.area.length, logGuid);
    const previous = run.at(-1);
    if (entry === undefined) break;
    if (previous !== undefined && entry.sequenceNumber !== previous.sequenceNumber + 1n) break;
    if (covered + entry.lengthBytes > log.area.length) break;
    run.push(entry);
    covered += entry.lengthBytes;
  }
  return run;
}

function isNewer(head: LogEntry, best: LogEntry | undefined): boolean {
  return best === undefined || head.sequenceNumber > best.sequenceNumber;
}

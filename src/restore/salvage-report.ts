import type { UnreadRange } from "../vault/index.ts";
import type { PlannedFile, RestorePlan } from "./plan-restore.ts";
import type { RestoreTarget } from "./ports.ts";

const BUFFER_LINES = 1000;

/** A file that came back in part. */
export interface SalvagedFile {
  /** How many stretches are zeros that could not be read, and their bytes. */
  readonly ranges: number;
  readonly unreadBytes: number;
  /** The path of the report that lists them, below the folder. */
  readonly report: string;
}

/** What a report says of its file. */
export interface ReportFacts {
  readonly plan: Pick<RestorePlan, "machine" | "point">;
  readonly file: PlannedFile;
  /** In file order. */
  readonly ranges: readonly UnreadRange[];
}

/**
 * Writes the report of a file that came back in part: a document a line, the first of type `salvaged`, one of type `unread-range` for each
 * stretch, the last of type `summary`. Durable when it resolves, so that the file can have its name.
 */
export async function writeReport(
  target: RestoreTarget,
  report: string,
  { plan, file, ranges }: ReportFacts,
): Promise<SalvagedFile> {
  const unreadBytes = ranges.reduce((sum, { length }) => sum + length, 0);
  const { path, stored } = file;
  const { machine, point } = plan;
  const names = path.split("/");
  const head = { type: "salvaged", whole: false, file: names.at(-1), hostPath: stored.path, machine };
  const documents: readonly object[] = [
    { ...head, point: point.id, time: point.time, bytes: stored.sizeBytes },
    ...ranges.map((range) => ({ type: "unread-range", ...range })),
    { type: "summary", ranges: ranges.length, unreadBytes },
  ];
  await target.remove(report);
  await using store = await target.create(report);
  for (let at = 0; at < documents.length; at += BUFFER_LINES) {
    const lines = documents.slice(at, at + BUFFER_LINES).map((document) => `${JSON.stringify(document)}\n`);
    await store.write(new TextEncoder().encode(lines.join("")), store.sizeBytes);
  }
  await store.flush();
  return { ranges: ranges.length, unreadBytes, report };
}

import { type BackupResult, exitCodeOf } from "../../app/index.ts";

const ALL_FAILED = 1;
const SOME_FAILED = 3;
const WARNED = 3;
const DAMAGED = 4;
const INTERRUPTED = 130;

/** What of a run's result decides how the program ends. */
export interface RunSoFar {
  readonly points: readonly Pick<BackupResult["points"][number], "warnings" | "leftBehind">[];
  readonly failed: readonly Pick<BackupResult["failed"][number], "error">[];
  readonly skipped: readonly unknown[];
  readonly warnings?: readonly unknown[] | undefined;
  readonly cleaned: Pick<BackupResult["cleaned"], "leftBehind">;
  readonly endedBy?: Error | undefined;
}

/** An interruption says most, then damage, then machines that failed, then (when asked for) everything that is worth a look. */
export function backupExitCode(
  run: RunSoFar,
  options: { readonly failOnWarning?: true | undefined } = {},
): number {
  if (run.endedBy !== undefined && exitCodeOf(run.endedBy) === INTERRUPTED) return INTERRUPTED;
  if (run.failed.some(({ error }) => exitCodeOf(error) === DAMAGED)) return DAMAGED;
  if (run.failed.length > 0) return run.points.length === 0 ? ALL_FAILED : SOME_FAILED;
  return options.failOnWarning === true && isWorthALook(run) ? WARNED : 0;
}

function isWorthALook({ points, skipped, cleaned, warnings = [] }: RunSoFar): boolean {
  const warned = points.some(({ warnings, leftBehind }) => warnings.length + leftBehind.length > 0);
  return warned || warnings.length > 0 || skipped.length > 0 || cleaned.leftBehind.length > 0;
}

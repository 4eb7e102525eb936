import type { BackupResult } from "../../app/index.ts";
import type { ExitCode } from "../../contract/index.ts";
import { severalExitCode } from "./several-exit-code.ts";

/** What of a run's result decides how the program ends. */
export interface RunSoFar {
  readonly points: readonly Pick<BackupResult["points"][number], "warnings" | "leftBehind">[];
  readonly failed: readonly Pick<BackupResult["failed"][number], "error">[];
  readonly skipped: readonly unknown[];
  readonly warnings?: readonly unknown[] | undefined;
  readonly cleaned: Pick<BackupResult["cleaned"], "leftBehind">;
  readonly endedBy?: Error | undefined;
}

/** What was left behind on a host, or skipped, is worth a look too. */
export function backupExitCode(
  run: RunSoFar,
  options: { readonly failOnWarning?: true | undefined } = {},
): ExitCode {
  const { points, failed, endedBy } = run;
  const errors = failed.map(({ error }) => error);
  return severalExitCode({ succeeded: points.length, errors, endedBy, isWarned: isWorthALook(run) }, options);
}

function isWorthALook({ points, skipped, cleaned, warnings = [] }: RunSoFar): boolean {
  const warned = points.some(({ warnings, leftBehind }) => warnings.length + leftBehind.length > 0);
  return warned || warnings.length > 0 || skipped.length > 0 || cleaned.leftBehind.length > 0;
}

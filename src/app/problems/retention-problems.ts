import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of rules that say what to keep. */
export const RETENTION_PROBLEMS: Readonly<Record<string, Problem>> = {
  "retention-rule-not-understood": row(2, [
    "A rule that says which restore points to keep cannot be understood. Nothing was removed.",
    "Write it as the message says; stillpoint prune --help has examples.",
    "Eine Regel dafür, welche Wiederherstellungspunkte bleiben, ist nicht zu verstehen. Entfernt wurde nichts.",
    "Schreiben Sie sie so, wie die Meldung es sagt; stillpoint prune --help zeigt Beispiele.",
  ]),
};

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
  "removal-too-large": row(1, [
    "More than half of all restore points would go, which is rather a slip than a wish. Nothing was removed.",
    "Look at the plan once more, without --execute; if it is what you want, add --allow-many.",
    "Mehr als die Hälfte aller Wiederherstellungspunkte würde entfernt; das ist eher ein Versehen als ein Wunsch. Entfernt wurde nichts.",
    "Sehen Sie sich den Plan ohne --execute noch einmal an; ist er gewollt, fügen Sie --allow-many hinzu.",
  ]),
};

import type { Explanation } from "./problem.ts";
import { explanation, type Otherwise, type Texts } from "./row.ts";

/** What stands behind the code of a warning (worth a look) or of a note (good to know). */
export interface Warning extends Explanation {
  readonly kind: "warning" | "note";
}

/** A row of the tables of warnings: texts in the order English meaning and advice, German meaning and advice. */
export function warning(kind: Warning["kind"], texts: Texts, otherwise: Otherwise = []): Warning {
  return { kind, ...explanation(texts, otherwise) };
}

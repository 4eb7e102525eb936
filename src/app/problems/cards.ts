import { EVIDENCE, type Evidence } from "./evidence.ts";
import { LINKS, type Link } from "./links.ts";
import type { Explanation, Problem, Words } from "./problem.ts";
import { PROBLEMS } from "./problems.ts";
import type { Warning } from "./warning.ts";
import { WARNINGS } from "./warnings.ts";

/** An error ends something; a warning is worth a look; a note is good to know. */
export type CardKind = "error" | Warning["kind"];

/** All that is known of a code, in every language. */
export interface Card {
  readonly code: string;
  readonly kind: CardKind;
  /** Errors only: what the program ends with. */
  readonly exitCode?: Problem["exitCode"] | undefined;
  readonly meaning: Words;
  /** What to do, the likeliest first. */
  readonly advice: readonly Words[];
  readonly evidence: readonly Evidence[];
  readonly links: readonly Link[];
}

/** The card of every code, by code, sorted. */
export const CARDS: ReadonlyMap<string, Card> = new Map(
  [
    ...Object.entries(PROBLEMS).map(([code, problem]) =>
      card(code, problem, { kind: "error", exitCode: problem.exitCode }),
    ),
    ...Object.entries(WARNINGS).map(([code, warning]) => card(code, warning, { kind: warning.kind })),
  ]
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map((one) => [one.code, one]),
);

function card(code: string, text: Explanation, facts: Pick<Card, "kind" | "exitCode">): Card {
  return {
    code,
    ...facts,
    meaning: text.meaning,
    advice: [text.advice, ...text.otherwise],
    evidence: EVIDENCE[code] ?? [],
    links: LINKS[code] ?? [],
  };
}

import type { Language } from "../config/index.ts";
import type { Card } from "./cards.ts";

/** A card in one language: what scripts read. */
export interface CardText {
  readonly code: string;
  readonly kind: Card["kind"];
  readonly exitCode?: number | undefined;
  readonly meaning: string;
  readonly advice: readonly string[];
  readonly evidence: readonly {
    readonly command: string;
    readonly look: string;
    readonly source: string;
  }[];
  readonly links: readonly { readonly title: string; readonly address: string }[];
}

/** The card in the language. */
export function cardText(card: Card, language: Language): CardText {
  const { code, kind, exitCode, meaning, advice, evidence, links } = card;
  return {
    code,
    kind,
    ...(exitCode === undefined ? {} : { exitCode }),
    meaning: meaning[language],
    advice: advice.map((words) => words[language]),
    evidence: evidence.map(({ command, look, source }) => ({
      command,
      look: look[language],
      source: source[language],
    })),
    links: links.map(({ title, address }) => ({ title: title[language], address })),
  };
}

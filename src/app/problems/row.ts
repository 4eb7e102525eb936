import type { Explanation, Problem } from "./problem.ts";

/** Texts of a row: meaning and advice in English, then in German. */
export type Texts = readonly [meaningEn: string, adviceEn: string, meaningDe: string, adviceDe: string];

/** Further advice, the likeliest first: English and German of each. */
export type Otherwise = readonly (readonly [en: string, de: string])[];

/** A row of the table: texts in the order English meaning and advice, German meaning and advice. */
export function row(exitCode: Problem["exitCode"], texts: Texts, otherwise: Otherwise = []): Problem {
  return { exitCode, ...explanation(texts, otherwise) };
}

/** The texts of a row, by language. */
export function explanation(texts: Texts, otherwise: Otherwise): Explanation {
  const [meaningEn, adviceEn, meaningDe, adviceDe] = texts;
  return {
    meaning: { en: meaningEn, de: meaningDe },
    advice: { en: adviceEn, de: adviceDe },
    otherwise: otherwise.map(([en, de]) => ({ en, de })),
  };
}

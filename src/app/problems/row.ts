import type { Problem } from "./problem.ts";

type Texts = readonly [meaningEn: string, adviceEn: string, meaningDe: string, adviceDe: string];

/** A row of the table: texts in the order English meaning and advice, German meaning and advice. */
export function row(exitCode: Problem["exitCode"], texts: Texts): Problem {
  const [meaningEn, adviceEn, meaningDe, adviceDe] = texts;
  return { exitCode, meaning: { en: meaningEn, de: meaningDe }, advice: { en: adviceEn, de: adviceDe } };
}

import type { Language } from "../config/index.ts";

/** A text in every language that the product speaks. */
export type Words = Readonly<Record<Language, string>>;

/** What a surface makes of an error: its exit code, what happened in plain words, and what to do. */
export interface Problem {
  readonly exitCode: 1 | 2 | 4 | 130;
  /** What it means, in one sentence, without the facts of the single case. */
  readonly meaning: Words;
  /** What to do about it. */
  readonly advice: Words;
}

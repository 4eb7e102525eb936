import type { Language } from "../config/index.ts";

/** A text in every language that the product speaks. */
export type Words = Readonly<Record<Language, string>>;

/** What a code stands for, and what to do about it; both without the facts of the single case. */
export interface Explanation {
  /** What it means, in one sentence. */
  readonly meaning: Words;
  /** What to do about it: what helps most often. */
  readonly advice: Words;
  /** What else helps, the likeliest first. */
  readonly otherwise: readonly Words[];
}

/** What a surface makes of an error: its explanation, and the exit code that it ends the program with. */
export interface Problem extends Explanation {
  readonly exitCode: 1 | 2 | 4 | 130;
}

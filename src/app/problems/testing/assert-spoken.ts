import assert from "node:assert/strict";
import type { Explanation, Words } from "../problem.ts";

/** Fails unless a code and all its texts are as they must be: both languages, whole sentences, two different ones. */
export function assertSpoken(code: string, { meaning, advice, otherwise }: Explanation): void {
  assert.match(code, /^[a-z]+(-[a-z]+)*$/);
  for (const words of [meaning, advice, ...otherwise]) assertBothLanguages(code, words);
}

/** Fails unless the text stands in both languages and is not the same in both. */
export function assertBothLanguages(code: string, words: Words): void {
  assert.deepEqual(Object.keys(words).sort(), ["de", "en"], code);
  for (const text of Object.values(words)) assert.match(text, /^\S.{8,}[.?]$/su, code);
  assert.notEqual(words.en, words.de, code);
  assert.doesNotMatch(words.de.replaceAll(/„[^“]*“/g, ""), /\b(the|and|of|is|this|which)\b/, code);
  assert.doesNotMatch(words.en, /\b(der|das|ist|und|nicht|Sie)\b/, code);
}

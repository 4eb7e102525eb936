import { ENGLISH } from "./english.ts";
import { GERMAN } from "./german.ts";

export type Language = "en" | "de";
export type SentenceKey = keyof typeof ENGLISH;

/** Everything that a forecast can say, in both languages. */
export const FORECAST_TEXTS: Readonly<Record<Language, Readonly<Record<SentenceKey, string>>>> = {
  en: ENGLISH,
  de: GERMAN,
};

/** A sentence that has not been put into a language yet. A fact that is a key's sentence itself is put into it too. */
export interface Sentence {
  readonly key: SentenceKey;
  readonly facts?: Readonly<Record<string, string | number | Sentence>> | undefined;
}

/** The sentence in a language, its placeholders filled with its facts. */
export function say(sentence: Sentence, language: Language = "en"): string {
  return FORECAST_TEXTS[language][sentence.key].replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const fact = sentence.facts?.[name];
    if (fact === undefined) throw new TypeError(`The sentence "${sentence.key}" needs the fact "${name}"`);
    return typeof fact === "object" ? say(fact, language) : String(fact);
  });
}

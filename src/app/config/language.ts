import { environment } from "./environment.ts";

/** The languages that every text for people exists in. */
export type Language = "en" | "de";

/** German when the locale says so, as other programs decide it; English otherwise. */
export function language(): Language {
  const locale = environment("LC_ALL") ?? environment("LC_MESSAGES") ?? environment("LANG") ?? "";
  return /^de([_.@-]|$)/i.test(locale) ? "de" : "en";
}

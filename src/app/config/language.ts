import { environment } from "./environment.ts";

/** The languages that every text for people exists in. */
export type Language = "en" | "de";

/** German when the locale says so, English otherwise. Windows sets none of the variables: there the user's own setting counts. */
export function language(): Language {
  const locale =
    environment("LC_ALL") ??
    environment("LC_MESSAGES") ??
    environment("LANG") ??
    new Intl.DateTimeFormat().resolvedOptions().locale;
  return /^de([_.@-]|$)/i.test(locale) ? "de" : "en";
}

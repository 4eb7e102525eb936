const LONGEST = 2_000; // characters, of what others sent and a message of ours repeats
/** What moves a terminal's cursor or changes its title; tabs and ends of lines do not. */
const CONTROLS = /[\p{Cc}]/gu;
const HARMLESS = /[\t\r\n]/;

/**
 * The beginning of a text of the host's, for messages: they go to logs and screens, however much the host said, and
 * whatever characters it put into it.
 */
export function excerptOf(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return cut.replaceAll(CONTROLS, (character) => (HARMLESS.test(character) ? character : "\ufffd"));
}

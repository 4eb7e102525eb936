const LONGEST = 2_000; // characters, of what others sent and a message of ours repeats

/** The beginning of a text of the host's, for messages: they go to logs and screens, however much the host said. */
export function excerptOf(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

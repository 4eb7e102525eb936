/** Characters of each stream of a command that a run keeps. */
const MOST_CHARACTERS = 4_096;

/** The end of what a command printed: what went wrong is said last. */
export function keptOutput(text: string): string {
  const trimmed = text.trimEnd();
  const left = trimmed.length - MOST_CHARACTERS;
  return left <= 0 ? trimmed : `[${left} characters are left out]\n${trimmed.slice(-MOST_CHARACTERS)}`;
}

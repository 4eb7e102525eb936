const MOST = 5;
const SHORTEST_BEGINNING = 4; // letters that say which word was meant

/**
 * The codes that somebody may have meant: those that hold all typed words, else those that differ in
 * few letters or have words that begin so.
 */
export function nearCodes(typed: string, codes: Iterable<string>): readonly string[] {
  const wanted = typed.toLowerCase();
  const words = wanted.split(/[^a-z0-9]+/).filter((word) => word !== "");
  const known = [...codes];
  const holding =
    words.length === 0 ? [] : known.filter((code) => words.every((word) => code.includes(word)));
  if (holding.length > 0) return holding.slice(0, MOST);
  const beginning = known.filter((code) => words.length > 0 && words.every((word) => beginsLike(word, code)));
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  const alike = known
    .map((code) => ({ code, distance: distanceOf(wanted, code) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .map(({ code }) => code);
  return [...new Set([...alike, ...beginning])].slice(0, MOST);
}

function beginsLike(word: string, code: string): boolean {
  return (
    word.length >= SHORTEST_BEGINNING &&
    code.split("-").some((part) => part.startsWith(word.slice(0, SHORTEST_BEGINNING)))
  );
}

/** How many letters must be put in, taken out or exchanged to make one of the other (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const exchanged = (above[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      row.push(Math.min(exchanged, (above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}

// Reads documents that name the tests that show something: docs/statements.md and docs/unconfirmed-shown.md. Below a heading
// `### subject` or `### subject · words` stand lines "- `file` name" or "- kind · `file` name". A name is the beginning of a
// test's name; `…` in it stands for anything.

/**
 * @typedef {{ readonly kind: string, readonly file: string, readonly name: string }} ShowingTest `kind` is empty where the line has none
 * @param {string} text the document
 * @returns {Map<string, ShowingTest[]>} the tests of each subject, in the document's order
 */
export function statementTests(text) {
  const found = new Map();
  let tests = [];
  for (const line of text.split("\n")) {
    const heading = /^### (.+?)(?: · .*)?$/.exec(line);
    if (heading !== null) {
      if (found.has(heading[1])) throw new TypeError(`The heading "${heading[1]}" stands twice`);
      tests = [];
      found.set(heading[1], tests);
    }
    const test = /^- (?:([a-z ]+) · )?`([^`]+\.test\.ts)` (.+)$/.exec(line);
    if (test !== null) tests.push({ kind: test[1] ?? "", file: test[2], name: test[3] });
  }
  return found;
}

/**
 * @param {string} begin how a test's name begins
 * @param {string} name a test's whole name
 */
export function beginsWith(begin, name) {
  const literal = begin.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}`, "s").test(name);
}

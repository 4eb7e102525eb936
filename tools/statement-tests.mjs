// Reads docs/statements.md: which tests show which statement. A name is the beginning of a test's name; `…` in it stands for anything.

/**
 * @param {string} text the document
 * @returns {Map<string, { readonly file: string, readonly name: string }[]>} the tests of each statement
 */
export function statementTests(text) {
  const found = new Map();
  let tests = [];
  for (const line of text.split("\n")) {
    const heading = /^### (S\d+) · \S/.exec(line);
    if (heading !== null) {
      tests = [];
      found.set(heading[1], tests);
    }
    const test = /^- `([^`]+\.test\.ts)` (.+)$/.exec(line);
    if (test !== null) tests.push({ file: test[1], name: test[2] });
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

// Reads results in TAP and prints `PASSED FAILED SKIPPED`. A skipped test counts as failed unless the second list excuses it; a
// test of the first list, or one that a document names as showing something (docs/statements.md and the like), that did not run
// and pass counts as failed too. Lists hold beginnings of names, one a line.
import { readFileSync } from "node:fs";
import { beginsWith, statementTests } from "./statement-tests.mjs";

const [resultsFile, neverSkippedFile, maySkipFile, ...documents] = process.argv.slice(2);
const list = (file) =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
const maySkip = list(maySkipFile);
const lines = readFileSync(resultsFile, "utf8").split("\n");
const tests = lines
  .map((line, i) => ({ found: /^\s*(not )?ok \d+ - (.*?)(?: # (SKIP|TODO)\b.*)?$/.exec(line), i }))
  .filter(({ found, i }) => found !== null && !isSuite(i))
  .map(({ found: [, not, name, directive] }) => ({
    name: name.replaceAll("\\#", "#"),
    passed: not === undefined && directive === undefined,
    skipped: directive !== undefined,
  }));
const failures = [];
let skipped = 0;
for (const test of tests) {
  if (test.skipped && maySkip.some((begin) => test.name.startsWith(begin))) skipped++;
  else if (test.skipped) failures.push(`skipped: ${test.name}`);
  else if (!test.passed) failures.push(`failed: ${test.name}`);
}
for (const begin of list(neverSkippedFile)) {
  if (!tests.some((test) => test.passed && test.name.startsWith(begin)))
    failures.push(`did not run: ${begin}`);
}
for (const document of documents) {
  for (const [subject, shownBy] of statementTests(readFileSync(document, "utf8"))) {
    for (const { name } of shownBy) {
      if (!tests.some((test) => test.passed && beginsWith(name, test.name)))
        failures.push(`did not run, and shows ${subject}: ${name}`);
    }
  }
}
for (const failure of failures) console.error(failure);
console.log(`${tests.filter((test) => test.passed).length} ${failures.length} ${skipped}`);

/** The YAML block behind a result says whether it was a suite, which only sums up its tests. */
function isSuite(line) {
  const end = lines.findIndex((text, i) => i > line && /^\s*\.\.\.$/.test(text));
  return lines.slice(line + 1, Math.min(end, line + 8)).some((text) => /^\s*type: 'suite'$/.test(text));
}

// Reads results in TAP and prints `PASSED FAILED`. A skipped test counts as failed, and so does one of the list that did not run.
import { readFileSync } from "node:fs";

const [resultsFile, listFile] = process.argv.slice(2);
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
for (const test of tests) {
  if (test.skipped) failures.push(`skipped: ${test.name}`);
  else if (!test.passed) failures.push(`failed: ${test.name}`);
}
const wanted = readFileSync(listFile, "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
for (const begin of wanted) {
  if (!tests.some((test) => test.passed && test.name.startsWith(begin)))
    failures.push(`did not run: ${begin}`);
}
for (const failure of failures) console.error(failure);
console.log(`${tests.filter((test) => test.passed).length} ${failures.length}`);

/** The YAML block behind a result says whether it was a suite, which only sums up its tests. */
function isSuite(line) {
  const end = lines.findIndex((text, i) => i > line && /^\s*\.\.\.$/.test(text));
  return lines.slice(line + 1, Math.min(end, line + 8)).some((text) => /^\s*type: 'suite'$/.test(text));
}

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beginsWith, type statementTests } from "../../tools/statement-tests.mjs";

const ROOT = join(import.meta.dirname, "../..");
/** A call of `test` with its name; names that are put together have `${…}` in them. */
const TEST_NAME = /\btest\(\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/gs;
const namesByFile = new Map<string, readonly string[]>();

/** Fails when a test that a document names as showing something is not in its file. */
export function assertTestsAreThere(shown: ReturnType<typeof statementTests>): void {
  for (const [subject, tests] of shown) {
    for (const { file, name } of tests) {
      assert.ok(existsSync(join(ROOT, file)), `${subject}: ${file}`);
      assert.ok(name.replaceAll("…", "").length > 12, `${subject}: "${name}" says too little`);
      assert.ok(
        namesIn(join(ROOT, file)).some((known) => beginsWith(name, known)),
        `${subject}: ${file} has no test "${name}"`,
      );
    }
  }
}

/** The names of a file's tests, those that its test support makes for it included. */
function namesIn(path: string): readonly string[] {
  const known = namesByFile.get(path);
  if (known !== undefined) return known;
  const source = readFileSync(path, "utf8");
  const support = [...source.matchAll(/ from "(\.[^"]*testing\/[^"]*\.ts)"/g)].map((found) =>
    String(found[1]),
  );
  const names = [
    ...namesOf(source),
    ...support.flatMap((file) => namesOf(readFileSync(join(dirname(path), file), "utf8"))),
  ];
  namesByFile.set(path, names);
  return names;
}

function namesOf(source: string): readonly string[] {
  return [...source.matchAll(TEST_NAME)].map(([, quoted, template]) =>
    (quoted ?? template ?? "").replaceAll("\\`", "`").replaceAll('\\"', '"'),
  );
}

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { beginsWith, statementTests } from "../tools/statement-tests.mjs";

const ROOT = join(import.meta.dirname, "..");
const LAST_BUILT = 44;
/** A call of `test` with its name; names that are put together have `${…}` in them. */
const TEST_NAME = /\btest\(\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/gs;

describe("docs/statements.md", () => {
  const statements = statementTests(readFileSync(join(ROOT, "docs/statements.md"), "utf8"));

  test("has every statement once, in order, and a test for each that is built", () => {
    const wanted = Array.from({ length: LAST_BUILT + 1 }, (_, i) => `S${i + 1}`);
    assert.deepEqual([...statements.keys()], wanted);
    for (const [statement, tests] of statements)
      if (statement !== "S45") assert.ok(tests.length > 0, `${statement} has no test`);
  });

  test("names tests that are there", () => {
    for (const [statement, tests] of statements) {
      for (const { file, name } of tests) {
        const path = join(ROOT, file);
        assert.ok(existsSync(path), `${statement}: ${file}`);
        assert.ok(name.replaceAll("…", "").length > 12, `${statement}: "${name}" says too little`);
        assert.ok(
          namesIn(path).some((known) => beginsWith(name, known)),
          `${statement}: ${file} has no test "${name}"`,
        );
      }
    }
  });
});

/** The names of a file's tests, those that its test support makes for it included. */
function namesIn(path: string): readonly string[] {
  const source = readFileSync(path, "utf8");
  const support = [...source.matchAll(/ from "(\.[^"]*testing\/[^"]*\.ts)"/g)].map((found) =>
    String(found[1]),
  );
  return [
    ...namesOf(source),
    ...support.flatMap((file) => namesOf(readFileSync(join(dirname(path), file), "utf8"))),
  ];
}

function namesOf(source: string): readonly string[] {
  return [...source.matchAll(TEST_NAME)].map(([, quoted, template]) =>
    (quoted ?? template ?? "").replaceAll("\\`", "`").replaceAll('\\"', '"'),
  );
}

test("`beginsWith()` takes a beginning, with … for anything, and everything else by letter", () => {
  assert.ok(beginsWith("a … (c)", "a long b (c) and more"));
  assert.ok(!beginsWith("a … (c)", "a long b c"));
  assert.ok(!beginsWith("b", "a b"));
});

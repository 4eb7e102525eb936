import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { beginsWith, statementTests } from "../tools/statement-tests.mjs";
import { assertTestsAreThere } from "./testing/named-tests.ts";

const ROOT = join(import.meta.dirname, "..");
const LAST_BUILT = 44;

describe("docs/statements.md", () => {
  const statements = statementTests(readFileSync(join(ROOT, "docs/statements.md"), "utf8"));

  test("has every statement once, in order, and a test for each that is built", () => {
    const wanted = Array.from({ length: LAST_BUILT + 1 }, (_, i) => `S${i + 1}`);
    assert.deepEqual([...statements.keys()], wanted);
    for (const [statement, tests] of statements)
      if (statement !== "S45") assert.ok(tests.length > 0, `${statement} has no test`);
  });

  test("names tests that are there", () => {
    assertTestsAreThere(statements);
  });
});

test("`statementTests()` reads subjects with their tests and kinds, and no subject twice", () => {
  const text =
    "### S1 · words\n\n- `a.test.ts` shows it\n\n### an-id\n- other · `b.test.ts` a · b\n- only on Windows · no line";
  assert.deepEqual(
    [...statementTests(text)],
    [
      ["S1", [{ kind: "", file: "a.test.ts", name: "shows it" }]],
      ["an-id", [{ kind: "other", file: "b.test.ts", name: "a · b" }]],
    ],
  );
  assert.throws(() => statementTests("### S1 · a\n### S1 · b"), TypeError);
});

test("`beginsWith()` takes a beginning, with … for anything, and everything else by letter", () => {
  assert.ok(beginsWith("a … (c)", "a long b (c) and more"));
  assert.ok(!beginsWith("a … (c)", "a long b c"));
  assert.ok(!beginsWith("b", "a b"));
});

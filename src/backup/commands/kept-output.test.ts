import assert from "node:assert/strict";
import { test } from "node:test";
import { keptOutput } from "./kept-output.ts";

test("`keptOutput()` keeps a short text without its last line ends", () => {
  assert.equal(keptOutput("one\ntwo\r\n\n"), "one\ntwo");
});

test("`keptOutput()` keeps the end of a long text and says how much is missing", () => {
  const kept = keptOutput(`${"x".repeat(5_000)}the end`);
  assert.equal(kept.slice(-7), "the end");
  assert.match(kept, /^\[911 characters are left out\]\nx/);
  assert.ok(kept.length < 4_200);
});

test("`keptOutput()` keeps 4096 characters whole", () => {
  assert.equal(keptOutput("x".repeat(4_096)), "x".repeat(4_096));
  assert.equal(keptOutput("x".repeat(4_097)), `[1 characters are left out]\n${"x".repeat(4_096)}`);
});

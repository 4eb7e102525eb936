import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRestorePointId, TIB } from "./units.ts";

test("`parseRestorePointId()` takes 32 lower-case hexadecimal digits and nothing else", () => {
  assert.equal(parseRestorePointId("0123456789abcdef".repeat(2)), "0123456789abcdef0123456789abcdef");
  for (const text of [
    "",
    "0".repeat(31),
    "0".repeat(33),
    "A".repeat(32),
    "g".repeat(32),
    `${"0".repeat(32)}\n`,
  ]) {
    assert.equal(parseRestorePointId(text), undefined, JSON.stringify(text));
  }
});

test("`TIB` is 2 to the 40th", () => {
  assert.equal(TIB, 2 ** 40);
});

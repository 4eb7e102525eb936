import assert from "node:assert/strict";
import { test } from "node:test";
import { excerptOf } from "./excerpt.ts";

test("`excerptOf()` leaves what has 2000 characters, and cuts what has more", () => {
  assert.equal(excerptOf("x".repeat(2000)), "x".repeat(2000));
  assert.equal(excerptOf(`${"x".repeat(2000)}y`), `${"x".repeat(2000)}…`);
});

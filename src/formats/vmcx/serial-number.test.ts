import assert from "node:assert/strict";
import { test } from "node:test";
import { isLater } from "./serial-number.ts";

test("`isLater()` survives wrapping", () => {
  assert.ok(isLater(25, 24));
  assert.ok(!isLater(24, 25));
  assert.ok(!isLater(7, 7));
  assert.ok(isLater(0, 0xffff));
  assert.ok(!isLater(0xffff, 0));
  assert.ok(isLater(0x7000, 0xf001));
});

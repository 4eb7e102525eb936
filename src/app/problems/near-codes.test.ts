import assert from "node:assert/strict";
import { test } from "node:test";
import { nearCodes } from "./near-codes.ts";

const CODES = [
  "machine-busy",
  "machine-gone",
  "left-behind",
  "vtpm-bound-to-host",
  "passthrough-disk-not-covered",
];

test("`nearCodes()` finds codes that hold the typed words, in any case and order", () => {
  assert.deepEqual(nearCodes("MACHINE", CODES), ["machine-busy", "machine-gone"]);
  assert.deepEqual(nearCodes("behind left", CODES), ["left-behind"]);
  assert.deepEqual(nearCodes("passthrough", CODES), ["passthrough-disk-not-covered"]);
});

test("`nearCodes()` forgives a few wrong letters, and offers nothing for what is far from all", () => {
  assert.deepEqual(nearCodes("machin-bussy", CODES), ["machine-busy"]);
  assert.deepEqual(nearCodes("passthru", CODES), ["passthrough-disk-not-covered"]);
  assert.deepEqual(nearCodes("xyz", CODES), []);
  assert.deepEqual(nearCodes("", CODES), []);
});

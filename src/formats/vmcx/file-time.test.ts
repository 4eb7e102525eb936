import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesFromHex } from "../../base/index.ts";
import { fileTimeFromInstant, instantFromFileTime } from "./file-time.ts";

// by Python: datetime(1601, 1, 1) + timedelta(microseconds=ticks // 10)
const HEX = "a76e45669e97d701";
const TIME = "2021-08-22T21:41:00.7172263Z";

test("`instantFromFileTime()` counts 100 ns from 1601", () => {
  const bytes = bytesFromHex(HEX) as Uint8Array;
  assert.equal(instantFromFileTime(bytes)?.toString(), TIME);
  assert.deepEqual(fileTimeFromInstant(Temporal.Instant.from(TIME)), bytes);
});

test("`instantFromFileTime()` gives nothing for never, for another length and for a negative value", () => {
  assert.equal(instantFromFileTime(new Uint8Array(8)), undefined);
  assert.equal(instantFromFileTime(new Uint8Array(7)), undefined);
  assert.equal(instantFromFileTime(new Uint8Array(8).fill(0xff)), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { setBits } from "./set-bits.ts";

test("`setBits()` counts from the lowest bit of the first byte", () => {
  const bytes = new Uint8Array(3);
  setBits(bytes, { start: 0, count: 1, value: 1 });
  assert.deepEqual([...bytes], [0b0000_0001, 0, 0]);
  setBits(bytes, { start: 6, count: 12, value: 1 });
  assert.deepEqual([...bytes], [0b1100_0001, 0xff, 0b0000_0011]);
  setBits(bytes, { start: 7, count: 9, value: 0 });
  assert.deepEqual([...bytes], [0b0100_0001, 0, 0b0000_0011]);
});

test("`setBits()` does what setting one bit after the other does", () => {
  const random = new SeededEntropy(1);
  for (let round = 0; round < 300; round++) {
    const bytes = random.bytes(20);
    const expected = bytes.slice();
    const start = random.below(160);
    const count = random.below(160 - start);
    const value = random.below(2) === 0 ? 0 : 1;
    for (let bit = start; bit < start + count; bit++) {
      const mask = 1 << (bit & 7);
      const old = expected[bit >> 3] as number;
      expected[bit >> 3] = value === 1 ? old | mask : old & ~mask;
    }
    setBits(bytes, { start, count, value });
    assert.deepEqual(bytes, expected);
  }
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "./seeded-entropy.ts";

describe("SeededEntropy", () => {
  test("gives the same for the same seed, and something else for another", () => {
    assert.deepEqual(new SeededEntropy(5).bytes(100), new SeededEntropy(5).bytes(100));
    assert.notDeepEqual(new SeededEntropy(5).bytes(100), new SeededEntropy(6).bytes(100));
  });

  test("`below()` stays below, and reaches every number", () => {
    const random = new SeededEntropy(1);
    const seen = new Set(Array.from({ length: 1000 }, () => random.below(10)));
    assert.deepEqual(seen, new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });

  test("gives each byte about as often as any other", () => {
    const counts = Array.from({ length: 256 }, () => 0);
    for (const byte of new SeededEntropy(9).bytes(256_000)) counts[byte] = (counts[byte] ?? 0) + 1;
    for (const [byte, count] of counts.entries()) assert.ok(count > 800 && count < 1200, `${byte}: ${count}`);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { sectorRuns } from "./sector-runs.ts";

test("`sectorRuns()` reads the lowest bit of a byte first", () => {
  assert.deepEqual(
    [...sectorRuns(Uint8Array.of(0b0000_0110), 0, 8)],
    [
      { first: 0, count: 1, isPresent: false },
      { first: 1, count: 2, isPresent: true },
      { first: 3, count: 5, isPresent: false },
    ],
  );
});

test("`sectorRuns()` covers any stretch of any bitmap with alternating runs", () => {
  const byte = fc.oneof(fc.constantFrom(0, 255), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(byte, { minLength: 1, maxLength: 12 }), fc.nat(), fc.nat(), (bytes, a, b) => {
      const bits = bytes.flatMap((value) => Array.from({ length: 8 }, (_, i) => ((value >> i) & 1) === 1));
      const [from, to] = [a % bits.length, b % bits.length].sort((x, y) => x - y) as [number, number];
      const runs = [...sectorRuns(Uint8Array.from(bytes), from, to)];
      assert.deepEqual(
        runs.flatMap((run) => Array.from({ length: run.count }, () => run.isPresent)),
        bits.slice(from, to),
      );
      assert.ok(runs.every((run, i) => i === 0 || run.isPresent !== runs[i - 1]?.isPresent));
    }),
  );
});

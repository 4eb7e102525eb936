import assert from "node:assert/strict";
import { test } from "node:test";
import { LostRanges } from "./losses.ts";

const FILE = { path: "a", role: "disk" } as const;

test("`LostRanges` joins neighbours that heal alike, and nothing else", () => {
  const ranges = new LostRanges();
  assert.equal(ranges.of(FILE), undefined, "nothing is lost");
  for (const [offset, length, mayHeal] of [
    [0, 10, false],
    [10, 10, false],
    [20, 10, true],
    [40, 10, true],
    [50, 5, true],
  ] as const)
    ranges.add({ offset, length, mayHeal });
  assert.deepEqual(ranges.of(FILE), {
    ...FILE,
    lostBytes: 45,
    mayHealBytes: 25,
    ranges: [
      { offset: 0, length: 20, mayHeal: false },
      { offset: 20, length: 10, mayHeal: true },
      { offset: 40, length: 15, mayHeal: true },
    ],
    rangeCount: 3,
  });
});

test("`LostRanges` keeps a hundred ranges, and counts all", () => {
  const ranges = new LostRanges();
  for (let i = 0; i < 250; i++) {
    ranges.add({ offset: 20 * i, length: 5, mayHeal: false });
    ranges.add({ offset: 20 * i + 5, length: 5, mayHeal: false });
  }
  const lost = ranges.of(FILE);
  assert.deepEqual([lost?.rangeCount, lost?.lostBytes, lost?.ranges.length], [250, 2500, 100]);
  assert.deepEqual(lost?.ranges.at(-1), { offset: 20 * 99, length: 10, mayHeal: false });
});

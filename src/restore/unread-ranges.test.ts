import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as assertProperty, nat, property, uniqueArray } from "fast-check";
import { UnreadRanges } from "./unread-ranges.ts";

const what = "it is gone";

test("`UnreadRanges` joins neighbours of one object, whatever order they come in", () => {
  const ranges = new UnreadRanges();
  for (const offset of [30, 10, 0, 20]) ranges.add({ offset, length: 10, object: "packs/a", what });
  ranges.add({ offset: 40, length: 5, object: "packs/b", what });
  ranges.add({ offset: 50, length: 5, object: "packs/b", what });
  assert.deepEqual(ranges.ranges(), [
    { offset: 0, length: 40, object: "packs/a", what },
    { offset: 40, length: 5, object: "packs/b", what },
    { offset: 50, length: 5, object: "packs/b", what },
  ]);
});

test("`UnreadRanges` has every byte that was added, and no other", () => {
  const lost = uniqueArray(nat({ max: 20_000 }), { minLength: 1, maxLength: 12_000 });
  assertProperty(
    property(lost, (units) => {
      const ranges = new UnreadRanges();
      for (const offset of units) ranges.add({ offset, length: 1, object: "packs/a", what });
      const told = ranges
        .ranges()
        .flatMap(({ offset, length }) => Array.from({ length }, (_, i) => offset + i));
      assert.deepEqual(
        told,
        units.toSorted((a, b) => a - b),
      );
      const starts = new Set(ranges.ranges().map(({ offset }) => offset));
      for (const { offset, length } of ranges.ranges()) assert.ok(!starts.has(offset + length), "joined");
    }),
    { numRuns: 30, seed: 7 },
  );
});

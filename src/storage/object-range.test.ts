import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StorageObjectTruncatedError } from "./errors.ts";
import { objectRange } from "./object-range.ts";

describe("objectRange()", () => {
  test("fills in what was left out", () => {
    assert.deepEqual(objectRange("a", 10, {}), { offset: 0, length: 10 });
    assert.deepEqual(objectRange("a", 10, { offset: 4 }), { offset: 4, length: 6 });
    assert.deepEqual(objectRange("a", 10, { length: 4 }), { offset: 0, length: 4 });
    assert.deepEqual(objectRange("a", 10, { offset: 10 }), { offset: 10, length: 0 });
  });

  test("says where an object ends that is shorter than the range", () => {
    for (const range of [{ offset: 11 }, { length: 11 }, { offset: 5, length: 6 }]) {
      assert.throws(() => objectRange("a", 10, range), StorageObjectTruncatedError, JSON.stringify(range));
    }
    assert.throws(() => objectRange("packs/a", 10, { offset: 8, length: 4 }), {
      message: 'Cannot read 4 bytes at 8 of "packs/a": it has 10',
    });
  });

  test("refuses what is no range", () => {
    for (const range of [
      { offset: -1 },
      { length: -1 },
      { offset: 0.5 },
      { length: Number.NaN },
      { offset: 2 ** 53 },
    ]) {
      assert.throws(() => objectRange("a", 10, range), RangeError, JSON.stringify(range));
    }
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StorageObjectTruncatedError } from "./errors.ts";
import { answeredRange, objectRange } from "./object-range.ts";

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

test("`answeredRange()` gives the wanted bytes, whether the store heeded the range or not", () => {
  const body = Buffer.from("0123456789");
  const whole = { body, lengthBytes: 10, contentRange: undefined };
  assert.equal(answeredRange("a", whole, {}), body);
  assert.equal(Buffer.from(answeredRange("a", whole, { offset: 3, length: 4 })).toString(), "3456");
  const part = { body: Buffer.from("3456"), lengthBytes: 4, contentRange: "bytes 3-6/10" };
  assert.equal(answeredRange("a", part, { offset: 3, length: 4 }), part.body);
  for (const [answer, wanted, code] of [
    [{ ...whole, lengthBytes: 11 }, {}, "storage-unreachable"],
    [{ ...part, lengthBytes: undefined }, { offset: 3, length: 5 }, "storage-unreachable"],
    [part, { offset: 2, length: 4 }, "storage-failed"],
    [part, { offset: 3, length: 8 }, "storage-object-truncated"],
    [whole, { offset: 3, length: 8 }, "storage-object-truncated"],
  ] as const) {
    assert.throws(() => answeredRange("a", answer, wanted), { code }, JSON.stringify(wanted));
  }
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { sectorRuns } from "./sector-bitmap.ts";

describe("`sectorRuns()`", () => {
  test("counts from the highest bit of the first byte", () => {
    assert.deepEqual(
      [...sectorRuns(Uint8Array.of(0b1000_0000, 0b0000_0011), 0, 16 * 512)],
      [
        { offset: 0, length: 512, isPresent: true },
        { offset: 512, length: 13 * 512, isPresent: false },
        { offset: 14 * 512, length: 1024, isPresent: true },
      ],
    );
  });

  test("cuts at offsets within sectors", () => {
    assert.deepEqual(
      [...sectorRuns(Uint8Array.of(0b0100_0000), 100, 700)],
      [
        { offset: 100, length: 412, isPresent: false },
        { offset: 512, length: 188, isPresent: true },
      ],
    );
  });

  test("gives each sector's bit, over random bitmaps and ranges", () => {
    const random = new SeededEntropy(2);
    for (let round = 0; round < 300; round++) {
      const bitmap = random.bytes(16).map((byte) => [byte, 0, 0xff][random.below(3)] ?? byte);
      const from = random.below(60_000);
      const to = from + random.below(128 * 512 - from);
      let at = from;
      for (const { offset, length, isPresent } of sectorRuns(bitmap, from, to)) {
        assert.equal(offset, at);
        at += length;
        for (let sector = offset >> 9; sector << 9 < at; sector++) {
          const bit = ((bitmap[sector >> 3] as number) >> (7 - (sector & 7))) & 1;
          assert.equal(bit === 1, isPresent);
        }
      }
      assert.equal(at, to);
    }
  });
});

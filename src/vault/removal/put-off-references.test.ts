import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { hexFromBytes } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { type Scratch, ScratchFile } from "../index/scratch/scratch-file.ts";
import { FrameCounts } from "./frame-counts.ts";
import { PutOffReferences } from "./put-off-references.ts";

const folder = mkdtempSync(join(tmpdir(), "stillpoint-put-off-"));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
function scratchOf(memoryBytes: number): Scratch {
  return { memoryBytes, open: () => new ScratchFile(join(folder, `${files++}.draft`)) };
}

describe("PutOffReferences", () => {
  // no memory: batches of 64, blocks of one; a little: batches that end within a block; much: all in memory
  for (const memoryBytes of [0, 4 * 29 * 100, 4 * 256 * 21 * 7, 2 ** 24]) {
    test(`hands each reference out once, as it was put off, in ${memoryBytes} bytes`, async () => {
      const entropy = new SeededEntropy(memoryBytes);
      using putOff = new PutOffReferences(scratchOf(memoryBytes));
      const expected: string[] = [];
      for (let i = 0; i < 6000; i++) {
        const id = entropy.bytes(32);
        if (i % 3 > 0) id[0] = i % 3 === 1 ? 255 : 7; // one partition with much, the last one too
        const [owner, length] = [i % 5 === 0 ? 0x7fff_fffe : i, i % 7 === 0 ? 0xffff_ffff : 4096];
        putOff.add(id, owner, length);
        expected.push(`${hexFromBytes(id.subarray(0, 13))} ${owner} ${length}`);
      }
      const found: string[] = [];
      await putOff.take((ids, at, { owner, length }) => {
        found.push(`${hexFromBytes(ids.subarray(at, at + 13))} ${owner} ${length}`);
      });
      assert.deepEqual(found.toSorted(), expected.toSorted());
      await putOff.take(() => assert.fail("they were handed out"));
    });
  }

  test("hands out one that is alone in its partition, whichever that is", async () => {
    using putOff = new PutOffReferences(scratchOf(0));
    for (let first = 0; first < 256; first++) putOff.add(new Uint8Array(32).fill(first), first, 1);
    const owners: number[] = [];
    await putOff.take((_, __, { owner }) => owners.push(owner));
    assert.deepEqual(
      owners,
      Array.from({ length: 256 }, (_, i) => i),
    );
  });
});

describe("FrameCounts", () => {
  for (const frames of [1, 63, 64, 65, 5000]) {
    test(`counts in each of ${frames} frames on the local disk what it counts in memory`, () => {
      using paged = new FrameCounts({ frames, scratch: scratchOf(0) });
      using whole = new FrameCounts({ frames });
      for (let round = 0; round < 2; round++) {
        for (let frame = 0; frame < frames; frame++) {
          for (let i = 0; i <= frame % 3; i++) {
            paged.add(frame);
            whole.add(frame);
          }
        }
        paged.settle();
        for (let frame = 0; frame < frames; frame++) {
          const expected = (round + 1) * (1 + (frame % 3));
          assert.equal(paged.of(frame), expected, `frame ${frame}`);
          assert.equal(whole.of(frame), expected, `frame ${frame}`);
        }
      }
      paged.add(frames); // learned of meanwhile
      paged.settle();
      assert.equal(paged.of(frames), 0);
    });
  }

  test("counts no further than it can, and not from zero again", () => {
    using counts = new FrameCounts({ frames: 2 });
    for (let i = 0; i < 2 ** 16 + 5; i++) counts.add(1);
    assert.equal(counts.of(1), 2 ** 16 - 1);
    assert.equal(counts.of(0), 0);
  });
});

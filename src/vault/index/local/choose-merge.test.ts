import assert from "node:assert/strict";
import { test } from "node:test";
import { hexFromBytes } from "../../../base/index.ts";
import { chooseMerges, type MergeableRun } from "./choose-merge.ts";

const MILLION = 1_000_000;

/** A run of that many chunks with one segment, whose digest is made of its number. */
function run(number: number, counts: Partial<MergeableRun> & { readonly chunkCount: number }): MergeableRun {
  const digest = new Uint8Array(32).fill(number);
  return {
    frameCount: Math.ceil(counts.chunkCount / 8),
    packCount: Math.ceil(counts.chunkCount / 512),
    segments: () => [{ digest, firstPack: 0, packCount: 1 }],
    ...counts,
  };
}

/** As a folder gives them: the largest first. */
function runs(...chunkCounts: readonly number[]): readonly MergeableRun[] {
  return chunkCounts.map((chunkCount, i) => run(i + 1, { chunkCount }));
}

function namesOf(all: readonly MergeableRun[]): ReadonlySet<string> {
  return new Set(all.flatMap((each) => each.segments().map(({ digest }) => hexFromBytes(digest))));
}

function sizes(all: readonly MergeableRun[]): readonly (readonly number[])[] {
  return [...chooseMerges(all, namesOf(all))].map((group) => group.map(({ chunkCount }) => chunkCount));
}

test("`chooseMerges()` leaves eight runs as they are", () => {
  assert.deepEqual(sizes(runs(8, 7, 6, 5, 4, 3, 2, 1)), []);
});

test("`chooseMerges()` takes of nine those of like sizes, the smallest first", () => {
  assert.deepEqual(sizes(runs(9000, 3000, 50, 11, 10, 10, 10, 10, 10)), [[10, 10, 10, 10, 10, 11, 50]]);
});

test("`chooseMerges()` takes two at least, however unlike they are", () => {
  const powers = Array.from({ length: 9 }, (_, i) => 1000 ** (8 - i) / 1000 ** 5);
  const [group] = sizes(powers.map((power, i) => run(i, { chunkCount: power, frameCount: 1, packCount: 1 })));
  assert.equal(group?.length, 2);
});

test("`chooseMerges()` takes a run alone of which more than half is gone", () => {
  const all = runs(100, 10);
  assert.deepEqual(
    [...chooseMerges(all, namesOf(all.slice(0, 1)))].map((group) =>
      group.map(({ chunkCount }) => chunkCount),
    ),
    [[10]],
  );
});

test("`chooseMerges()` makes no run of 2^32 chunks: what has no room in one stays beside it", () => {
  const large = 1400 * MILLION;
  const all = runs(...Array.from({ length: 9 }, () => large));
  assert.deepEqual(sizes(all), [[large, large, large]], "three are 4.2e9 chunks, four would be 5.6e9");
  assert.deepEqual(sizes(runs(...Array.from({ length: 9 }, () => 3000 * MILLION))), [], "no two have room");
  const half = 2 ** 31;
  assert.deepEqual(sizes(runs(...Array.from({ length: 9 }, () => half))), [], "one more than 32 bits say");
  const fits = [half, half, half, half, half, half, half, half, half - 1];
  assert.deepEqual(sizes(runs(...fits)), [[half - 1, half]]);
});

test("`chooseMerges()` looks at frames and packs too", () => {
  const frames = Array.from({ length: 9 }, (_, i) => run(i, { chunkCount: 10, frameCount: 2 ** 31 }));
  assert.deepEqual(sizes(frames), []);
  const packs = Array.from({ length: 9 }, (_, i) => run(i, { chunkCount: 10, packCount: 2 ** 30 }));
  assert.deepEqual(sizes(packs), []);
});

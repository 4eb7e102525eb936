import assert from "node:assert/strict";
import { test } from "node:test";
import { InternalError } from "../../base/index.ts";
import { type FileLayout, type FileSegment, plainLayout } from "../../disk/index.ts";
import { planStretches } from "./plan-stretches.ts";

const SIZES = { chunkBytes: 100, stretchBytes: 250, mostChunks: 1000 };

function layoutOf(segments: readonly FileSegment[], sizeBytes: number): FileLayout {
  return {
    sizeBytes,
    async *payload() {
      // not asked for
    },
    async *segments() {
      yield* segments;
    },
  };
}

async function planned(layout: FileLayout, sizes = SIZES) {
  const stretches = await Array.fromAsync(planStretches(layout, sizes));
  return stretches.map(({ offset, lengths, payloadBytes }) => [offset, [...lengths], payloadBytes]);
}

test("`planStretches()` cuts a plain file at whole multiples, and reads as much at once as fits", async () => {
  assert.deepEqual(await planned(plainLayout(520)), [
    [0, [100, 100], 0],
    [200, [100, 100], 0],
    [400, [100, 20], 0],
  ]);
});

test("`planStretches()` cuts payload at multiples from its origin, and wherever the kind changes", async () => {
  const segments: FileSegment[] = [
    { offset: 0, length: 30, kind: "plain", cutOrigin: 0 },
    { offset: 30, length: 200, kind: "payload", cutOrigin: 30 }, // a guest's multiple lies at 30
    { offset: 230, length: 70, kind: "payload", cutOrigin: 260 }, // one lies at 260, behind the beginning
  ];
  const stretches = await planned(layoutOf(segments, 300), { ...SIZES, stretchBytes: 1000 });
  assert.deepEqual(stretches, [[0, [30, 100, 100, 30, 40], 270]]);
});

test("`planStretches()` takes no more chunks at once than there is room for ids", async () => {
  const stretches = await planned(plainLayout(50), { chunkBytes: 10, stretchBytes: 1000, mostChunks: 2 });
  assert.deepEqual(stretches, [
    [0, [10, 10], 0],
    [20, [10, 10], 0],
    [40, [10], 0],
  ]);
});

test("`planStretches()` gives nothing for an empty file", async () => {
  assert.deepEqual(await planned(plainLayout(0)), []);
});

test("`planStretches()` refuses a layout with a gap, and one that ends too soon", async () => {
  const late: FileSegment = { offset: 10, length: 10, kind: "plain", cutOrigin: 0 };
  await assert.rejects(planned(layoutOf([late], 20)), InternalError);
  await assert.rejects(planned(layoutOf([{ ...late, offset: 0 }], 20)), InternalError);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { FrameLocation } from "../index/chunk-index.ts";
import { RUN_FRAMES } from "../pipeline/engine.ts";
import { planReading } from "./plan-reading.ts";

const SEALED = 100_000;

/** Chunk n is in frame n / 2; frames 0 to 99 lie in pack 0, behind each other, the others in pack 1. */
async function locate(id: Uint8Array): Promise<FrameLocation> {
  const frame = Math.floor((id[0] as number) / 2);
  const pack = frame < 100 ? 0 : 1;
  return { frame, pack, object: `packs/${pack}`, offset: 176 + (frame % 100) * SEALED, sealedBytes: SEALED };
}

const wants = (numbers: readonly (number | undefined)[]) =>
  numbers.map((n, i) => ({
    offset: i * 10,
    length: 10,
    id: n === undefined ? undefined : new Uint8Array(32).fill(n),
  }));

test("`planReading()` opens each frame once, with all that is wanted of it", async () => {
  const runs = await planReading(wants([0, 6, 1, undefined, 0, 7]), locate);
  const frames = runs.flatMap((run) =>
    run.frames.map(({ frame }, i) => [frame, run.wanted[i]?.map(({ offset }) => offset)]),
  );
  assert.deepEqual(frames, [
    [0, [0, 20, 40]],
    [3, [10, 50]],
  ]);
});

test("`planReading()` reads neighbours at once, and nothing that is far between", async () => {
  const framesOf = async (numbers: readonly number[]) =>
    (await planReading(wants(numbers), locate)).map((run) => run.frames.map(({ frame }) => frame));
  assert.deepEqual(await framesOf([0, 2, 4]), [[0, 1, 2]]);
  assert.deepEqual(await framesOf([0, 4]), [[0], [2]], "one frame between is more than a gap");
  assert.deepEqual(await framesOf([198, 200]), [[99], [100]], "another pack");
  const many = await framesOf(Array.from({ length: 60 }, (_, i) => 2 * i));
  assert.ok(many.every((run) => run.length <= RUN_FRAMES));
  assert.equal(many.flat().length, 60);
});

test("`planReading()` gives runs in the order in which the file needs them", async () => {
  const runs = await planReading(wants([240, 10, 200, 60]), locate);
  assert.deepEqual(
    runs.map((run) => run.wanted[0]?.[0]?.offset),
    [0, 10, 20, 30],
  );
  assert.deepEqual(await planReading(wants([undefined, undefined]), locate), []);
});

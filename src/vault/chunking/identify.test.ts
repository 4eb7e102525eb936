import assert from "node:assert/strict";
import { test } from "node:test";
import { createChunkHasher } from "./chunk-hasher.ts";
import { isZeroId } from "./chunk-id.ts";
import { identifyChunks, isZero } from "./identify.ts";

test("`isZero()` finds a single bit anywhere, also behind the first stride", () => {
  const bytes = new Uint8Array(5 * 1024 * 1024 + 3);
  assert.equal(isZero(bytes), true);
  for (const at of [0, 1, 2 * 1024 * 1024, bytes.length - 1]) {
    bytes[at] = 1;
    assert.equal(isZero(bytes), false, `bit at ${at}`);
    bytes[at] = 0;
  }
  assert.equal(isZero(bytes.subarray(7, 7)), true);
});

test("`identifyChunks()` marks chunks of zeros, and identifies each other by its own bytes", async () => {
  const hasher = await createChunkHasher(new Uint8Array(32));
  const bytes = new Uint8Array(300);
  bytes.fill(9, 100, 250);
  const ids = new Uint8Array(4 * 32).fill(255);
  const lengths = Uint32Array.of(100, 50, 50, 100);
  assert.equal(identifyChunks({ bytes, lengths, ids }, hasher), 4);
  assert.equal(isZeroId(ids, 0), true);
  assert.equal(isZeroId(ids, 32), false);
  assert.deepEqual(ids.subarray(32, 64), ids.subarray(64, 96), "equal bytes have equal ids");
  const alone = new Uint8Array(32);
  hasher.hash(bytes.subarray(200, 300), alone, 0);
  assert.deepEqual(ids.subarray(96, 128), alone);
});

test("`identifyChunks()` leaves nothing of what was in the ids before, when all is zeros", async () => {
  const hasher = await createChunkHasher(new Uint8Array(32));
  const ids = new Uint8Array(64).fill(1);
  identifyChunks({ bytes: new Uint8Array(20), lengths: Uint32Array.of(10, 10), ids }, hasher);
  assert.deepEqual(ids, new Uint8Array(64));
});

import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { StorageFullError } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { type FinishedPack, PACK_BUFFER_BYTES } from "../packs/pack-builder.ts";
import { BufferPool } from "../pipeline/buffer-pool.ts";
import { MemoryBody } from "./memory-body.ts";

const entropy = new SeededEntropy(33);
const header = entropy.bytes(64);
const end = entropy.bytes(40);

function pool(): BufferPool {
  return new BufferPool({ bufferBytes: PACK_BUFFER_BYTES, limit: 1, kind: "own" });
}

function finished(bytes: Uint8Array): FinishedPack {
  const digest = new Uint8Array(hash("sha256", bytes, "buffer"));
  return { contents: { digest, sizeBytes: bytes.length, frames: [] }, end };
}

for (const [what, isLarge, frameBytes] of [
  ["a small pack that grows", false, 512 * 1024],
  ["a pack that outgrows the usual buffer", true, 6 * 1024 * 1024],
] as const)
  test(`${what} has all of its frames`, async () => {
    const storage = new MemoryStorage();
    const packBuffers = pool();
    const body = new MemoryBody({ storage, engine: { packBuffers }, header, isLarge });
    const frames = Array.from({ length: 3 }, () => entropy.bytes(frameBytes));
    for (const [i, frame] of frames.entries()) await body.write(frame, header.length + i * frameBytes);
    const whole = Buffer.concat([header, ...frames, end]);
    await body.put(finished(whole));
    const name = hash("sha256", whole);
    assert.ok(whole.equals(await storage.get(`packs/${name.slice(0, 2)}/${name}`)));
    assert.equal(packBuffers.taken, 0);
  });

test("the buffer goes back when the pack was not put, or is given up", async () => {
  const storage = new MemoryStorage();
  storage.put = async () => {
    throw new StorageFullError("Cannot write: no space is left there");
  };
  const packBuffers = pool();
  const options = { storage, engine: { packBuffers }, header, isLarge: true };
  const refused = new MemoryBody(options);
  assert.equal(packBuffers.taken, 1);
  await assert.rejects(refused.put(finished(Buffer.concat([header, end]))), StorageFullError);
  assert.equal(packBuffers.taken, 0);
  await new MemoryBody(options).discard();
  assert.equal(packBuffers.taken, 0);
});

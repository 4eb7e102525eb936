import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { newGuid } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import type { Storage } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { newSessionKeys } from "../crypto/session-keys.ts";
import { vaultKeysFrom } from "../crypto/vault-keys.ts";
import { FRAME_BYTES } from "../format/layout.ts";
import { longestFrame, sealFrame } from "../packs/frame-codec.ts";
import { PACK_BUFFER_BYTES } from "../packs/pack-builder.ts";
import { BufferPool } from "../pipeline/buffer-pool.ts";
import { SessionPacks } from "./session-packs.ts";

const entropy = new SeededEntropy(31);
const keys = vaultKeysFrom(entropy.bytes(32), newGuid(entropy));
const session = newSessionKeys(keys, entropy);

/** A storage that takes nothing before it is opened. */
function closedStorage(): { readonly storage: Storage; readonly puts: string[]; readonly open: () => void } {
  const memory = new MemoryStorage();
  const puts: string[] = [];
  const gate = Promise.withResolvers<void>();
  memory.put = async (name) => {
    puts.push(name);
    await gate.promise;
  };
  return { storage: memory, puts, open: gate.resolve };
}

function fullFrame(header: Uint8Array): Uint8Array {
  const plain = entropy.bytes(FRAME_BYTES);
  const target = new Uint8Array(longestFrame(plain.length, 1));
  const input = { number: 1, plain, ids: entropy.bytes(32), lengths: Uint32Array.of(plain.length) };
  return target.subarray(0, sealFrame(input, { key: session.frameKey, header }, target));
}

test("however many threads seal, no more than two packs of data are in memory while the storage takes its time", async () => {
  const { storage, puts, open } = closedStorage();
  const packBuffers = new BufferPool({
    bufferBytes: PACK_BUFFER_BYTES,
    limit: Number.POSITIVE_INFINITY,
    kind: "own",
  });
  const durable: number[] = [];
  const packs = new SessionPacks({
    storage,
    keys,
    session,
    engine: { packBuffers, putsAtOnce: 1 },
    onDurable: async ({ frames }) => void durable.push(frames.length),
  });
  const frame = fullFrame(packs.header("data"));
  const threads = Array.from({ length: 6 }, async () => {
    for (let i = 0; i < 30; i++) await packs.append("data", frame);
  });
  for (let i = 0; i < 200; i++) await turn();
  assert.equal(puts.length, 2);
  assert.equal(packBuffers.taken, 2);
  assert.deepEqual(durable, [], "no pack is named before it is whole");

  open();
  await Promise.all(threads);
  await packs.flush();
  assert.equal(
    durable.reduce((sum, frames) => sum + frames, 0),
    6 * 30,
    "and every frame is in a pack",
  );
  assert.equal(packBuffers.taken, 0);
});

test("`end()` waits for the pack that is on its way", async () => {
  const { storage, puts, open } = closedStorage();
  const packBuffers = new BufferPool({ bufferBytes: PACK_BUFFER_BYTES, limit: 1, kind: "own" });
  const engine = { packBuffers, putsAtOnce: 1 };
  const packs = new SessionPacks({ storage, keys, session, engine, onDurable: async () => undefined });
  const frame = fullFrame(packs.header("data"));
  while (puts.length === 0) await packs.append("data", frame);
  let hasEnded = false;
  const ending = packs.end().finally(() => {
    hasEnded = true;
  });
  for (let i = 0; i < 20; i++) await turn();
  assert.equal(hasEnded, false);
  open();
  await ending;
  assert.equal(packBuffers.taken, 0);
});

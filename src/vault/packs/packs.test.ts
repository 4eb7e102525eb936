import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { hexFromBytes, newGuid } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { createChunkHasher } from "../chunking/chunk-hasher.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import { envelopeHeader, newSessionKeys } from "../crypto/session-keys.ts";
import { vaultKeysFrom } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { CONTENT, FRAME_BYTES, FrameHead } from "../format/layout.ts";
import { packName } from "../format/object-names.ts";
import { parseFrameClear } from "./frame-clear.ts";
import { longestFrame, openFrame, sealFrame } from "./frame-codec.ts";
import { PackBuilder } from "./pack-builder.ts";
import { readPackContents } from "./read-pack-contents.ts";
import { hasStatedIds } from "./stated-ids.ts";

const entropy = new SeededEntropy(12);
const keys = vaultKeysFrom(entropy.bytes(32), newGuid(entropy));
const session = newSessionKeys(keys, entropy);
const header = envelopeHeader(keys, session, CONTENT.dataPack);
const seal = { key: session.frameKey, header };
const hasher = await createChunkHasher(keys.identityKey);

function sealed(number: number, chunks: readonly Uint8Array[]): Uint8Array {
  const ids = new Uint8Array(32 * chunks.length);
  chunks.forEach((chunk, i) => {
    hasher.hash(chunk, ids, 32 * i);
  });
  const plain = Buffer.concat(chunks);
  const target = new Uint8Array(longestFrame(plain.length, chunks.length));
  const lengths = Uint32Array.from(chunks, ({ length }) => length);
  return target.subarray(0, sealFrame({ number, plain, ids, lengths }, seal, target));
}

test("`openFrame()` gives back the chunks, compressed when that makes them smaller", () => {
  const text = new Uint8Array(100_000).fill(65);
  const noise = entropy.bytes(30_000);
  const compressed = sealed(1, [text]);
  assert.ok(compressed.length < 1000);
  const raw = sealed(2, [noise.subarray(0, 10_000), noise.subarray(10_000)]);
  assert.equal(raw.length, longestFrame(30_000, 2), "never longer than the chunks and what frames them");
  for (const [frame, plain] of [
    [compressed, text],
    [raw, noise],
  ] as const) {
    const opened = openFrame(frame, seal);
    assert.ok(opened !== undefined);
    assert.equal(Buffer.compare(opened.plain, plain), 0);
    assert.equal(hasStatedIds(opened, hasher), true);
  }
});

test("`openFrame()` finds each flipped bit, a cut, another pack's header and another session's key", () => {
  const frame = sealed(3, [entropy.bytes(20), entropy.bytes(30)]).slice();
  for (let at = 0; at < frame.length; at++) {
    frame[at] = (frame[at] as number) ^ (1 << (at % 8));
    assert.equal(openFrame(frame, seal), undefined, `byte ${at}`);
    frame[at] = (frame[at] as number) ^ (1 << (at % 8));
  }
  assert.equal(openFrame(frame.subarray(0, frame.length - 1), seal), undefined);
  const meta = envelopeHeader(keys, session, CONTENT.metaPack);
  assert.equal(openFrame(frame, { ...seal, header: meta }), undefined);
  assert.equal(openFrame(frame, { ...seal, key: new Uint8Array(32) }), undefined);
  assert.ok(openFrame(frame, seal) !== undefined);
});

test("`hasStatedIds()` finds a frame that was sealed well and states a wrong identity", () => {
  const target = new Uint8Array(1000);
  const input = {
    number: 9,
    plain: new Uint8Array(10).fill(1),
    ids: new Uint8Array(32),
    lengths: Uint32Array.of(10),
  };
  const frame = target.subarray(0, sealFrame(input, seal, target));
  const opened = openFrame(frame, seal);
  assert.ok(opened !== undefined);
  assert.equal(hasStatedIds(opened, hasher), false);
});

test("`parseFrameClear()` refuses heads that cannot be", () => {
  const frame = sealed(4, [entropy.bytes(64)]).slice();
  const tooMuch = (field: "plainBytes" | "packedBytes" | "chunkCount", value: number): Uint8Array => {
    const copy = frame.slice();
    new DataView(copy.buffer).setUint32(FrameHead.offsetOf(field), value, true);
    return copy;
  };
  assert.equal(parseFrameClear(frame, 0)?.sealedBytes, frame.length);
  assert.equal(parseFrameClear(frame, 1), undefined);
  for (const bad of [
    tooMuch("plainBytes", FRAME_BYTES + 1),
    tooMuch("packedBytes", 65),
    tooMuch("chunkCount", 0),
    tooMuch("chunkCount", 0xffffffff),
    frame.subarray(0, 40),
  ]) {
    assert.equal(parseFrameClear(bad, 0), undefined);
  }
});

test("`readPackContents()` reads from header and footer what `PackBuilder` was given; the name is the pack's SHA-256", async () => {
  const builder = new PackBuilder({ header, footerKey: session.footerKey });
  const frames: Uint8Array[] = [];
  let at = header.length;
  for (let i = 1; i <= 300; i++) {
    const frame = sealed(i, [entropy.bytes(100), entropy.bytes(50)]).slice();
    assert.equal(builder.append(frame), at);
    frames.push(frame);
    at += frame.length;
  }
  const { contents, end } = builder.finish();
  const bytes = Buffer.concat([header, ...frames, end]);
  assert.equal(hexFromBytes(contents.digest), hash("sha256", bytes));
  assert.equal(contents.sizeBytes, bytes.length);
  const storage = new MemoryStorage();
  const name = packName(contents.digest);
  await storage.put(name, [bytes]);
  const place = { storage, keys, keyring: new SessionKeyring(keys) };
  const read = await readPackContents(name, bytes.length, place);
  const { writer, ...known } = read;
  assert.deepEqual(known, contents);
  assert.deepEqual(writer, new Uint8Array(16), "a full-key holder");
  for (const { offset, sealedBytes } of [read.frames[0], read.frames.at(-1)].filter(
    (each) => each !== undefined,
  )) {
    assert.ok(openFrame(bytes.subarray(offset, offset + sealedBytes), seal) !== undefined);
  }
  for (const size of [10, bytes.length - 1, bytes.length + 1]) {
    await assert.rejects(readPackContents(name, size, place), VaultDamagedError);
  }
  await assert.rejects(readPackContents(packName(new Uint8Array(32)), 1000, place), VaultDamagedError);
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { bytesFromHex } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { createChunkHasher } from "../chunking/chunk-hasher.ts";
import { aeadOpen, ZERO_NONCE } from "../crypto/aead.ts";
import { deriveKey } from "../crypto/derive-key.ts";
import { sealPoint, sealRemoval, sealSegment } from "../crypto/sealed-object.ts";
import { envelopeHeader, newSessionKeys } from "../crypto/session-keys.ts";
import { FULL_KEY_WRITER, type WriterKeys } from "../crypto/vault-keys.ts";
import { x25519Agree, x25519Pair } from "../crypto/x25519.ts";
import { CONTENT, SealedHeader } from "../format/layout.ts";
import { packName, segmentName } from "../format/object-names.ts";
import { encodeSegment } from "../index/segment-codec.ts";
import { longestFrame, sealFrame } from "../packs/frame-codec.ts";
import { PackBuilder } from "../packs/pack-builder.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import {
  assertComesBack,
  backUp,
  createSmallVault,
  draftOf,
  hostBacksUp,
  keyOf,
  openHost,
  openSmallVault,
  someBytes,
  storeBytes,
} from "../testing/index.ts";

const disk = someBytes(7, 200_000);

const packsIn = (storage: MemoryStorage): readonly string[] =>
  storage.names().filter((name) => name.startsWith("packs/"));

/** What a thief of a host's key can make of it: keys that claim to be a full-key holder's. */
function posing(keys: WriterKeys): WriterKeys {
  const proof = keys.proofKey(keys.writer);
  return { ...keys, writer: FULL_KEY_WRITER, proofKey: () => proof };
}

async function putNamed(storage: MemoryStorage, parts: readonly Uint8Array[]): Promise<string> {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  const name = segmentName(digest.digest());
  await storage.put(name, parts);
  return name;
}

/** A pack of a thief: sealed well, and each chunk of it under an id that is not its own. */
async function putLyingPack(
  storage: MemoryStorage,
  keys: WriterKeys,
  ids: readonly Uint8Array[],
): Promise<PackContents> {
  const session = newSessionKeys(keys, new SeededEntropy(66));
  const header = envelopeHeader(keys, session, CONTENT.dataPack);
  const plain = new Uint8Array(4096 * ids.length).fill(0xee);
  const lengths = Uint32Array.from(ids, () => 4096);
  const frame = new Uint8Array(longestFrame(plain.length, ids.length));
  const input = { number: 1, plain, ids: Buffer.concat(ids), lengths };
  const length = sealFrame(input, { key: session.frameKey, header }, frame);
  const builder = new PackBuilder({ header, footerKey: session.footerKey });
  builder.append(frame.subarray(0, length));
  const { contents, end } = builder.finish();
  await storage.put(packName(contents.digest), [header, frame.subarray(0, length), end]);
  return contents;
}

async function idsOf(bytes: Uint8Array, keys: WriterKeys): Promise<readonly Uint8Array[]> {
  const hasher = await createChunkHasher(keys.identityKey);
  const ids: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 4096) {
    const id = new Uint8Array(32);
    hasher.hash(bytes.subarray(at, at + 4096), id, 0);
    ids.push(id);
  }
  return ids;
}

test("a thief of a host's key reads no chunk, no restore point and no name of a host with it", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  await backUp(vault, { disk: someBytes(9, 50_000) });
  const { keys } = keyOf(key);
  const values = [...key.reveal().matchAll(/"([0-9a-f]{64})"/g)].map(
    ([, hex]) => bytesFromHex(hex ?? "") as Uint8Array,
  );
  assert.equal(values.length, 5);
  const purposes = [
    "envelope",
    "config",
    "writer",
    "wrap",
    "frames",
    "body",
    "footer",
    "segment",
    "signature",
    "recovery",
  ];
  let tried = 0;
  for (const name of storage.names().filter((name) => /^(packs|points|hosts|receipts)\//.test(name))) {
    const header = SealedHeader.decode(storage.peek(name));
    const secrets = values.flatMap((value) => [
      value,
      ...purposes.map((purpose) => deriveKey(value, { purpose, salt: keys.vaultBytes })),
      ...purposes.map((purpose) =>
        deriveKey(value, { purpose, salt: keys.vaultBytes, further: header.seed }),
      ),
    ]);
    const bound = [keys.vaultBytes, header.session, header.writer, header.seed];
    for (const secret of secrets) {
      const agreed = x25519Agree(x25519Pair(secret).privateKey, header.seed) ?? secret;
      const further = Buffer.concat([header.seed, keys.envelope.publicBytes]);
      const wrap = deriveKey(agreed, { purpose: "wrap", salt: keys.vaultBytes, further });
      for (const candidate of [secret, wrap]) {
        const opened = aeadOpen(header.wrappedKey, header.wrapTag, {
          key: candidate,
          nonce: ZERO_NONCE,
          bound,
        });
        assert.equal(opened, undefined, `the session key of ${name}`);
        tried++;
      }
    }
  }
  assert.ok(tried > 500);
  for (const name of storage.names()) assert.ok(!Buffer.from(storage.peek(name)).includes("hv01"), name);
});

test("a thief of a host's key poses as nobody else", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const [mine, theirs] = [await vault.addHost("hv01"), await vault.addHost("hv02")];
  const point = await backUp(vault, { disk });
  const keys = posing(keyOf(mine.key).keys);
  const entropy = new SeededEntropy(30);
  const forged = await putNamed(storage, sealSegment(encodeSegment([]), keys, entropy));
  {
    await using host = await openHost(storage, theirs.key, 31);
    await using session = await host.openSession();
    await session.commit(draftOf([await storeBytes(session, "disk", disk)]));
  }
  await using reader = await openSmallVault(storage);
  const named = (await reader.verify()).damaged.map(({ object }) => object);
  assert.deepEqual(named, [forged]);
  storage.replace(forged, undefined);
  const time = "0199aabbccdd";
  const note = new TextEncoder().encode(
    JSON.stringify({
      version: 1,
      object: `trash/${time}-${point.id}`,
      point: point.id,
      untilMilliseconds: 1,
    }),
  );
  await storage.put(`trash/${time}-${point.id}`, sealRemoval(note, CONTENT.trashEntry, { keys, entropy }));
  const body = new TextEncoder().encode(JSON.stringify({ version: 1 }));
  const name = `points/${time}-${"ab".repeat(16)}`;
  await storage.put(name, sealPoint(body, keys, entropy));
  await using again = await openSmallVault(storage, { seed: 32 });
  await assertComesBack(again, point.id, disk);
  assert.deepEqual(
    (await again.verify()).damaged.map(({ object }) => object),
    [name, `trash/${time}-${point.id}`],
  );
  const doomed = `doomed/${time}-${"cd".repeat(16)}`;
  await storage.put(doomed, sealRemoval(note, CONTENT.doomedList, { keys, entropy }));
  await using other = await openHost(storage, theirs.key, 33);
  for (const writer of [again, other]) {
    await using _ = await writer.openSession(); // it stops nobody
  }
  assert.ok((await again.verify()).damaged.some(({ object }) => object === doomed));
});

test("a body that a thief put behind a full-key holder's header is refused by everybody", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  await backUp(vault, { disk });
  const [segment] = storage.names().filter((name) => name.startsWith("index/"));
  const genuine = SealedHeader.decode(storage.peek(segment ?? ""));
  const { keys } = keyOf(key);
  const seeded = {
    bytes: (length: number) => (length === 32 ? genuine.seed.slice() : genuine.session.slice()),
  };
  // the same seed, session and proof give the very same header, so that the forged body is bound to it
  const proof = genuine.proof;
  const poser: WriterKeys = { ...posing(keys), proofKey: () => proof };
  const parts = sealSegment(encodeSegment([]), poser, seeded);
  (parts[0] as Uint8Array).set(proof, SealedHeader.offsetOf("proof"));
  const forged = await putNamed(storage, parts);
  await using reader = await openSmallVault(storage);
  const [found] = (await reader.verify()).damaged;
  assert.deepEqual([found?.object, found?.what], [forged, "its bytes are not those that were signed"]);
});

test("lies of a stolen host about others' chunks spoil no restore, no backup and no prune of theirs", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const [thief, honest] = [await vault.addHost("hv01"), await vault.addHost("hv02")];
  const { keys } = keyOf(thief.key);
  const [full, hosts, next] = [someBytes(1, 61_440), someBytes(2, 61_440), someBytes(3, 61_440)];
  // it knows what will be stored, and claims it before anybody stores it
  for (const bytes of [full, hosts, next]) {
    const lying = await putLyingPack(storage, keys, await idsOf(bytes, keys));
    await putNamed(storage, sealSegment(encodeSegment([lying]), keys, new SeededEntropy(bytes[0] as number)));
  }
  await using writer = await openSmallVault(storage, { seed: 40 });
  const ours = await backUp(writer, { disk: full });
  const theirs = await hostBacksUp(storage, honest.key, { seed: 41, bytes: hosts });
  // it claims others' packs as its own, with frames that are none
  for (const name of packsIn(storage)) {
    const digest = bytesFromHex(name.slice(-64)) as Uint8Array;
    const frames = [
      { number: 1, offset: 200, sealedBytes: 300, ids: Buffer.concat(await idsOf(full, keys)) },
    ];
    const claim = encodeSegment([{ digest, sizeBytes: 5000, frames }]);
    await putNamed(storage, sealSegment(claim, keys, new SeededEntropy(digest[0] as number)));
  }
  await using reader = await openSmallVault(storage, { seed: 42 });
  await assertComesBack(reader, ours.id, full);
  await assertComesBack(reader, theirs.id, hosts);
  const later = await backUp(reader, { disk: next });
  await assertComesBack(reader, later.id, next);
  await reader.prune({ moveBelow: 0.9 });
  await reader.prune({ staleAfterMs: -Number.MAX_SAFE_INTEGER });
  const { damaged } = await reader.verify({ readDataPercent: 100 });
  assert.deepEqual(
    damaged.filter(({ points }) => points.length > 0),
    [],
  );
  assert.ok(damaged.length >= 3, "its packs are told");
  await using fresh = await openSmallVault(storage, { seed: 43 });
  for (const [point, bytes] of [
    [ours, full],
    [theirs, hosts],
    [later, next],
  ] as const)
    await assertComesBack(fresh, point.id, bytes);
});

test("a lost segment heals from footers although a stolen host claims the packs", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  const point = await backUp(vault, { disk });
  for (const name of storage.names()) if (name.startsWith("index/")) storage.replace(name, undefined);
  const { keys } = keyOf(key);
  for (const name of packsIn(storage)) {
    const digest = bytesFromHex(name.slice(-64)) as Uint8Array;
    const claim = encodeSegment([
      {
        digest,
        sizeBytes: 5000,
        frames: [{ number: 1, offset: 200, sealedBytes: 300, ids: new Uint8Array(32) }],
      },
    ]);
    await putNamed(storage, sealSegment(claim, keys, new SeededEntropy(digest[0] as number)));
  }
  await using reader = await openSmallVault(storage);
  await assertComesBack(reader, point.id, disk);
});

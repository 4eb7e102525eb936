import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { hexFromBytes, type RestorePointId } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { createChunkHasher } from "../chunking/chunk-hasher.ts";
import { openHeader, SessionKeyring } from "../crypto/open-header.ts";
import { sealPoint, sealSegment } from "../crypto/sealed-object.ts";
import { envelopeHeader, newSessionKeys, provenHeader } from "../crypto/session-keys.ts";
import { vaultKeysFrom } from "../crypto/vault-keys.ts";
import { CONTENT, FrameChunk, FrameHead, KEY_FORM, SealedHeader } from "../format/layout.ts";
import { HOST_MAGIC } from "../format/magic.ts";
import { packName, pointName, segmentName } from "../format/object-names.ts";
import { encodeSegment } from "../index/segment-codec.ts";
import { type StoredFile, VaultDamagedError } from "../index.ts";
import { longestFrame, sealFrame } from "../packs/frame-codec.ts";
import { encodePackEnd } from "../packs/pack-footer.ts";
import {
  assertComesBack,
  backUp,
  bringBack,
  createSmallVault,
  draftOf,
  hostBacksUp,
  keysOf,
  openSmallVault,
  someBytes,
} from "../testing/index.ts";

const disk = someBytes(7, 60_000);

const LATER = 0x0199aabbccdd;

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

test("a prune keeps what a chunk list needs although a thief's restore points call that list a chunk", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const keys = keysOf((await vault.addHost("hv01")).key);
  const point = await backUp(vault, { disk });
  // segments tell a host all ids; here the root is enough
  const { root } = (point.files[0] as StoredFile).recipe;
  const recipe = { version: 1, sizeBytes: 5, level: 0, root } as const;
  const draft = draftOf([{ path: "x", role: "disk", sizeBytes: 5, recipe }]);
  for (const [i, digit] of ["c", "d", "e"].entries()) {
    const id = digit.repeat(32) as RestorePointId;
    const time = Temporal.Instant.fromEpochMilliseconds(1000 + i).toString();
    const body = { version: 1, ...draft, id, time, bytes: 5, vault: keys.vault };
    await storage.put(pointName(1000 + i, id), sealPoint(text(body), keys, new SeededEntropy(100 + i)));
  }
  await using pruner = await openSmallVault(storage, { seed: 3 });
  await pruner.prune();
  await pruner.prune();
  await using reader = await openSmallVault(storage, { seed: 4 });
  await assertComesBack(reader, point.id, disk);
});

test("what a host claims of a full-key holder's pack makes nobody call that pack damaged", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  const keys = keysOf(key);
  const ours = await backUp(vault, { disk });
  const packs = storage.names().filter((name) => name.startsWith("packs/"));
  const wanted = new Uint8Array(32).fill(0x5a);
  for (const [i, name] of packs.entries()) {
    const digest = Buffer.from(name.slice(-64), "hex");
    const frames = [{ number: 1, offset: SealedHeader.sizeBytes, sealedBytes: 300, ids: wanted }];
    const claim = encodeSegment([{ digest, sizeBytes: storage.peek(name).length, frames }]);
    const parts = sealSegment(claim, keys, new SeededEntropy(60 + i));
    await storage.put(segmentName(createHash("sha256").update(Buffer.concat(parts)).digest()), parts);
  }
  const id = "b".repeat(32) as RestorePointId;
  const recipe = { version: 1, sizeBytes: 4096, level: 0, root: hexFromBytes(wanted) } as const;
  const time = Temporal.Instant.fromEpochMilliseconds(LATER).toString();
  const body = {
    version: 1,
    ...draftOf([{ path: "x", role: "disk", sizeBytes: 4096, recipe }]),
    id,
    time,
    bytes: 4096,
    vault: keys.vault,
  };
  await storage.put(pointName(LATER, id), sealPoint(text(body), keys, new SeededEntropy(70)));
  await using reader = await openSmallVault(storage, { seed: 3 });
  const [file] = (await reader.findPoint(id)).files;
  await assert.rejects(bringBack(reader, file as StoredFile), VaultDamagedError);
  await reader.keepFindings();
  assert.deepEqual(
    storage.names().filter((name) => name.startsWith("damaged/")),
    [],
  );
  await assertComesBack(reader, ours.id, disk);
});

test("what a host stored is nothing that a full-key holder's backup goes on from", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  const theirs = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  const { id } = theirs.machine;
  assert.equal((await vault.previousFiles(id as never, "HV01")).size, 0);
  await backUp(vault, { disk });
  assert.equal((await vault.previousFiles(id as never, "HV01")).size, 1);
});

test("`SessionKeyring` opens an envelope only with what it is bound to, also when it opened it before", () => {
  const keys = vaultKeysFrom(new Uint8Array(32).fill(1), "00112233-4455-6677-8899-AABBCCDDEEFF" as never);
  const session = newSessionKeys(keys, new SeededEntropy(80));
  const header = SealedHeader.decode(
    provenHeader(keys, { ...session.envelope, magic: HOST_MAGIC, content: CONTENT.host, keyForm: 1 }),
  );
  const keyring = new SessionKeyring(keys);
  assert.deepEqual(keyring.open(header, "x").frameKey, session.frameKey);
  for (const field of ["session", "writer", "seed", "wrappedKey", "wrapTag"] as const) {
    const bent = { ...header, [field]: header[field].map((byte) => byte ^ 1) };
    assert.throws(() => keyring.open(bent, "x"), VaultDamagedError, field);
  }
});

test("`openHeader()` refuses a header of this vault's keys that names another vault", () => {
  const vault = "00112233-4455-6677-8899-AABBCCDDEEFF" as never;
  const keys = vaultKeysFrom(new Uint8Array(32).fill(1), vault);
  const elsewhere = { ...keys, vaultBytes: keys.vaultBytes.map((byte) => byte ^ 1) };
  const { envelope } = newSessionKeys(keys, new SeededEntropy(81));
  const fields = { ...envelope, magic: HOST_MAGIC, content: CONTENT.host, keyForm: KEY_FORM.envelope };
  openHeader(keys, provenHeader(keys, fields), { kind: "host", object: "x" });
  assert.throws(
    () => openHeader(keys, provenHeader(elsewhere, fields), { kind: "host", object: "x" }),
    /another vault/,
  );
});

test("a pack whose footer promises other chunks than its frames hold is not believed when it is read back", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  const keys = keysOf(key);
  const hasher = await createChunkHasher(keys.identityKey);
  const idOf = (bytes: Uint8Array): Uint8Array => {
    const id = new Uint8Array(32);
    hasher.hash(bytes, id, 0);
    return id;
  };
  const [held, promised] = [someBytes(21, 4096), someBytes(22, 4096)];
  const session = newSessionKeys(keys, new SeededEntropy(83));
  const header = envelopeHeader(keys, session, CONTENT.dataPack);
  const frame = new Uint8Array(longestFrame(4096, 1));
  const input = { number: 1, plain: held, ids: idOf(held), lengths: Uint32Array.of(4096) };
  const length = sealFrame(input, { key: session.frameKey, header }, frame);
  const clear = frame.slice(0, FrameHead.sizeBytes + FrameChunk.sizeBytes);
  clear.set(idOf(promised), FrameHead.sizeBytes);
  const end = encodePackEnd([{ offset: header.length, clear }], header, session.footerKey);
  const bytes = Buffer.concat([header, frame.subarray(0, length), end]);
  const pack = packName(createHash("sha256").update(bytes).digest());
  await storage.put(pack, [bytes]);
  await using reader = await openSmallVault(storage, { seed: 3 });
  const { packs, damaged } = await reader.readBackHosts();
  assert.deepEqual([packs, damaged.map(({ object }) => object)], [0, [pack]]);
  const point = await backUp(reader, { promised });
  await assertComesBack(reader, point.id, promised);
});

test("no restore point is read by what another writer's host claims", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const [one, two] = [await vault.addHost("hv01"), await vault.addHost("hv02")];
  const [file] = (await hostBacksUp(storage, one.key, { seed: 10, bytes: disk })).files;
  const keys = keysOf(two.key);
  const id = "c".repeat(32) as RestorePointId;
  const time = Temporal.Instant.fromEpochMilliseconds(LATER).toString();
  const draft = draftOf([file ?? assert.fail()]);
  const body = { version: 1, ...draft, id, time, bytes: disk.length, vault: keys.vault };
  await storage.put(pointName(LATER, id), sealPoint(text(body), keys, new SeededEntropy(84)));
  await using reader = await openSmallVault(storage, { seed: 3 });
  await assert.rejects(assertComesBack(reader, id, disk), VaultDamagedError);
  await reader.readBackHosts();
  await assertComesBack(reader, id, disk);
});

test("a list that only a host's word makes whole is whole for that host alone, in `verify()` and `repair()`", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  const { files } = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  const { storedBy: _, ...file } = files[0] ?? assert.fail();
  await using session = await vault.openSession();
  const rash = await session.commit(draftOf([file])); // relies on what nobody has read back
  await using reader = await openSmallVault(storage, { seed: 3 });
  const { damaged } = await reader.verify();
  assert.deepEqual(
    damaged.flatMap(({ points }) => points),
    [rash.id],
  );
  const { lost } = await reader.repair();
  assert.deepEqual(
    lost.map(({ id }) => id),
    [rash.id],
  );
});

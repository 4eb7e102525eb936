import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { hexFromBytes, type RestorePointId, type Secret } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { createChunkHasher } from "../chunking/chunk-hasher.ts";
import { aeadSeal, ZERO_NONCE } from "../crypto/aead.ts";
import { deriveKey } from "../crypto/derive-key.ts";
import { ed25519Sign } from "../crypto/ed25519.ts";
import { openHeader, SessionKeyring } from "../crypto/open-header.ts";
import { sealPoint, sealRemoval, sealSegment } from "../crypto/sealed-object.ts";
import { envelopeHeader, newSessionKeys, provenHeader } from "../crypto/session-keys.ts";
import { vaultKeysFrom, type WriterKeys } from "../crypto/vault-keys.ts";
import {
  COMPRESSION,
  CONTENT,
  FrameChunk,
  FrameHead,
  KEY_FORM,
  SealedBody,
  SealedHeader,
} from "../format/layout.ts";
import { HOST_MAGIC, SEGMENT_MAGIC } from "../format/magic.ts";
import {
  doomedName,
  hostEndedName,
  hostName,
  packName,
  pointName,
  segmentName,
  trashName,
} from "../format/object-names.ts";
import { encodeSegment } from "../index/segment-codec.ts";
import {
  openWriteOnlyVault,
  type RestorePoint,
  type StoredFile,
  type Vault,
  VaultDamagedError,
  VaultHostEndedError,
  VaultHostUnknownError,
} from "../index.ts";
import { longestFrame, sealFrame } from "../packs/frame-codec.ts";
import { encodePackEnd } from "../packs/pack-footer.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  draftOf,
  indexOfTests,
  openSmallVault,
  someBytes,
  storeBytes,
} from "../testing/index.ts";
import { parseHostKey } from "./host-key.ts";

const disk = someBytes(7, 60_000);
const LATER = 0x0199aabbccdd;
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function keysOf(secret: Secret): WriterKeys {
  const key = parseHostKey(secret);
  return typeof key === "object" ? key.keys : assert.fail("the key is no host's");
}

async function hostBacksUp(
  storage: MemoryStorage,
  key: Secret,
  backup: { readonly seed: number; readonly bytes: Uint8Array },
): Promise<RestorePoint> {
  await using vault =
    (await openWriteOnlyVault({
      storage,
      clock: new FakeClock("2026-01-02T00:00:00Z"),
      entropy: new SeededEntropy(backup.seed),
      passphrase: key,
      workers: 1,
      ...indexOfTests(),
    })) ?? assert.fail("the key is no host's");
  await using session = await vault.openSession();
  return await session.commit(draftOf([await storeBytes(session, "disk", backup.bytes)]));
}

async function assertComesBack(vault: Vault, id: string, bytes: Uint8Array): Promise<void> {
  const [file] = (await vault.findPoint(id)).files;
  assert.equal(Buffer.compare(await bringBack(vault, file as StoredFile), bytes), 0);
}

const damagedIn = async (vault: Vault): Promise<readonly string[]> =>
  (await vault.verify()).damaged.map(({ object }) => object).sort();

/** Seals what no honest writer would: a segment with this body. */
async function putStrangeSegment(
  storage: MemoryStorage,
  keys: WriterKeys,
  body: {
    readonly head: Parameters<typeof SealedBody.encode>[0];
    readonly packed: Uint8Array;
    readonly reserved?: 1;
  },
): Promise<string> {
  const entropy = new SeededEntropy(body.packed.length + body.head.plainBytes + (body.reserved ?? 0));
  const seed = entropy.bytes(32);
  const header = provenHeader(keys, {
    magic: SEGMENT_MAGIC,
    content: CONTENT.segment,
    keyForm: KEY_FORM.indexRoot,
    session: entropy.bytes(16),
    writer: keys.writer,
    seed,
    wrappedKey: new Uint8Array(32),
    wrapTag: new Uint8Array(16),
  });
  const head = SealedBody.encode(body.head);
  if (body.reserved !== undefined) head[15] = body.reserved;
  const key = deriveKey(keys.indexRoot, { purpose: "segment", salt: keys.vaultBytes, further: seed });
  const { sealed, tag } = aeadSeal(body.packed, { key, nonce: ZERO_NONCE, bound: [header, head] });
  const parts = [header, head, sealed, tag];
  const digest = createHash("sha256").update(Buffer.concat(parts)).digest();
  parts.push(ed25519Sign(digest, keys.signer));
  const name = segmentName(createHash("sha256").update(Buffer.concat(parts)).digest());
  await storage.put(name, parts);
  return name;
}

test("a segment that a thief seals with a body that does not unpack is one damaged object, and stops nothing", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  const keys = keysOf(key);
  const point = await backUp(vault, { disk });
  const empty = encodeSegment([]);
  const [zstd, none] = [COMPRESSION.zstd, COMPRESSION.none];
  const noise = new Uint8Array(100).fill(0xaa);
  const strange = [
    await putStrangeSegment(storage, keys, {
      head: { plainBytes: 200, packedBytes: 100, compression: zstd },
      packed: noise,
    }),
    await putStrangeSegment(storage, keys, {
      head: { plainBytes: 16, packedBytes: 16, compression: 7 },
      packed: empty,
    }),
    await putStrangeSegment(storage, keys, {
      head: { plainBytes: 16, packedBytes: 16, compression: none },
      packed: empty,
      reserved: 1,
    }),
    await putStrangeSegment(storage, keys, {
      head: { plainBytes: 17, packedBytes: 16, compression: none },
      packed: empty,
    }),
  ];
  await using reader = await openSmallVault(storage, { seed: 3 });
  await assertComesBack(reader, point.id, disk);
  await backUp(reader, { disk });
  assert.deepEqual(await damagedIn(reader), strange.sort());
});

test("a restore point that a thief seals with a body that is none is one damaged object, and hides no other", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const keys = keysOf((await vault.addHost("hv01")).key);
  const point = await backUp(vault, { disk });
  const id = (n: number): RestorePointId => n.toString(16).padStart(32, "a") as RestorePointId;
  const time = Temporal.Instant.fromEpochMilliseconds(LATER).toString();
  const sound = { version: 1, ...draftOf([]), time, bytes: 0, vault: keys.vault };
  const recipe = { version: 1, sizeBytes: 5, level: 0, root: null };
  const file = { path: "x", role: "disk", sizeBytes: 5, recipe };
  const bodies: readonly ((id: string) => Uint8Array)[] = [
    () => new TextEncoder().encode("no JSON"),
    () => Uint8Array.of(0xff, 0xfe),
    () => text(null),
    () => text([]),
    () => text({ version: 1 }),
    (its) => text({ ...sound, id: its, time: "tomorrow" }),
    (its) => text({ ...sound, id: its, machine: undefined }),
    (its) => text({ ...sound, id: its, machine: { id: 7, name: "web01" } }),
    (its) => text({ ...sound, id: its, host: null }),
    (its) => text({ ...sound, id: its, files: {} }),
    (its) => text({ ...sound, id: its, files: [null] }),
    (its) => text({ ...sound, id: its, files: [{ ...file, sizeBytes: -1 }] }),
    (its) => text({ ...sound, id: its, files: [{ ...file, recipe: { ...recipe, level: 9 } }] }),
    (its) => text({ ...sound, id: its, files: [{ ...file, recipe: { ...recipe, level: 1 } }] }),
    (its) => text({ ...sound, id: its, files: [{ ...file, recipe: { ...recipe, root: "ab" } }] }),
    (its) => text({ ...sound, id: its, files: [{ ...file, recipe: { ...recipe, sizeBytes: 6 } }] }),
    (its) => text({ ...sound, id: its, version: 2 }),
    (its) => text({ ...sound, id: its, vault: "00112233-4455-6677-8899-AABBCCDDEEFF" }),
    (its) => text({ ...sound, id: its, tree: {} }),
  ];
  const names: string[] = [];
  for (const [n, body] of bodies.entries()) {
    const name = pointName(LATER, id(n));
    await storage.put(name, sealPoint(body(id(n)), keys, new SeededEntropy(200 + n)));
    names.push(name);
  }
  // the same without a slip is a restore point, which says whose it is
  const whole = pointName(LATER, id(99));
  const claims = { ...sound, id: id(99), files: [{ ...file, storedBy: "00" }], storedBy: "00" };
  await storage.put(whole, sealPoint(text(claims), keys, new SeededEntropy(199)));
  await using reader = await openSmallVault(storage, { seed: 3 });
  const damaged: string[] = [];
  const read = await Array.fromAsync(reader.points({ onDamaged: ({ object }) => void damaged.push(object) }));
  assert.deepEqual(new Set(read.map((each) => each.id)), new Set([point.id, id(99)]));
  assert.deepEqual(damaged.sort(), names.sort());
  await assertComesBack(reader, point.id, disk);
  const { storedBy, files } = await reader.findPoint(id(99));
  assert.deepEqual([storedBy, files[0]?.storedBy], Array(2).fill(hexFromBytes(keys.writer)));
  assert.deepEqual(await damagedIn(reader), names.sort());
  const { unpromised } = await reader.prune();
  assert.deepEqual(unpromised.map(({ object }) => object).sort(), names, "no receipt tells of them");
  await assertComesBack(reader, point.id, disk);
});

test("what a thief puts below hosts/ and hosts-ended/ ends no host, hides nothing, and keeps nobody from ending its own", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const [thief, honest] = [await vault.addHost("hv01"), await vault.addHost("hv02")];
  const ours = await hostBacksUp(storage, honest.key, { seed: 10, bytes: disk });
  const keys = keysOf(thief.key);
  const honestId = keysOf(honest.key).writer;
  const genuine = storage.names().find((name) => name.startsWith("hosts/")) ?? "";
  const header = storage.peek(genuine).subarray(0, SealedHeader.sizeBytes);
  const session = newSessionKeys(keys, new SeededEntropy(40));
  const own = provenHeader(keys, {
    magic: HOST_MAGIC,
    content: CONTENT.hostEnd,
    keyForm: KEY_FORM.envelope,
    ...session.envelope,
  });
  // all of it as a full-key holder would say it
  const ending = hostEndedName(LATER + 1, honestId);
  const host = hexFromBytes(honestId);
  const note = text({ version: 1, object: ending, host, ended: "x", segments: [], points: [] });
  const head = SealedBody.encode({
    plainBytes: note.length,
    packedBytes: note.length,
    compression: COMPRESSION.none,
  });
  const sealed = aeadSeal(note, { key: session.bodyKey, nonce: ZERO_NONCE, bound: [own, head] });
  const put: string[] = [];
  const lay = async (name: string, parts: readonly Uint8Array[]): Promise<void> => {
    await storage.put(name, parts);
    put.push(name);
  };
  await lay(hostName(LATER, honestId), [new Uint8Array(300)]);
  await lay(hostEndedName(LATER, honestId), [header, new Uint8Array(100)]);
  await lay(hostEndedName(LATER, keys.writer), []);
  await lay(ending, [own, head, sealed.sealed, sealed.tag]);
  await lay(hostEndedName(LATER + 2, honestId), [storage.peek(genuine)]);
  await using reader = await openSmallVault(storage, { seed: 3 });
  assert.deepEqual(
    (await reader.hosts()).map(({ name, ended }) => [name, ended]),
    [
      ["hv01", undefined],
      ["hv02", undefined],
    ],
  );
  await assertComesBack(reader, ours.id, disk);
  assert.deepEqual(await damagedIn(reader), put.sort());
  assert.equal((await reader.endHost("hv01")).name, "hv01");
  const late = await hostBacksUp(storage, thief.key, { seed: 11, bytes: disk });
  await assert.rejects(reader.findPoint(late.id), VaultHostEndedError);
  await assertComesBack(reader, ours.id, disk);
});

test("notes about removal that a thief signs as itself hide nothing and doom nothing", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const keys = keysOf((await vault.addHost("hv01")).key);
  const point = await backUp(vault, { disk });
  const by = { keys, entropy: new SeededEntropy(90) };
  const trash = trashName(LATER, point.id);
  const entry = { version: 1, object: trash, point: point.id, untilMilliseconds: LATER };
  await storage.put(trash, sealRemoval(text(entry), CONTENT.trashEntry, by));
  await using reader = await openSmallVault(storage, { seed: 3 });
  await assertComesBack(reader, point.id, disk);
  assert.deepEqual(await damagedIn(reader), [trash]);
  const packs = storage.names().filter((name) => name.startsWith("packs/"));
  const doomed = doomedName(LATER, new Uint8Array(16));
  const list = { version: 1, object: doomed, packs, segments: [] };
  await storage.put(doomed, sealRemoval(text(list), CONTENT.doomedList, by));
  await (await reader.openSession())[Symbol.asyncDispose]();
  assert.deepEqual(
    (await reader.prune()).strange.map(({ object }) => object),
    [doomed],
  );
  await assertComesBack(reader, point.id, disk);
});

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

test("a thief that deletes its host's object has its key taken away by the host's id", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key, facts } = await vault.addHost("hv01");
  const before = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  for (const name of storage.names()) if (name.startsWith("hosts/")) storage.replace(name, undefined);
  await using reader = await openSmallVault(storage, { seed: 3 });
  await assert.rejects(reader.endHost("hv01"), VaultHostUnknownError);
  await assert.rejects(reader.endHost("ab".repeat(16)), VaultHostUnknownError);
  assert.equal((await reader.endHost(facts.id)).id, facts.id);
  const after = await hostBacksUp(storage, key, { seed: 11, bytes: disk });
  // also to a vault that has been open, and had looked before
  assert.deepEqual(
    (await Array.fromAsync(reader.points())).map(({ id }) => id),
    [before.id],
  );
  await assert.rejects(reader.findPoint(after.id), VaultHostEndedError);
});

test("of a host whose key was taken away a segment counts by its bytes, not by its name", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key, facts } = await vault.addHost("hv01");
  const point = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  await vault.endHost(facts.id);
  const [segment] = storage.names().filter((name) => name.startsWith("index/"));
  assert.ok(segment !== undefined);
  const other = Buffer.concat(sealSegment(encodeSegment([]), keysOf(key), new SeededEntropy(50)));
  storage.replace(segment, other);
  await using reader = await openSmallVault(storage, { seed: 3 });
  assert.ok((await damagedIn(reader)).includes(segment));
  assert.equal((await reader.readBackHosts()).packs, 0);
  assert.equal(point.machine.name, "web01");
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

test("of a host whose key was taken away a restore point counts by its bytes, not by its name", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key, facts } = await vault.addHost("hv01");
  const { id, time } = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  await vault.endHost(facts.id);
  const [name] = storage.names().filter((each) => each.startsWith("points/"));
  const keys = keysOf(key);
  const body = { version: 1, ...draftOf([]), id, time, bytes: 0, vault: keys.vault };
  storage.replace(name ?? "", Buffer.concat(sealPoint(text(body), keys, new SeededEntropy(82))));
  await using reader = await openSmallVault(storage, { seed: 3 });
  await assert.rejects(reader.findPoint(id), VaultHostEndedError);
  assert.deepEqual(await Array.fromAsync(reader.points()), []);
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

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { hexFromBytes, type RestorePointId } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { aeadSeal, ZERO_NONCE } from "../crypto/aead.ts";
import { deriveKey } from "../crypto/derive-key.ts";
import { ed25519Sign } from "../crypto/ed25519.ts";
import { sealPoint, sealRemoval } from "../crypto/sealed-object.ts";
import { newSessionKeys, provenHeader } from "../crypto/session-keys.ts";
import { type WriterKeys } from "../crypto/vault-keys.ts";
import { COMPRESSION, CONTENT, KEY_FORM, SealedBody, SealedHeader } from "../format/layout.ts";
import { HOST_MAGIC, SEGMENT_MAGIC } from "../format/magic.ts";
import {
  doomedName,
  hostEndedName,
  hostName,
  pointName,
  segmentName,
  trashName,
} from "../format/object-names.ts";
import { encodeSegment } from "../index/segment-codec.ts";
import { type Vault, VaultHostEndedError } from "../index.ts";
import {
  assertComesBack,
  backUp,
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

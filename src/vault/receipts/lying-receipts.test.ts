import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { hexFromBytes, type Secret } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { StorageDeniedError } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { sealPoint, sealReceipt } from "../crypto/sealed-object.ts";
import { vaultKeysFrom, type WriterKeys } from "../crypto/vault-keys.ts";
import { pointName, receiptName } from "../format/object-names.ts";
import { parseHostKey } from "../hosts/host-key.ts";
import type { RestorePoint, Vault } from "../index.ts";
import { KeySlots } from "../keys/key-slots.ts";
import { openWriteOnlyVault } from "../open-write-only-vault.ts";
import {
  backUp,
  createSmallVault,
  draftOf,
  openSmallVault,
  someBytes,
  storeBytes,
  TEST_PASSPHRASE,
} from "../testing/index.ts";

const CHAIN = "c1".repeat(16);
const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");

function keysOf(secret: Secret): WriterKeys {
  const key = parseHostKey(secret);
  return typeof key === "object" ? key.keys : assert.fail("the key is no host's");
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

let seed = 500;
async function putReceipt(storage: MemoryStorage, keys: WriterKeys, body: Uint8Array): Promise<string> {
  const bytes = Buffer.concat(sealReceipt(body, keys, new SeededEntropy(seed++)));
  const name = receiptName(hash("sha256", bytes, "buffer"));
  await storage.put(name, [bytes]);
  return name;
}

function pointReceipt(object: string, more: object = {}): Record<string, unknown> {
  const machine = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C", name: "web01" };
  const point = { object, sha256: "00".repeat(32), machine, life: 0, ...more };
  return {
    version: 1,
    chain: CHAIN,
    number: 1,
    previous: [],
    time: "2026-01-01T00:00:00Z",
    kind: "point",
    point,
  };
}

async function hostBacksUp(storage: MemoryStorage, key: Secret): Promise<RestorePoint> {
  const clock = new FakeClock("2026-01-02T00:00:00Z");
  const options = { storage, clock, entropy: new SeededEntropy(seed++), passphrase: key, workers: 1 };
  await using vault = (await openWriteOnlyVault(options)) ?? assert.fail("the key is no host's");
  await using session = await vault.openSession();
  return await session.commit(draftOf([await storeBytes(session, "disk", someBytes(4, 900))]));
}

const objectOf = (storage: MemoryStorage, { id }: { readonly id: string }): string =>
  storage.names().find((name) => name.startsWith("points/") && name.endsWith(id)) ?? assert.fail("no object");

const missingIn = async (vault: Vault): Promise<readonly unknown[]> =>
  (await vault.checkReceipts()).missing.map(({ object, toldBy }) => [object, toldBy]);

test("a receipt that a thief seals with a body that is none is one damaged object, and stops nothing", async () => {
  const storage = new MemoryStorage();
  const { vault } = await createSmallVault(storage);
  const keys = keysOf((await vault.addHost("hv01")).key);
  const point = await backUp(vault, { x: someBytes(1, 900) });
  const sound = pointReceipt(objectOf(storage, point));
  const { point: told } = sound as { readonly point: object };
  const bodies = [
    new TextEncoder().encode("no JSON"),
    Uint8Array.of(0xff, 0xfe),
    json(null),
    json([]),
    json({ version: 1 }),
    json({ ...sound, version: 2 }),
    json({ ...sound, chain: 7 }),
    json({ ...sound, number: 0 }),
    json({ ...sound, number: 1.5 }),
    json({ ...sound, previous: [7] }),
    json({ ...sound, previous: undefined }),
    json({ ...sound, time: "tomorrow" }),
    json({ ...sound, kind: "gift" }),
    json({ ...sound, point: undefined }),
    json({ ...sound, point: { ...told, object: "points/x" } }),
    json({ ...sound, point: { ...told, life: "many" } }),
    json({ ...sound, point: { ...told, sha256: 7 } }),
    json({ ...sound, point: { ...told, machine: { id: 7, name: "web01" } } }),
    json({ ...sound, kind: "removal", removal: { object: 7, life: 0 } }),
    json({ ...sound, kind: "checkpoint", chains: {}, points: [], removals: [] }),
    json({ ...sound, kind: "checkpoint", chains: [{}], points: [], removals: [] }),
    json({ ...sound, kind: "checkpoint", chains: [], points: [null], removals: [] }),
    json({
      ...sound,
      kind: "checkpoint",
      chains: [],
      points: [],
      removals: [{ object: "points/x", life: 0, time: 5 }],
    }),
  ];
  const put: string[] = [];
  for (const body of bodies) put.push(await putReceipt(storage, keys, body));
  const report = await vault.checkReceipts();
  assert.deepEqual(report.damaged.map(({ object }) => object).sort(), put.sort());
  assert.deepEqual([report.missing, report.gaps, report.wentBack], [[], [], undefined]);
  assert.deepEqual((await vault.verify()).damaged.map(({ object }) => object).sort(), put);
  await vault.prune();
  await backUp(vault, { x: someBytes(2, 900) });
  await vault.acceptLoss();
  assert.deepEqual((await vault.checkReceipts()).damaged, []);
});

test("a host's receipts hide no restore point that went, whatever they say of it", async () => {
  const storage = new MemoryStorage();
  const { vault } = await createSmallVault(storage);
  const keys = keysOf((await vault.addHost("hv01")).key);
  const victim = await backUp(vault, { x: someBytes(1, 900) });
  const object = objectOf(storage, victim);
  const other = pointName(Temporal.Instant.from("2025-05-05T00:00:00Z").epochMilliseconds, victim.id);
  await storage.put(other, [Buffer.from("anything")]);
  for (const life of [0, 1, 9]) await putReceipt(storage, keys, json(pointReceipt(other, { life })));
  for (const kind of ["removal", "checkpoint"]) {
    const removal = { object, life: 9 };
    const body = { ...pointReceipt(object), kind, removal, chains: [], points: [], removals: [removal] };
    await putReceipt(storage, keys, json(body));
  }
  assert.deepEqual(await missingIn(vault), []);
  storage.replace(object, undefined);
  assert.deepEqual(await missingIn(vault), [[object, undefined]]);
});

test("what only a host's receipts miss is told as that host's word, until its key is taken away", async () => {
  const storage = new MemoryStorage();
  const { vault } = await createSmallVault(storage);
  const { key, facts } = await vault.addHost("hv01");
  const kept = await hostBacksUp(storage, key);
  const never = pointName(
    Temporal.Instant.from("2026-01-01T00:00:00Z").epochMilliseconds,
    "ef".repeat(16) as never,
  );
  await putReceipt(storage, keysOf(key), json(pointReceipt(never)));
  assert.deepEqual(await missingIn(vault), [[never, facts.id]]);
  await vault.endHost("hv01");
  assert.deepEqual(await missingIn(vault), []);
  const object = objectOf(storage, kept);
  storage.replace(object, undefined);
  assert.deepEqual(
    await missingIn(vault),
    [[object, facts.id]],
    "what it had stored by then is missed still",
  );
});

test("`verify()` names a restore point whose bytes are not those of its receipt, and who put them", async () => {
  const storage = new MemoryStorage();
  const { vault } = await createSmallVault(storage);
  const { key, facts } = await vault.addHost("hv01");
  const [victim, hosts] = [await backUp(vault, { x: someBytes(1, 900) }), await hostBacksUp(storage, key)];
  assert.deepEqual((await vault.verify()).receipts.changed, []);
  const { masterKey } = await new KeySlots(storage, vault.facts.id).unlock(TEST_PASSPHRASE);
  const full = vaultKeysFrom(masterKey, vault.facts.id);
  const forge = (point: RestorePoint, keys: WriterKeys): void => {
    const parts = sealPoint(
      json({ version: 1, ...point, storedBy: undefined }),
      keys,
      new SeededEntropy(seed++),
    );
    storage.replace(objectOf(storage, point), Buffer.concat(parts));
  };
  const changed = async (): Promise<readonly unknown[]> => {
    await using reader = await openSmallVault(storage);
    const report = await reader.verify();
    assert.deepEqual(report.damaged, []);
    return report.receipts.changed.map(({ id, machine, storedBy }) => [id, machine.name, storedBy]);
  };
  await putReceipt(storage, keysOf(key), json(pointReceipt(objectOf(storage, victim))));
  assert.deepEqual(await changed(), [], "a host's word counts for what is its own");
  for (const [point, keys, by] of [
    [victim, keysOf(key), facts.id],
    [victim, full, undefined],
    [hosts, keysOf(key), facts.id],
  ] as const) {
    const sound = storage.peek(objectOf(storage, point));
    forge(point, keys);
    assert.deepEqual(await changed(), [[point.id, "web01", by]]);
    storage.replace(objectOf(storage, point), sound);
  }
  assert.equal(hexFromBytes(keysOf(key).writer), facts.id);
});

test("a host's receipt of a restore point that was removed calls for it again by no life", async () => {
  const storage = new MemoryStorage();
  const { vault } = await createSmallVault(storage);
  const { key } = await vault.addHost("hv01");
  const point = await hostBacksUp(storage, key);
  const object = objectOf(storage, point);
  await vault.trash(point.id, { until: PAST });
  assert.equal((await vault.prune()).removedPoints, 1);
  for (const life of [0, 1, 9]) await putReceipt(storage, keysOf(key), json(pointReceipt(object, { life })));
  assert.deepEqual(await missingIn(vault), []);
});

test("a checkpoint tells of a host's restore point that had no receipt as that host's word: else a thief's under another host's id silences what that one tells", async () => {
  const storage = new MemoryStorage();
  const { vault } = await createSmallVault(storage);
  const { key, facts } = await vault.addHost("hv01");
  const thief = await vault.addHost("hv02");
  const point = await hostBacksUp(storage, key);
  const object = objectOf(storage, point);
  const time = "2025-05-05T00:00:00Z";
  const twin = pointName(Temporal.Instant.from(time).epochMilliseconds, point.id);
  const lie = { version: 1, ...point, storedBy: undefined, files: [], bytes: 0, time };
  await storage.put(twin, sealPoint(json(lie), keysOf(thief.key), new SeededEntropy(seed++)));
  for (let i = 0; i < 66; i++) await backUp(vault, { x: someBytes(i, 300) });
  await vault.prune();
  assert.equal(storage.names().filter((name) => name.startsWith("receipts/")).length, 1);
  assert.deepEqual(await missingIn(vault), []);
  storage.replace(object, undefined);
  assert.deepEqual(await missingIn(vault), [[object, facts.id]]);
  storage.replace(twin, undefined);
  assert.deepEqual(await missingIn(vault), [
    [twin, thief.facts.id],
    [object, facts.id],
  ]);
  await vault.endHost("hv02");
  assert.deepEqual(await missingIn(vault), [[object, facts.id]], "what a thief put counts no more");
});

test("a host's restore point that is taken back counts as kept although a thief's has its id", async () => {
  const storage = new MemoryStorage();
  const { vault } = await createSmallVault(storage);
  const { key } = await vault.addHost("hv01");
  const thief = await vault.addHost("hv02");
  const point = await hostBacksUp(storage, key);
  const object = objectOf(storage, point);
  await vault.trash(point.id, { until: PAST });
  const remove = storage.delete.bind(storage);
  storage.delete = async (name) => {
    if (name === object) throw new StorageDeniedError(`Cannot delete "${name}": denied`);
    await remove(name);
  };
  await vault.prune(); // puts the receipt of its removal
  const time = "2025-05-05T00:00:00Z";
  const twin = pointName(Temporal.Instant.from(time).epochMilliseconds, point.id);
  const lie = { version: 1, ...point, storedBy: undefined, files: [], bytes: 0, time };
  await storage.put(twin, sealPoint(json(lie), keysOf(thief.key), new SeededEntropy(seed++)));
  assert.equal(await vault.takeBack(point.id), true);
  storage.replace(object, undefined);
  assert.deepEqual(await missingIn(vault), [[object, undefined]]);
});

test("a removal is remembered for 400 days from when it was, whoever's clock is ahead", async () => {
  const days = (count: number): Temporal.Instant =>
    Temporal.Instant.from("2026-01-01T00:00:00Z").add({ hours: 24 * count });
  const storage = new MemoryStorage();
  const clock = new FakeClock(days(0).toString());
  const { vault } = await createSmallVault(storage, { clock });
  const old = await backUp(vault, { x: someBytes(1, 900) });
  const late = storage.clone();
  clock.advance(900 * 86_400_000);
  await using ahead = await openSmallVault(storage, {
    seed: 77,
    clock: new FakeClock("2100-01-01T00:00:00Z"),
  });
  await backUp(ahead, { x: someBytes(2, 300) });
  for (let i = 0; i < 66; i++) await backUp(vault, { x: someBytes(i, 300) });
  await vault.trash(old.id, { until: PAST });
  await vault.prune();
  assert.equal(
    storage.names().filter((name) => name.startsWith("receipts/")).length,
    1,
    "a checkpoint stands for all",
  );
  const [receipt = ""] = late.names().filter((name) => name.startsWith("receipts/"));
  storage.replace(receipt, late.peek(receipt));
  assert.deepEqual(await missingIn(vault), [], "although the restore point was 900 days old");
});

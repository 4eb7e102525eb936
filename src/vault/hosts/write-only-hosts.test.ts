import assert from "node:assert/strict";
import { test } from "node:test";
import { hexFromBytes, Secret } from "../../base/index.ts";
import { StorageDeniedError } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage } from "../../storage/testing/index.ts";
import { SealedHeader } from "../format/layout.ts";
import {
  VaultHostEndedError,
  VaultHostExistsError,
  VaultHostKeyUnusableError,
  VaultHostUnknownError,
  VaultTooNewError,
  VaultWriteOnlyError,
} from "../index.ts";
import {
  assertComesBack,
  backUp,
  createSmallVault,
  draftOf,
  hostBacksUp,
  openHost,
  openSmallVault,
  someBytes,
  storeBytes,
} from "../testing/index.ts";

const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");

const disk = someBytes(7, 200_000);

const packsIn = (storage: MemoryStorage): readonly string[] =>
  storage.names().filter((name) => name.startsWith("packs/"));

test("what a host backs up comes back to a full-key holder, and the host stores nothing twice", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key, facts } = await vault.addHost("hv01");
  const first = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  const packs = packsIn(storage).length;
  const second = await hostBacksUp(storage, key, { seed: 11, bytes: disk });
  assert.equal(packsIn(storage).length, packs, "all of it was known to the host");
  await using other = await openSmallVault(storage);
  assert.equal((await Array.fromAsync(other.points())).length, 2);
  for (const { id } of [first, second]) await assertComesBack(other, id, disk);
  const found = await other.findPoint(first.id);
  assert.deepEqual([found.storedBy, found.files[0]?.storedBy], [facts.id, facts.id]);
  for (const name of packsIn(storage)) {
    const { writer } = SealedHeader.decode(storage.peek(name));
    assert.equal(hexFromBytes(writer), facts.id);
  }
  assert.deepEqual((await other.verify()).damaged, []);
  assert.deepEqual((await other.repair()).lost, []);
});

test("a host uses what full-key holders stored, and they use its chunks only when they have read them back", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  await backUp(vault, { disk });
  const packs = packsIn(storage).length;
  await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  assert.equal(packsIn(storage).length, packs);
  const more = someBytes(8, 100_000);
  await hostBacksUp(storage, key, { seed: 11, bytes: more });
  const before = packsIn(storage).length;
  {
    await using fresh = await openSmallVault(storage, { seed: 20 });
    const point = await backUp(fresh, { disk: more });
    assert.ok(packsIn(storage).length > before, "the host's word is not enough");
    await fresh.trash(point.id, { until: LONG_AGO });
    await fresh.prune();
  }
  await using reader = await openSmallVault(storage, { seed: 21 });
  const report = await reader.readBackHosts();
  assert.ok(report.packs > 0);
  assert.deepEqual(report.damaged, []);
  await using fresh = await openSmallVault(storage, { seed: 22 });
  const after = packsIn(storage).length;
  const point = await backUp(fresh, { disk: more });
  assert.equal(packsIn(storage).length, after);
  await assertComesBack(fresh, point.id, more);
  assert.equal((await fresh.readBackHosts()).packs, 0);
});

test("`verify` of all data reads back what hosts stored, and tells what is not what they say", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  const [pack] = packsIn(storage);
  const whole = storage.peek(pack ?? "");
  const bytes = whole.slice();
  bytes[400] = (bytes[400] as number) ^ 1;
  storage.replace(pack ?? "", bytes);
  {
    await using reader = await openSmallVault(storage, { seed: 20 });
    const { damaged } = await reader.verify({ readDataPercent: 100 });
    assert.ok(damaged.some(({ object }) => object === pack));
    assert.equal((await reader.readBackHosts()).packs, packsIn(storage).length - 1 - 1);
  }
  storage.replace(pack ?? "", undefined);
  await using reader = await openSmallVault(storage, { seed: 21 });
  const gone = await reader.verify();
  assert.ok(gone.damaged.some(({ points }) => points.length === 1));
});

test("with a host's key nothing is opened but sessions, and with a damaged or foreign one nothing", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  await assert.rejects(openSmallVault(storage, { passphrase: key }), VaultWriteOnlyError);
  const text = key.reveal();
  const elsewhere = new MemoryStorage();
  await using _ = (await createSmallVault(elsewhere, { seed: 5 })).vault;
  await assert.rejects(openHost(elsewhere, key, 1), VaultHostKeyUnusableError);
  const cut = new Secret(text.replace(/"proof":"../, '"proof":"'));
  await assert.rejects(openHost(storage, cut, 1), VaultHostKeyUnusableError);
  const otherChunks = new Secret(text.replace('"chunkBytes":4096', '"chunkBytes":8192'));
  await assert.rejects(openHost(storage, otherChunks, 1), VaultHostKeyUnusableError);
  await assert.rejects(
    openHost(storage, new Secret(text.replace('"version":1', '"version":2')), 1),
    VaultTooNewError,
  );
  await assert.rejects(vault.addHost("hv01"), VaultHostExistsError);
  assert.deepEqual(await (await openHost(storage, key, 1)).previousFiles("x" as never, "y"), new Map());
});

test("a host whose key was taken away: what it stored stays, what it adds does not count", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key, facts } = await vault.addHost("hv01");
  const before = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  await assert.rejects(vault.endHost("nobody"), VaultHostUnknownError);
  const ended = await vault.endHost(facts.id.slice(0, 6));
  assert.equal(ended.name, "hv01");
  await assert.rejects(vault.endHost("hv01"), VaultHostUnknownError);
  const after = await hostBacksUp(storage, key, { seed: 11, bytes: someBytes(12, 50_000) });
  await using reader = await openSmallVault(storage);
  assert.deepEqual(
    (await Array.fromAsync(reader.points())).map(({ id }) => id),
    [before.id],
  );
  await assertComesBack(reader, before.id, disk);
  await assert.rejects(reader.findPoint(after.id), VaultHostEndedError);
  const { damaged } = await reader.verify({ readDataPercent: 100 });
  assert.deepEqual(
    damaged.map(({ object }) => object),
    storage.names().filter((name) => name.startsWith("points/") && name.endsWith(after.id)),
  );
  await reader.prune();
  await assertComesBack(reader, before.id, disk);
  const hosts = await reader.hosts();
  assert.deepEqual(
    hosts.map(({ id, name, ended: at }) => [id, name, at !== undefined]),
    [[facts.id, "hv01", true]],
  );
  assert.equal((await reader.addHost("hv01")).facts.name, "hv01", "the name is free again");
});

test("prunes leave alone what hosts stored until it was read back, and then take what nobody needs", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  const [old, kept] = [someBytes(1, 80_000), someBytes(2, 80_000)];
  const first = await hostBacksUp(storage, key, { seed: 10, bytes: old });
  const second = await hostBacksUp(storage, key, { seed: 11, bytes: kept });
  await using pruner = await openSmallVault(storage, { seed: 20 });
  await pruner.trash(first.id, { until: LONG_AGO });
  const all = packsIn(storage).length;
  await pruner.prune();
  assert.equal(packsIn(storage).length, all);
  await pruner.readBackHosts();
  await pruner.prune();
  await pruner.prune();
  assert.ok(packsIn(storage).length < all);
  await using reader = await openSmallVault(storage, { seed: 21 });
  await assertComesBack(reader, second.id, kept);
  assert.deepEqual((await reader.verify({ readDataPercent: 100 })).damaged, []);
  const third = await hostBacksUp(storage, key, { seed: 12, bytes: kept });
  await using again = await openSmallVault(storage, { seed: 22 });
  await assertComesBack(again, third.id, kept);
});

test("a prune waits for an open session of a host, which relies on what it dooms", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { key } = await vault.addHost("hv01");
  const ours = await backUp(vault, { disk });
  await using host = await openHost(storage, key, 10);
  const session = await host.openSession();
  const file = await storeBytes(session, "disk", disk); // all of it is in our packs
  await vault.trash(ours.id, { until: LONG_AGO });
  const { waitingFor } = await vault.prune();
  assert.equal(waitingFor.length, 1);
  const point = await session.commit(draftOf([file]));
  await session[Symbol.asyncDispose]();
  await vault.prune();
  await using reader = await openSmallVault(storage);
  await assertComesBack(reader, point.id, disk);
});

test("a host whose credential may not delete backs up all the same", async () => {
  const inner = new MemoryStorage();
  await using vault = (await createSmallVault(inner)).vault;
  const { key } = await vault.addHost("hv01");
  const denied = (): unknown => new StorageDeniedError("Cannot delete: denied");
  const storage = new FaultyStorage(inner, [{ on: "delete", effect: { kind: "fail", error: denied } }]);
  const point = await hostBacksUp(storage, key, { seed: 10, bytes: disk });
  await using reader = await openSmallVault(inner);
  await assertComesBack(reader, point.id, disk);
});

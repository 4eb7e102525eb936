import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestorePointId, Secret } from "../../base/index.ts";
import { BadSectors, MemoryStorage } from "../../storage/testing/index.ts";
import {
  assertComesBack,
  backUp,
  createSmallVault,
  hostBacksUp,
  openSmallVault,
  someBytes,
} from "../testing/index.ts";

const HEADER_BYTES = 176; // docs/vault-format.md 5
const TRAILER_BYTES = 56; // docs/vault-format.md 6
const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const disk = someBytes(1, 300_000);

interface Scene {
  readonly key: Secret;
  readonly storage: MemoryStorage;
  readonly point: RestorePointId;
  /** Those that the host put, and that nobody has read back. */
  readonly packs: readonly string[];
}

async function hostsPacks(options: { readonly parity?: true } = {}): Promise<Scene> {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage, options)).vault;
  await backUp(vault, { other: someBytes(9, 50_000) });
  const before = new Set(storage.names());
  const { key } = await vault.addHost("hv02");
  const { id } = await hostBacksUp(storage, key, { seed: 70, bytes: disk });
  const packs = storage.names().filter((name) => name.startsWith("packs/") && !before.has(name));
  assert.equal(packs.length, 2, "one of data, one of chunk lists");
  return { key, storage, point: id, packs };
}

function flip(storage: MemoryStorage, name: string, at: number): void {
  const bytes = storage.peek(name).slice();
  bytes[at] = (bytes[at] as number) ^ 4;
  storage.replace(name, bytes);
}

const AT: Readonly<Record<string, (bytes: Uint8Array) => number>> = {
  header: () => 100,
  footer: (bytes) => bytes.length - TRAILER_BYTES - 10,
  trailer: (bytes) => bytes.length - 10,
};

for (const [what, at] of Object.entries(AT)) {
  for (const isNeeded of [true, false]) {
    const whose = isNeeded ? "needs" : "needs no more";
    test(`\`repair()\` takes out what a host's restore point ${whose} of packs whose ${what} is damaged before anybody read them back`, async () => {
      const { storage, point, packs } = await hostsPacks();
      for (const pack of packs) flip(storage, pack, at(storage.peek(pack)));
      await using vault = await openSmallVault(storage);
      assert.equal((await vault.verify({ readDataPercent: 100 })).damaged.length, 2);
      if (!isNeeded) await vault.trash(point, { until: PAST });
      const plan = await vault.repair();
      const { lost, doomed } = await vault.repair({ execute: true });
      assert.deepEqual([lost, doomed.toSorted()], [[], packs.toSorted()]);
      assert.deepEqual(plan.doomed, doomed);
      await using fresh = await openSmallVault(storage, { seed: 3 });
      if (isNeeded) await assertComesBack(fresh, point, disk);
      await fresh.prune();
      assert.ok(!packs.some((pack) => storage.names().includes(pack)), "a prune takes them");
      await using last = await openSmallVault(storage, { seed: 4 });
      if (isNeeded) await assertComesBack(last, point, disk);
      const { damaged, healed } = await last.verify({ readDataPercent: 100 });
      assert.deepEqual([damaged, healed], [[], []]);
      assert.deepEqual((await last.repair()).packs, [], "said once");
    });
  }
}

test("`repair()` mends a host's pack by its sidecar when verify wrote down that frames of it are damaged", async () => {
  const { storage, point, packs } = await hostsPacks({ parity: true });
  for (const pack of packs) flip(storage, pack, HEADER_BYTES + 200);
  {
    await using vault = await openSmallVault(storage);
    const { damaged } = await vault.verify({ readDataPercent: 100, keepFindings: true });
    assert.ok(packs.every((pack) => damaged.some(({ object }) => object === pack)));
  }
  await using vault = await openSmallVault(storage, { seed: 3 });
  const { lost, doomed } = await vault.repair({ execute: true });
  assert.deepEqual([lost, doomed.toSorted()], [[], packs.toSorted()]);
  await vault.prune();
  await using last = await openSmallVault(storage, { seed: 4 });
  await assertComesBack(last, point, disk);
  const { damaged, healed } = await last.verify({ readDataPercent: 100 });
  assert.deepEqual([damaged, healed], [[], []]);
  const left = storage.names().filter((name) => /^(damaged|doomed|awaited)\//.test(name));
  assert.deepEqual(left, []);
});

/** The pack with the host's data, of which frames do not open; verify wrote that down, or its trailer is damaged as well. */
async function spoiled(isNoted: boolean): Promise<Scene & { readonly data: string }> {
  const scene = await hostsPacks();
  const { storage, packs } = scene;
  const data = packs.toSorted((a, b) => storage.peek(b).length - storage.peek(a).length)[0] ?? "";
  flip(storage, data, HEADER_BYTES + 2000);
  if (!isNoted) flip(storage, data, storage.peek(data).length - 10);
  await using vault = await openSmallVault(storage);
  await vault.verify({ readDataPercent: 100, keepFindings: true });
  return { ...scene, data };
}

for (const isNoted of [true, false]) {
  const how = isNoted ? "as a note says" : "and neither does its trailer";
  test(`\`repair()\` tells what is lost with a host's pack that has frames which do not open, ${how}, and keeps it`, async () => {
    const { storage, point, data } = await spoiled(isNoted);
    await using vault = await openSmallVault(storage, { seed: 3 });
    const plan = await vault.repair();
    const { doomed, lost } = await vault.repair({ execute: true });
    const [{ id, lostBytes, wasPerhapsNeverPromised } = assert.fail("nothing is lost"), ...others] = lost;
    assert.deepEqual([doomed, id, others.length, wasPerhapsNeverPromised], [[], point, 0, undefined]);
    assert.ok(lostBytes > 0 && lostBytes <= disk.length);
    assert.deepEqual(plan.lost, lost);
    await vault.prune();
    assert.ok(storage.names().includes(data));
  });

  test(`\`repair()\` dooms a host's pack that has frames which do not open, ${how}, when no restore point needs them`, async () => {
    const { storage, point, data } = await spoiled(isNoted);
    await using vault = await openSmallVault(storage, { seed: 3 });
    await vault.trash(point, { until: PAST });
    await vault.prune();
    assert.ok(storage.names().includes(data), "no prune takes what only a host names");
    await using fresh = await openSmallVault(storage, { seed: 4 });
    const plan = await fresh.repair();
    const { doomed, lost } = await fresh.repair({ execute: true });
    assert.deepEqual([doomed, lost, plan.doomed], [[data], [], [data]]);
    await fresh.prune();
    assert.ok(!storage.names().includes(data));
    await using last = await openSmallVault(storage, { seed: 5 });
    assert.deepEqual((await last.verify({ readDataPercent: 100, keepFindings: true })).damaged, []);
    const left = storage.names().filter((name) => /^(damaged|doomed|awaited)\//.test(name));
    assert.deepEqual(left, []);
  });
}

test("`repair()` dooms a host's pack that has frames which do not open when the host has stored again what was in them", async () => {
  const { storage, key, point, data } = await spoiled(true);
  const { id } = await hostBacksUp(storage, key, { seed: 71, bytes: disk });
  await using vault = await openSmallVault(storage, { seed: 3 });
  const { doomed, lost } = await vault.repair({ execute: true });
  assert.deepEqual([doomed, lost], [[data], []]);
  await vault.prune();
  await using last = await openSmallVault(storage, { seed: 4 });
  for (const whole of [id, point]) await assertComesBack(last, whole, disk);
  assert.deepEqual((await last.verify({ readDataPercent: 100, keepFindings: true })).damaged, []);
});

test("`repair()` keeps a host's pack that has frames which do not open", async () => {
  const { storage, packs } = await hostsPacks();
  for (const pack of packs) {
    flip(storage, pack, HEADER_BYTES + 200);
    flip(storage, pack, storage.peek(pack).length - 10);
  }
  await using vault = await openSmallVault(storage);
  const { doomed, lost } = await vault.repair({ execute: true });
  assert.deepEqual([doomed, lost.length], [[], 1]);
});

test("`repair()` dooms a host's pack of which everything was found although a restore point is lost, and keeps all others then", async () => {
  const { storage, packs, point } = await hostsPacks();
  for (const pack of packs) flip(storage, pack, storage.peek(pack).length - 10);
  const [data = "", lists = ""] = packs.toSorted((a, b) => storage.peek(b).length - storage.peek(a).length);
  flip(storage, data, HEADER_BYTES + 2000);
  const [other = ""] = storage.names().filter((name) => name.startsWith("points/") && !name.endsWith(point));
  storage.replace(other, Buffer.from("no restore point"));
  await using vault = await openSmallVault(storage);
  await vault.trash(point, { until: PAST });
  const { doomed, lost } = await vault.repair({ execute: true });
  assert.deepEqual([doomed, lost.length], [[lists], 2]);
});

for (const isNeeded of [true, false])
  test(`\`repair()\` dooms no host's pack that the storage cannot read, and whose host's restore point is ${isNeeded ? "shown" : "in the trash"}`, async () => {
    const { storage: inner, point, packs } = await hostsPacks();
    const storage = new BadSectors(inner);
    for (const pack of packs) storage.spoil(pack, inner.peek(pack).length - TRAILER_BYTES + 1);
    await using vault = await openSmallVault(storage);
    if (!isNeeded) await vault.trash(point, { until: PAST });
    assert.deepEqual((await vault.repair()).doomed, []);
    assert.deepEqual((await vault.repair({ execute: true })).doomed, []);
    if (!isNeeded) assert.equal(await vault.takeBack(point), true);
    await vault.prune();
    await using other = await openSmallVault(inner, { seed: 4 }); // it was the cable
    await assertComesBack(other, point, disk);
  });

test("`repair()` dooms no host's pack that was read back before it was damaged: prunes know what is needed of it", async () => {
  const { storage, point, packs } = await hostsPacks();
  await using vault = await openSmallVault(storage);
  assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
  for (const pack of packs) flip(storage, pack, storage.peek(pack).length - 10);
  await using fresh = await openSmallVault(storage, { seed: 3 });
  const { doomed, lost, packs: read } = await fresh.repair({ execute: true });
  assert.deepEqual([doomed, lost, read.map(({ object }) => object).toSorted()], [[], [], packs.toSorted()]);
  await assertComesBack(fresh, point, disk);
});

test("verify tells of no pack that a host's segment names, that is gone, and that nobody needs", async () => {
  const { storage, point, packs } = await hostsPacks();
  await using vault = await openSmallVault(storage);
  await vault.trash(point, { until: PAST });
  await vault.prune();
  for (const pack of packs) storage.replace(pack, undefined);
  await using fresh = await openSmallVault(storage, { seed: 3 });
  assert.deepEqual((await fresh.verify({ readDataPercent: 100 })).damaged, []);
});

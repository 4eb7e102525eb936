import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import type { RestorePointId, Secret } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import type { StorageCallOptions, StoredObject } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { sealPoint, sealReceipt } from "../crypto/sealed-object.ts";
import type { WriterKeys } from "../crypto/vault-keys.ts";
import { pointName, receiptName } from "../format/object-names.ts";
import {
  openWriteOnlyVault,
  PointAmbiguousError,
  PrunePointUnreadableError,
  type RestorePoint,
  type StoredFile,
  type Vault,
} from "../index.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  draftOf,
  hostBacksUp,
  indexOfTests,
  openSmallVault,
  someBytes,
  storeBytes,
} from "../testing/index.ts";
import { parseHostKey } from "./host-key.ts";

const disk = someBytes(7, 60_000);
const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");

function keysOf(secret: Secret): WriterKeys {
  const key = parseHostKey(secret);
  return typeof key === "object" ? key.keys : assert.fail("the key is no host's");
}

/** A restore point of the thief's, whole, under the id of somebody else's. */
async function putUnderId(
  storage: MemoryStorage,
  victim: RestorePoint,
  by: { readonly key: Secret; readonly time: string },
): Promise<string> {
  const { time } = by;
  const document = { version: 1, ...victim, storedBy: undefined, files: [], bytes: 0, time };
  const object = pointName(Temporal.Instant.from(time).epochMilliseconds, victim.id);
  await storage.put(
    object,
    sealPoint(new TextEncoder().encode(JSON.stringify(document)), keysOf(by.key), new SeededEntropy(90)),
  );
  return object;
}

/** Its listings never have one object. */
class ForgetfulStorage extends MemoryStorage {
  left = "";

  override async *list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    for await (const object of super.list(prefix, options)) if (object.name !== this.left) yield object;
  }
}

async function assertComesBack(vault: Vault, id: string): Promise<void> {
  const point = await vault.findPoint(id);
  assert.equal(Buffer.compare(await bringBack(vault, point.files[0] as StoredFile), disk), 0);
}

const idsIn = async (vault: Vault): Promise<readonly string[]> =>
  (await Array.fromAsync(vault.points())).map(({ id }) => id);

/** Before and behind the victim's, in the order of names. */
const TIMES = ["2025-12-31T00:00:00Z", "2026-03-01T00:00:00Z"];

test("what a thief puts under the id of a full-key holder's restore point counts nowhere, and `verify` tells of it", async () => {
  for (const time of TIMES) {
    for (const isWhole of [true, false]) {
      const storage = new MemoryStorage();
      const { vault } = await createSmallVault(storage);
      const { key } = await vault.addHost("hv01");
      const victim = await backUp(vault, { disk });
      const put = await putUnderId(storage, victim, { key, time });
      if (!isWhole) storage.replace(put, Buffer.from("no restore point"));
      assert.deepEqual(await idsIn(vault), [victim.id]);
      await assertComesBack(vault, victim.id);
      await assertComesBack(vault, "latest:web01");
      const { damaged, points } = await vault.verify();
      assert.deepEqual([damaged.map(({ object }) => object), points], [[put], 1]);
      await vault.trash(victim.id, { until: Temporal.Instant.from("2030-01-01T00:00:00Z") });
      assert.deepEqual(await idsIn(vault), []);
      await vault.takeBack(victim.id);
      await assertComesBack(await openSmallVault(storage), victim.id);
      await vault.trash(victim.id, { until: PAST });
      assert.equal((await vault.prune()).removedPoints, 1);
      assert.ok(
        !storage.names().some((name) => name.startsWith("points/") && name !== put),
        "the victim's went",
      );
    }
  }
});

test("of restore points of hosts that have one id none goes by it, and each stays what it is", async () => {
  for (const time of TIMES) {
    const storage = new MemoryStorage();
    const { vault } = await createSmallVault(storage);
    const [own, stolen] = [(await vault.addHost("hv01")).key, (await vault.addHost("hv02")).key];
    await using host =
      (await openWriteOnlyVault({
        storage,
        clock: new FakeClock("2026-01-02T00:00:00Z"),
        entropy: new SeededEntropy(40),
        passphrase: own,
        workers: 1,
        ...indexOfTests(),
      })) ?? assert.fail("the key is no host's");
    await using session = await host.openSession();
    const victim = await session.commit(draftOf([await storeBytes(session, "disk", disk)]));
    for (const until of [PAST, Temporal.Instant.from("2030-01-01T00:00:00Z")])
      await vault.trash(victim.id, { until });
    const put = await putUnderId(storage, victim, { key: stolen, time });
    assert.deepEqual(await idsIn(vault), [victim.id, victim.id]);
    await assert.rejects(vault.findPoint(victim.id), PointAmbiguousError);
    assert.equal((await vault.prune()).removedPoints, 0);
    assert.deepEqual(await idsIn(vault), [victim.id, victim.id], "nobody can say which of them was meant");
    storage.replace(put, Buffer.from("no restore point"));
    await assertComesBack(vault, victim.id);
    storage.replace(put, undefined);
    await vault.takeBack(victim.id);
    assert.deepEqual(await idsIn(vault), [victim.id]);
    await assertComesBack(vault, victim.id);
  }
});

test("restore points that a thief puts under one id with receipts, and that do not open, stop no prune when its key was taken away", async () => {
  const storage = new MemoryStorage();
  const { vault } = await createSmallVault(storage);
  const { key } = await vault.addHost("hv01");
  const own = await backUp(vault, { disk });
  const put: string[] = [];
  for (const [i, time] of TIMES.entries()) {
    const object = pointName(
      Temporal.Instant.from(time).epochMilliseconds,
      "ab".repeat(16) as RestorePointId,
    );
    const body = Buffer.from(`no restore point, ${i}`);
    const bytes = Buffer.concat(sealPoint(body, keysOf(key), new SeededEntropy(95 + i)));
    await storage.put(object, [bytes]);
    const point = { object, sha256: hash("sha256", bytes), machine: own.machine, life: 0 };
    const chain = { version: 1, chain: "c1".repeat(16), number: 1 + i, previous: [], time };
    const receipt = Buffer.from(JSON.stringify({ ...chain, kind: "point", point }));
    const sealed = Buffer.concat(sealReceipt(receipt, keysOf(key), new SeededEntropy(97 + i)));
    await storage.put(receiptName(hash("sha256", sealed, "buffer")), [sealed]);
    put.push(object);
  }
  await assert.rejects(vault.prune(), PrunePointUnreadableError);
  const given = vault.trash("ab".repeat(16) as RestorePointId, { until: PAST });
  await assert.rejects(given, PointAmbiguousError, "nobody can say which of them is meant");
  await vault.endHost("hv01");
  await using fresh = await openSmallVault(storage, { seed: 3 });
  assert.deepEqual((await fresh.prune()).unpromised.map(({ object }) => object).toSorted(), put.toSorted());
  assert.deepEqual((await fresh.checkReceipts()).missing, []);
  await assertComesBack(fresh, own.id);
});

test("a prune keeps what a host's restore point needs that no listing has, although a thief's has its id and a receipt", async () => {
  const storage = new ForgetfulStorage();
  const { vault } = await createSmallVault(storage);
  const [own, stolen] = [(await vault.addHost("hv01")).key, (await vault.addHost("hv02")).key];
  const victim = await hostBacksUp(storage, own, { seed: 41, bytes: disk });
  const [told = ""] = storage.names().filter((name) => name.startsWith("receipts/"));
  const [time = ""] = TIMES;
  const object = await putUnderId(storage, victim, { key: stolen, time });
  const point = { object, sha256: hash("sha256", storage.peek(object)), machine: victim.machine, life: 0 };
  const chain = { version: 1, chain: "c1".repeat(16), number: 1, previous: [], time };
  const body = Buffer.from(JSON.stringify({ ...chain, kind: "point", point }));
  const first = (seed: number): readonly [string, Uint8Array] => {
    const bytes = Buffer.concat(sealReceipt(body, keysOf(stolen), new SeededEntropy(seed)));
    const name = receiptName(hash("sha256", bytes, "buffer"));
    return name < told ? [name, bytes] : first(seed + 1); // read before the victim's
  };
  storage.replace(...first(300));
  assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
  storage.left = storage.names().find((name) => name.endsWith(victim.id) && name !== object) ?? "";
  await using pruner = await openSmallVault(storage, { seed: 3 });
  assert.equal((await pruner.prune({ moveBelow: 0.9 })).packsDropped, 0);
  storage.left = "";
  await using reader = await openSmallVault(storage, { seed: 4 });
  const { files } = (await reader.readPoint(victim)) ?? assert.fail("it is gone");
  assert.equal(Buffer.compare(await bringBack(reader, files[0] as StoredFile), disk), 0);
});

test("what was to be trashed while a thief's had its id is not trashed when that one goes", async () => {
  const storage = new MemoryStorage();
  const { vault } = await createSmallVault(storage);
  const other = await backUp(vault, { disk: someBytes(9, 5000) });
  const [own, stolen] = [(await vault.addHost("hv01")).key, (await vault.addHost("hv02")).key];
  const victim = await hostBacksUp(storage, own, { seed: 41, bytes: disk });
  const put = await putUnderId(storage, victim, { key: stolen, time: TIMES[0] ?? "" });
  assert.deepEqual([...(await vault.sharedIds())], [victim.id]);
  await assert.rejects(vault.trashEach([other.id, victim.id], { until: PAST }), PointAmbiguousError);
  await assert.rejects(vault.trash(victim.id, { until: PAST }), PointAmbiguousError);
  assert.deepEqual(await vault.trashed(), [], "nothing is changed before that is known");
  storage.replace(put, undefined);
  await using fresh = await openSmallVault(storage, { seed: 3 });
  assert.deepEqual(new Set(await idsIn(fresh)), new Set([other.id, victim.id]));
  assert.equal((await fresh.prune()).removedPoints, 0);
  await assertComesBack(fresh, victim.id);
});

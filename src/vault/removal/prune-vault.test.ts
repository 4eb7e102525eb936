import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StorageDeniedError, StorageFullError } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage } from "../../storage/testing/index.ts";
import { PointNotFoundError, VaultSessionLostError } from "../errors.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  draftOf,
  openSmallVault,
  someBytes,
  storeBytes,
} from "../testing/index.ts";
import type { Vault } from "../vault.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const FUTURE = Temporal.Instant.from("2099-01-01T00:00:00Z");
const NO_LIMIT = { staleAfterMs: Number.MAX_SAFE_INTEGER };

async function assertBack(vault: Vault, point: RestorePoint, expected: Uint8Array): Promise<void> {
  const [file] = (await vault.findPoint(point.id)).files;
  assert.ok(file !== undefined);
  assert.equal(Buffer.compare(await bringBack(vault, file), expected), 0, point.id);
}

async function assertSound(vault: Vault): Promise<void> {
  assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
}

async function namesOf(storage: MemoryStorage, prefix: string): Promise<readonly string[]> {
  return (await Array.fromAsync(storage.list(prefix))).map(({ name }) => name);
}

/** A file of which the half that `share` says is another one's. */
function halfOf(other: Uint8Array, seed: number): Uint8Array {
  const bytes = someBytes(seed, other.length);
  bytes.set(other.subarray(0, Math.floor(other.length / 8)));
  return bytes;
}

describe("Vault.prune()", () => {
  test("deletes nothing of packs that it learns of while it looks what is needed", async () => {
    const inner = new MemoryStorage();
    const disks = [someBytes(1, 200_000), someBytes(2, 200_000)] as const;
    const points: RestorePoint[] = [];
    const added: string[][] = [];
    {
      await using vault = (await createSmallVault(inner)).vault;
      for (const disk of disks) {
        const before = await namesOf(inner, "packs/");
        points.push(await backUp(vault, { disk }));
        const packs = (await namesOf(inner, "packs/")).filter((name) => !before.includes(name));
        added.push(packs.toSorted((a, b) => inner.peek(b).length - inner.peek(a).length)); // data, then chunk lists
      }
    }
    // for a moment the index cannot be read (and this machine has never seen it), nor the first disk's data, nor the second one's chunk lists
    const half = { kind: "truncate", to: 80 } as const;
    const storage = new FaultyStorage(inner, [
      { on: "get", prefix: "index/", times: 2, effect: half },
      { on: "get", prefix: added[0]?.[0], effect: half },
      { on: "get", prefix: added[1]?.[1], effect: half },
    ]);
    await using vault = await openSmallVault(storage, { machine: "second" });
    await vault.prune(NO_LIMIT);
    storage.verifyAllFaultsExercised();
    await using again = await openSmallVault(inner);
    for (const [i, point] of points.entries()) await assertBack(again, point, disks[i] as Uint8Array);
    await assertSound(again);
  });

  test("deletes nothing that restore points need, and what they do not need at once", async () => {
    const storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault;
    const [one, two] = [someBytes(1, 200_000), someBytes(2, 200_000)];
    const first = await backUp(vault, { disk: one });
    const second = await backUp(vault, { disk: two });
    const before = storage.usedBytes;
    const idle = await vault.prune();
    assert.deepEqual([idle.packsDropped, idle.packsMoved, idle.bytesFreed], [0, 0, 0]);
    assert.equal(storage.usedBytes, before);
    await vault.trash(first.id, { until: PAST });
    const report = await vault.prune();
    assert.equal(report.removedPoints, 1);
    assert.ok(report.bytesFreed > 100_000, `only ${report.bytesFreed} bytes`);
    assert.ok(storage.usedBytes < before - 100_000);
    await assert.rejects(vault.findPoint(first.id), PointNotFoundError);
    await assertBack(vault, second, two);
    await assertSound(vault);
    for (const prefix of ["doomed/", "awaited/", "trash/", "leases/"]) {
      assert.deepEqual(await namesOf(storage, prefix), [], prefix);
    }
  });

  test("moves what is needed out of packs that are mostly waste, and rewrites the index", async () => {
    const storage = new MemoryStorage();
    const one = someBytes(1, 400_000);
    const two = halfOf(one, 2);
    const { vault: writer } = await createSmallVault(storage);
    const first = await backUp(writer, { disk: one });
    const second = await backUp(writer, { disk: two });
    await writer[Symbol.asyncDispose]();
    await using vault = await openSmallVault(storage);
    const packs = await namesOf(storage, "packs/");
    await vault.trash(first.id, { until: PAST });
    const report = await vault.prune();
    assert.equal(report.packsMoved, 1);
    const left = await namesOf(storage, "packs/");
    assert.equal(
      packs.filter((name) => left.includes(name)).length,
      packs.length - 2,
      "data and list of the first",
    );
    await using fresh = await openSmallVault(storage);
    await assertBack(fresh, second, two);
    await assertSound(fresh);
    const again = await fresh.prune();
    assert.deepEqual([again.packsDropped, again.packsMoved, again.bytesFreed], [0, 0, 0], "it ends");
  });

  test("frees what its plan says, within a tenth, and the plan tells what each restore point costs alone", async () => {
    const storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault;
    const one = someBytes(1, 400_000);
    const two = halfOf(one, 2);
    const [first, second] = [await backUp(vault, { disk: one }), await backUp(vault, { disk: two })];
    const both = await vault.planRemoval(new Set());
    assert.equal(both.bytesFreed, 0);
    const shared = 4096 * Math.floor(50_000 / 4096); // whole chunks
    assert.equal(both.aloneBytes.get(first.id), 400_000 - shared);
    assert.equal(both.aloneBytes.get(second.id), 400_000 - shared);
    const plan = await vault.planRemoval(new Set([first.id]));
    assert.deepEqual([...plan.aloneBytes], [[second.id, 400_000]]);
    await vault.trash(first.id, { until: PAST });
    const { bytesFreed } = await vault.prune();
    assert.ok(Math.abs(plan.bytesFreed - bytesFreed) < 0.1 * bytesFreed, `${plan.bytesFreed}, ${bytesFreed}`);
    assert.equal((await vault.planRemoval(new Set())).lostChunks, 0);
  });

  test("hides what is in the trash, and gives it back until its time is over", async () => {
    const storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault;
    const bytes = someBytes(1, 100_000);
    const point = await backUp(vault, { disk: bytes });
    await vault.trash(point.id, { until: FUTURE });
    await vault.prune();
    assert.deepEqual(await Array.fromAsync(vault.points()), []);
    assert.deepEqual(
      (await vault.trashed()).map(({ id, until, point: what }) => [id, until.toString(), what?.machine.name]),
      [[point.id, FUTURE.toString(), "web01"]],
    );
    assert.equal(await vault.takeBack(point.id), true);
    assert.equal(await vault.takeBack(point.id), false);
    await assertBack(vault, point, bytes);
  });

  test("believes no trash entry under another date than it was made for", async () => {
    const storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault;
    const bytes = someBytes(1, 100_000);
    const point = await backUp(vault, { disk: bytes });
    await vault.trash(point.id, { until: FUTURE });
    const [entry] = await namesOf(storage, "trash/");
    assert.ok(entry !== undefined);
    const forged = entry.replace(/^trash\/[0-9a-f]{12}/, "trash/000000000001");
    await storage.put(forged, [await storage.get(entry)]);
    await storage.put(`trash/000000000002-${point.id}`, [new Uint8Array(400)]);
    assert.equal((await vault.prune()).removedPoints, 0);
    await vault.takeBack(point.id);
    await assertBack(vault, point, bytes);
  });

  test("waits for sessions that may use what goes, and keeps what they committed", async () => {
    const storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault;
    await using other = await openSmallVault(storage, { seed: 9 });
    const bytes = someBytes(1, 200_000);
    const old = await backUp(vault, { disk: bytes });
    const session = await other.openSession();
    const file = await storeBytes(session, "disk", bytes); // all of it is in the old one's packs
    await vault.trash(old.id, { until: PAST });
    const waiting = await vault.prune(NO_LIMIT);
    assert.equal(waiting.waitingFor.length, 1);
    assert.equal(waiting.bytesFreed, 0);
    assert.ok(waiting.bytesDoomed > 0);
    const point = await session.commit(draftOf([file]));
    await session[Symbol.asyncDispose]();
    await assertBack(vault, point, bytes);
    const done = await vault.prune(NO_LIMIT);
    assert.deepEqual([done.waitingFor, done.bytesDoomed], [[], 0]);
    await assertBack(vault, point, bytes);
    await assertSound(vault);
    assert.deepEqual(await namesOf(storage, "doomed/"), []);
  });

  test("is not relied upon by sessions that open after it said what goes", async () => {
    const storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault;
    const bytes = someBytes(1, 200_000);
    const old = await backUp(vault, { disk: bytes });
    await using waitedFor = await vault.openSession();
    await vault.trash(old.id, { until: PAST });
    await vault.prune(NO_LIMIT);
    await using later = await openSmallVault(storage, { seed: 9 });
    await using session = await later.openSession();
    const file = await storeBytes(session, "disk", bytes);
    const point = await session.commit(draftOf([file]));
    await waitedFor[Symbol.asyncDispose]();
    await session[Symbol.asyncDispose]();
    assert.equal((await vault.prune(NO_LIMIT)).packsMoved, 0, "it was all stored again");
    await assertBack(later, point, bytes);
    await assertSound(later);
  });

  test("ends sessions whose lease is too old: they fail at their commit", async () => {
    const storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault; // its clock stands a day before the other's
    await using session = await vault.openSession();
    const file = await storeBytes(session, "disk", someBytes(1, 50_000));
    await using other = await openSmallVault(storage);
    const report = await other.prune({ staleAfterMs: 3_600_000 });
    assert.equal(report.revoked.length, 1);
    await assert.rejects(session.commit(draftOf([file])), VaultSessionLostError);
    assert.deepEqual(await Array.fromAsync(other.points()), []);
  });

  test("takes a restore point back whose session was ended while it was put, when what it needs may go", async () => {
    const storage = new MemoryStorage();
    await using other = (await createSmallVault(storage)).vault;
    const bytes = someBytes(1, 100_000);
    const old = await backUp(other, { disk: bytes });
    const slow = new FaultyStorage(storage);
    await using vault = await openSmallVault(slow, { seed: 5 });
    await using session = await vault.openSession();
    const file = await storeBytes(session, "disk", bytes);
    await other.trash(old.id, { until: PAST });
    const act = async (): Promise<void> => {
      await other.prune({ staleAfterMs: -Number.MAX_SAFE_INTEGER });
    };
    slow.add({ on: "put", prefix: "points/", effect: { kind: "call-before", act } });
    await assert.rejects(session.commit(draftOf([file])), VaultSessionLostError);
    assert.deepEqual(await Array.fromAsync(other.points()), []);
    await assertSound(other);
  });

  test("keeps a restore point whose session was ended while it was put, when all that it needs stays", async () => {
    const storage = new MemoryStorage();
    await using other = (await createSmallVault(storage)).vault;
    const bytes = someBytes(1, 100_000);
    await backUp(other, { disk: bytes });
    const slow = new FaultyStorage(storage);
    await using vault = await openSmallVault(slow, { seed: 5 });
    await using session = await vault.openSession();
    const file = await storeBytes(session, "disk", bytes);
    const act = async (): Promise<void> => {
      await other.prune({ staleAfterMs: -Number.MAX_SAFE_INTEGER });
    };
    slow.add({ on: "put", prefix: "points/", effect: { kind: "call-before", act } });
    await assertBack(other, await session.commit(draftOf([file])), bytes);
  });

  test("does not disturb a reader whose packs move away", async () => {
    const storage = new MemoryStorage();
    const one = someBytes(1, 400_000);
    const two = halfOf(one, 2);
    await using vault = (await createSmallVault(storage)).vault;
    const first = await backUp(vault, { disk: one });
    const second = await backUp(vault, { disk: two });
    await using reader = await openSmallVault(storage, { seed: 8 });
    const [file] = (await reader.findPoint(second.id)).files;
    assert.ok(file !== undefined);
    await using open = await reader.openFile(file);
    await open.read(new Uint8Array(10), 399_000); // the index is in memory now
    await vault.trash(first.id, { until: PAST });
    assert.equal((await vault.prune()).packsMoved, 1);
    const start = new Uint8Array(40_000);
    await open.read(start, 0);
    assert.equal(Buffer.compare(start, two.subarray(0, 40_000)), 0);
    await assertBack(reader, second, two);
  });

  test("carries no damage along: a pack with a needed chunk that does not open stays, and its machine's next backup heals", async () => {
    const storage = new MemoryStorage();
    const one = someBytes(1, 400_000);
    const two = halfOf(one, 2);
    await using vault = (await createSmallVault(storage)).vault;
    const first = await backUp(vault, { disk: one });
    const second = await backUp(vault, { disk: two });
    const pack = await largestPack(storage);
    const damaged = storage.peek(pack);
    damaged[900] = (damaged[900] as number) ^ 1;
    await vault.trash(first.id, { until: PAST });
    const report = await vault.prune();
    assert.deepEqual(
      report.damaged.map(({ object }) => object),
      [pack],
    );
    assert.ok((await namesOf(storage, "packs/")).includes(pack));
    await using fresh = await openSmallVault(storage, { seed: 6 });
    const healed = await backUp(fresh, { disk: two });
    await assertBack(fresh, healed, two);
    await assertBack(fresh, second, two);
    await fresh.prune();
    assert.ok(!(await namesOf(storage, "packs/")).includes(pack), "nobody needs it any more");
    await assertSound(fresh);
  });

  test("frees what needs no copy where the storage is full, and then has room for the rest", async () => {
    const storage = new MemoryStorage();
    const { vault } = await createSmallVault(storage);
    const [wasteful, useless] = [someBytes(1, 300_000), someBytes(3, 300_000)];
    const bytes = halfOf(wasteful, 2);
    const gone = [await backUp(vault, { disk: wasteful }), await backUp(vault, { disk: useless })];
    const stays = await backUp(vault, { disk: bytes });
    for (const { id } of gone) await vault.trash(id, { until: PAST });
    await vault[Symbol.asyncDispose]();
    storage.capacityBytes = storage.usedBytes + 5000; // notes, but no pack
    await using full = await openSmallVault(storage, { seed: 5 });
    const report = await full.prune();
    assert.ok(report.packsDropped > 0 && report.packsMoved > 0, "both, one after the other");
    assert.ok(report.bytesFreed > 400_000, `only ${report.bytesFreed} bytes`);
    assert.equal(report.removedPoints, 2, "by the attempt that failed");
    await assertBack(full, stays, bytes);
    const next = await full.prune();
    assert.deepEqual([next.packsDropped, next.packsMoved, next.bytesDoomed], [0, 0, 0]);
    for (const prefix of ["doomed/", "awaited/", "leases/"]) {
      assert.deepEqual(await namesOf(storage, prefix), [], prefix);
    }
    await using fresh = await openSmallVault(storage, { seed: 6 });
    await assertBack(fresh, stays, bytes);
    await assertSound(fresh);
  });

  test("tells of a storage that is full when nothing can go without a copy, and loses nothing", async () => {
    const storage = new MemoryStorage();
    const { vault } = await createSmallVault(storage);
    const wasteful = someBytes(1, 300_000);
    const bytes = halfOf(wasteful, 2);
    const gone = await backUp(vault, { disk: wasteful });
    const stays = await backUp(vault, { disk: bytes });
    await vault.prune(); // chunk lists of the first one go apart from its data
    await vault.trash(gone.id, { until: PAST });
    await vault[Symbol.asyncDispose]();
    storage.capacityBytes = storage.usedBytes + 100;
    await using full = await openSmallVault(storage, { seed: 5 });
    await assert.rejects(full.prune(), StorageFullError);
    storage.capacityBytes = Number.POSITIVE_INFINITY;
    await assertBack(full, stays, bytes);
    await full.prune();
    await assertBack(full, stays, bytes);
    await assertSound(full);
  });

  test("tells what it may not delete, and goes on", async () => {
    const storage = new MemoryStorage();
    const { vault } = await createSmallVault(storage);
    const bytes = someBytes(2, 50_000);
    const first = await backUp(vault, { disk: someBytes(1, 50_000) });
    const second = await backUp(vault, { disk: bytes });
    await vault.trash(first.id, { until: PAST });
    await vault[Symbol.asyncDispose]();
    const denied = (): StorageDeniedError => new StorageDeniedError("Cannot delete: denied");
    const guarded = new FaultyStorage(storage, [
      { on: "delete", prefix: "packs/", times: 100, effect: { kind: "fail", error: denied } },
    ]);
    await using appender = await openSmallVault(guarded);
    const report = await appender.prune();
    assert.ok(report.denied > 0);
    await assertBack(appender, second, bytes);
    assert.notDeepEqual(await namesOf(storage, "doomed/"), [], "the next one knows what to delete");
  });
});

/** The one that holds the first file's content. */
async function largestPack(storage: MemoryStorage): Promise<string> {
  const packs = await Array.fromAsync(storage.list("packs/"));
  return packs.reduce((a, b) => (b.sizeBytes > a.sizeBytes ? b : a)).name;
}

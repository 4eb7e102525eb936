import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RestorePointId } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { StorageFullError, StorageLockedError } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage } from "../../storage/testing/index.ts";
import { leaseName } from "../format/object-names.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import { backUp, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";
import { emptyTrash } from "./empty-trash.ts";
import type { RemovalNotes } from "./removal-notes.ts";
import type { TrashEntry } from "./trash.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");

const namesOf = (storage: MemoryStorage, prefix: string): readonly string[] =>
  storage.names().filter((name) => name.startsWith(prefix));

async function withOneDue(): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { id } = await backUp(vault, { disk: someBytes(1, 20_000) });
  await vault.trash(id, { until: PAST });
  return storage;
}

describe("emptyTrash()", () => {
  test("leaves a restore point that is locked in the trash, hidden, for a later prune", async () => {
    const storage = await withOneDue();
    const error = (): StorageLockedError => new StorageLockedError("locked");
    const locked = new FaultyStorage(storage, [
      { on: "delete", prefix: "points/", effect: { kind: "fail", error } },
    ]);
    await using vault = await openSmallVault(locked, { seed: 2 });
    const report = await vault.prune();
    assert.deepEqual([report.removedPoints, report.locked], [0, 1]);
    assert.deepEqual([namesOf(storage, "trash/").length, namesOf(storage, "points/").length], [1, 1]);
    assert.deepEqual(await Array.fromAsync(vault.points()), []);
    assert.equal((await vault.prune()).removedPoints, 1);
    assert.deepEqual([namesOf(storage, "trash/"), namesOf(storage, "points/")], [[], []]);
  });

  test("makes room by removing where there is none for a receipt, which follows: nobody misses the restore point", async () => {
    const storage = await withOneDue();
    const error = (): StorageFullError => new StorageFullError("full");
    const full = new FaultyStorage(storage, [
      { on: "put", prefix: "receipts/", effect: { kind: "fail", error } },
    ]);
    await using vault = await openSmallVault(full, { seed: 2 });
    assert.equal((await vault.prune()).removedPoints, 1);
    full.verifyAllFaultsExercised();
    assert.deepEqual((await vault.checkReceipts()).missing, []);
  });

  test("removes none of several objects that have one id", async () => {
    const storage = new MemoryStorage();
    const point = "a".repeat(32) as RestorePointId;
    const entry: TrashEntry = { name: "trash/one", point, untilMilliseconds: 0, seed: "b".repeat(64) };
    const read = { entries: [entry], takenBack: [] };
    const trash = {
      read: async () => await Promise.resolve(read),
      sift: async () => await Promise.resolve(read),
      keptNotes: async () => await Promise.resolve([]),
    };
    const deleted: string[] = [];
    const told: string[] = [];
    const removed = await emptyTrash({
      storage,
      clock: new FakeClock(),
      notes: { trash } as unknown as RemovalNotes,
      points: {
        async *allNames() {
          for (const object of ["points/one", "points/two"]) yield { id: point, object, isShared: true };
        },
      } as unknown as PointStore,
      receipts: { pointsGo: async (objects) => await Promise.resolve(void told.push(...objects)) },
      tryDelete: async (object) => await Promise.resolve(deleted.push(object) > 0),
    });
    assert.deepEqual([removed, deleted, told], [0, [], []]);
  });
});

test("a prune deletes the note that says that a session has ended, behind its lease, and takes nobody for dead by it", async () => {
  const storage = await withOneDue();
  const lease = leaseName(1, new Uint8Array(16).fill(7));
  await storage.put(lease, []);
  await storage.put(lease.replace("leases/", "ended/"), []);
  await using vault = await openSmallVault(storage, { seed: 2 });
  assert.deepEqual((await vault.prune({ staleAfterMs: Number.MAX_SAFE_INTEGER })).revoked, []);
  assert.deepEqual([namesOf(storage, "leases/"), namesOf(storage, "ended/")], [[], []]);
});

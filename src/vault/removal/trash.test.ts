import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { StorageFullError } from "../../storage/index.ts";
import {
  AddOnlyStorage,
  FaultyStorage,
  MemoryStorage,
  RecordingStorage,
} from "../../storage/testing/index.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import { backUp, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const FUTURE = Temporal.Instant.from("2099-01-01T00:00:00Z");

describe("a trash entry that somebody who may add puts again", () => {
  let storage: MemoryStorage;
  let point: RestorePoint;
  /** What was put below trash/ and kept/ so far, as a thief copied it. */
  let stolen: Map<string, Uint8Array>;

  const namesBelow = (prefix: string): readonly string[] =>
    storage.names().filter((name) => name.startsWith(prefix));

  const steal = (prefix: string): void => {
    for (const name of namesBelow(prefix)) stolen.set(name, storage.peek(name).slice());
  };

  const replay = async (prefix: string): Promise<void> => {
    for (const [name, bytes] of stolen) if (name.startsWith(prefix)) await storage.put(name, [bytes]);
  };

  const shown = async (): Promise<readonly string[]> => {
    await using vault = await openSmallVault(storage, { seed: 50 });
    return (await Array.fromAsync(vault.points())).map(({ id }) => id);
  };

  const removedByPrune = async (): Promise<number> => {
    await using vault = await openSmallVault(storage, { seed: 51 });
    return (await vault.prune()).removedPoints;
  };

  /** Puts the restore point into the trash, lets the entry be copied, and takes the restore point back. */
  const trashAndTakeBack = async (until: Temporal.Instant, seed: number): Promise<void> => {
    await using vault = await openSmallVault(storage, { seed });
    await vault.trash(point.id, { until });
    steal("trash/");
    assert.equal(await vault.takeBack(point.id), true);
    steal("kept/");
  };

  beforeEach(async () => {
    storage = new MemoryStorage();
    stolen = new Map();
    await using vault = (await createSmallVault(storage)).vault;
    point = await backUp(vault, { disk: someBytes(1, 50_000) });
  });

  test("hides nothing, and its date deletes nothing: a prune deletes the entry", async () => {
    await trashAndTakeBack(PAST, 2);
    assert.deepEqual(namesBelow("trash/"), []);
    await replay("trash/");
    assert.deepEqual(await shown(), [point.id]);
    assert.equal(await removedByPrune(), 0);
    assert.deepEqual([namesBelow("trash/"), await shown()], [[], [point.id]]);
    await replay("trash/");
    assert.equal(await removedByPrune(), 0, "what says that it was taken back outlives a prune");
    assert.deepEqual(await shown(), [point.id]);
  });

  test("hides nothing where two entries were taken back at once", async () => {
    await using vault = await openSmallVault(storage, { seed: 2 });
    await vault.trash(point.id, { until: FUTURE });
    await trashAndTakeBack(PAST, 3);
    assert.equal(stolen.size, 3);
    await replay("trash/");
    assert.deepEqual(await shown(), [point.id]);
  });

  test("does not keep the owner from putting the restore point into the trash again, until the same moment", async () => {
    await trashAndTakeBack(FUTURE, 2);
    await replay("trash/");
    await using vault = await openSmallVault(storage, { seed: 3 });
    await vault.trash(point.id, { until: FUTURE });
    assert.deepEqual(await shown(), []);
    assert.equal(namesBelow("trash/").length, 2);
    await vault.trash(point.id, { until: FUTURE.add({ milliseconds: 1 }) });
    assert.equal(namesBelow("trash/").length, 2, "one that counts is there by this name");
  });

  test("is not helped by a mark that is put again: it takes out only what it took out before", async () => {
    await trashAndTakeBack(FUTURE, 2);
    for (const name of stolen.keys()) if (name.startsWith("kept/")) await storage.delete(name);
    await using vault = await openSmallVault(storage, { seed: 3 });
    await vault.trash(point.id, { until: PAST });
    await replay("kept/");
    assert.deepEqual(await shown(), []);
    assert.equal(await removedByPrune(), 1);
    assert.deepEqual([namesBelow("points/"), namesBelow("trash/"), namesBelow("kept/")], [[], [], []]);
  });

  test("is not taken back by what nobody sealed, under another name, or for another restore point", async () => {
    await using vault = await openSmallVault(storage, { seed: 3 });
    const other = await backUp(vault, { disk: someBytes(2, 50_000) });
    await trashAndTakeBack(FUTURE, 2);
    const [kept = ""] = namesBelow("kept/");
    const bytes = storage.peek(kept).slice();
    await storage.delete(kept);
    const forged = [
      `kept/000000000001-${point.id}`,
      kept.replace(point.id, other.id),
      `kept/000000000002-${point.id}`,
    ] as const;
    await storage.put(forged[0], [bytes]);
    await storage.put(forged[1], [bytes]);
    await storage.put(forged[2], [new Uint8Array(500)]);
    await replay("trash/");
    assert.deepEqual(await shown(), [other.id]);
    const { damaged } = await vault.verify({ readDataPercent: 0 });
    assert.deepEqual(damaged.map(({ object }) => object).sort(), [...forged].sort());
  });

  test("does nothing where the storage lets nobody delete: the entry stays, and the restore point is back", async () => {
    await using vault = await openSmallVault(new AddOnlyStorage(storage), { seed: 2 });
    await vault.trash(point.id, { until: PAST });
    assert.equal(await vault.takeBack(point.id), true);
    assert.equal(await vault.takeBack(point.id), false);
    assert.equal(namesBelow("trash/").length, 1);
    assert.deepEqual([await shown(), await vault.trashed()], [[point.id], []]);
  });

  test("hides nothing after a storage without room let the entry go first", async () => {
    const error = (): StorageFullError => new StorageFullError("full");
    const full = { on: "put", prefix: "kept/", effect: { kind: "fail", error } } as const;
    const faulty = new FaultyStorage(storage, [full]);
    await using vault = await openSmallVault(faulty, { seed: 2 });
    await vault.trash(point.id, { until: FUTURE });
    steal("trash/");
    assert.equal(await vault.takeBack(point.id), true);
    faulty.verifyAllFaultsExercised();
    await replay("trash/");
    assert.deepEqual(await shown(), [point.id]);
  });

  test("hides nothing after a take-back that was killed at any write, from when the first of them was done", async () => {
    await using vault = await openSmallVault(storage, { seed: 2 });
    await vault.trash(point.id, { until: PAST });
    steal("trash/");
    const recording = new RecordingStorage(storage);
    {
      await using killed = await openSmallVault(recording, { seed: 3 });
      assert.equal(await killed.takeBack(point.id), true);
    }
    for (let count = 1; count <= recording.calls.length; count++) {
      storage = recording.prefix(count);
      const there = namesBelow("trash/");
      for (const [name, bytes] of stolen) if (!there.includes(name)) await storage.put(name, [bytes]);
      assert.deepEqual([await shown(), await removedByPrune()], [[point.id], 0], `${count} writes`);
    }
  });

  test("deletes nothing where a listing leaves out once what says that it was taken back", async () => {
    await trashAndTakeBack(PAST, 2);
    await replay("trash/");
    let listings = 0;
    const forgetful = new Proxy(storage, {
      get: (target, key) => {
        if (key === "list")
          return (prefix: string) => target.list(prefix === "kept/" && listings++ === 0 ? "none/" : prefix);
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await using vault = await openSmallVault(forgetful, { seed: 3 });
    assert.equal((await vault.prune()).removedPoints, 0);
    assert.ok(listings > 1);
    assert.deepEqual(await shown(), [point.id]);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RestorePointId } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import type { StorageCallOptions, StoredObject } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { PrunePointUnreadableError, VaultDamagedError } from "../errors.ts";
import { pointName } from "../format/object-names.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import { backUp, bringBack, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";
import type { Vault } from "../vault.ts";
import { PointEvidence } from "./point-evidence.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const NOW = "2026-03-01T00:00:00Z";
const DAY_MS = 86_400_000;
const HALF = "c".repeat(32) as RestorePointId;
const disk = someBytes(1, 60_000);

async function assertBack(vault: Vault, point: RestorePoint, expected: Uint8Array): Promise<void> {
  const [file] = (await vault.findPoint(point.id)).files;
  assert.ok(file !== undefined);
  assert.equal(Buffer.compare(await bringBack(vault, file), expected), 0, point.id);
}

/** Half of a restore point's object, under a name of its own: a put that failed, of a program that gave up. */
async function putHalf(storage: MemoryStorage, agedDays: number): Promise<string> {
  const whole = storage.peek(storage.names().find((name) => name.startsWith("points/")) ?? "");
  const name = pointName(Temporal.Instant.from(NOW).epochMilliseconds - agedDays * DAY_MS, HALF);
  await storage.put(name, [whole.subarray(0, whole.length >>> 1)]);
  return name;
}

const hasHalf = (storage: MemoryStorage): boolean => storage.names().some((name) => name.endsWith(HALF));

describe("a prune beside half a restore point", () => {
  test("that nobody was promised goes on, names it, and deletes it when it is a week old", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock(NOW);
    await using vault = (await createSmallVault(storage, { clock })).vault;
    const old = await backUp(vault, { disk });
    const kept = await backUp(vault, { disk: someBytes(2, 60_000) });
    const half = await putHalf(storage, 6);
    await vault.trash(old.id, { until: PAST });
    const report = await vault.prune();
    assert.deepEqual(
      report.unpromised.map(({ object }) => object),
      [half],
    );
    assert.ok(report.bytesFreed > 30_000, `only ${report.bytesFreed} bytes`);
    assert.ok(hasHalf(storage), "for whoever wants to look at it");
    clock.advance(DAY_MS + 1);
    assert.deepEqual((await vault.prune()).unpromised.length, 1);
    assert.ok(!hasHalf(storage));
    assert.deepEqual((await vault.prune()).unpromised, []);
    await assertBack(vault, kept, someBytes(2, 60_000));
    assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
  });

  test("leaves it as long as a session is open, which may be just putting it", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock(NOW);
    await using vault = (await createSmallVault(storage, { clock })).vault;
    await backUp(vault, { disk });
    await putHalf(storage, 30);
    const session = await vault.openSession();
    await vault.prune();
    assert.ok(hasHalf(storage));
    await session[Symbol.asyncDispose]();
    await vault.prune();
    assert.ok(!hasHalf(storage));
  });

  test("that was promised deletes nothing, says which it is, and goes on when it is given up", async () => {
    const storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault;
    const [first, second] = [
      await backUp(vault, { disk }),
      await backUp(vault, { disk: someBytes(2, 60_000) }),
    ];
    const object = storage.names().find((name) => name.endsWith(second.id)) ?? "";
    const whole = storage.peek(object).slice();
    storage.replace(object, whole.subarray(0, whole.length >>> 1));
    await vault.trash(first.id, { until: PAST });
    const packs = storage.names().filter((name) => name.startsWith("packs/"));
    await assert.rejects(
      vault.prune(),
      (error) => error instanceof PrunePointUnreadableError && error.point === second.id,
    );
    assert.deepEqual(
      storage.names().filter((name) => name.startsWith("packs/")),
      packs,
    );
    assert.deepEqual(
      (await vault.planRemoval(new Set())).unreadable.map((damage) => damage.object),
      [object],
    );
    storage.replace(object, whole); // the storage gives it back
    await assertBack(vault, second, someBytes(2, 60_000));
    storage.replace(object, whole.subarray(0, whole.length >>> 1));
    await vault.trash(second.id, { until: PAST });
    const report = await vault.prune();
    assert.equal(report.removedPoints, 1);
    assert.ok(report.bytesFreed > 60_000, `only ${report.bytesFreed} bytes`);
  });

  test("of which receipts may have told that are gone, deletes nothing", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock(NOW);
    await using vault = (await createSmallVault(storage, { clock })).vault;
    const before = storage.names();
    const one = await backUp(vault, { disk });
    const [receipt] = storage
      .names()
      .filter((name) => name.startsWith("receipts/") && !before.includes(name));
    await backUp(vault, { disk });
    await putHalf(storage, 30);
    storage.replace(receipt ?? "", undefined); // the one behind it names it
    await assert.rejects(vault.prune(), PrunePointUnreadableError);
    assert.ok(hasHalf(storage));
    await assertBack(vault, one, disk);
  });
});

/** Its listings never have one object. */
class ForgetfulStorage extends MemoryStorage {
  left = "";

  override async *list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    for await (const object of super.list(prefix, options)) if (object.name !== this.left) yield object;
  }
}

test("a prune keeps what a restore point needs that no listing has, when a receipt tells of it", async () => {
  const storage = new ForgetfulStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const point = await backUp(vault, { disk });
  await backUp(vault, { disk: someBytes(2, 60_000) });
  storage.left = storage.names().find((name) => name.endsWith(point.id)) ?? "";
  assert.equal((await vault.prune()).packsDropped, 0);
  await using fresh = await openSmallVault(storage, { seed: 3 });
  storage.left = "";
  await assertBack(fresh, point, disk);
  assert.deepEqual((await fresh.verify({ readDataPercent: 100 })).damaged, []);
});

describe("PointEvidence", () => {
  const name = pointName(0, HALF);
  const damage = new VaultDamagedError(name, "it is cut off");
  const point = { id: HALF, object: name, sizeBytes: 10 };
  const evidence = (told: { live?: true; gone?: true; isWhole: boolean }): PointEvidence => {
    const witnessed = {
      objects: new Map(told.live === true ? [[name, HALF]] : []),
      live: new Set(told.live === true ? [HALF] : []),
      gone: new Set(told.gone === true ? [HALF] : []),
      isWhole: told.isWhole,
    };
    const receipts = { witnessed: async () => await Promise.resolve(witnessed) };
    return new PointEvidence({ clock: new FakeClock(NOW), receipts });
  };

  test("takes a restore point for nobody's when no receipt tells of it and none is missing, or one of its removal does", async () => {
    assert.equal(await evidence({ isWhole: true }).isNobodys(point, damage), true);
    assert.equal(await evidence({ isWhole: false }).isNobodys(point, damage), false);
    assert.equal(await evidence({ gone: true, isWhole: false }).isNobodys(point, damage), true);
    assert.equal(await evidence({ live: true, isWhole: true }).isNobodys(point, damage), false);
    assert.equal(await evidence({ live: true, gone: true, isWhole: true }).isNobodys(point, damage), false);
    const pack = new VaultDamagedError(`packs/ab/${"ab".repeat(32)}`, "it is gone");
    assert.equal(await evidence({ isWhole: true }).isNobodys(point, pack), false, "it can be read");
  });

  test("deletes nothing that it met only after the sessions were listed: one may be putting it", async () => {
    const late = evidence({ isWhole: true });
    const deleted: string[] = [];
    const tryDelete = async (object: string): Promise<boolean> => {
      deleted.push(object);
      return await Promise.resolve(true);
    };
    await late.clear(tryDelete);
    late.sessionsListed(new Set());
    await late.isNobodys(point, damage);
    await late.clear(tryDelete);
    assert.deepEqual(deleted, []);
    late.sessionsListed(new Set());
    await late.clear(tryDelete);
    assert.deepEqual(deleted, [], "it was not met again");
    await late.isNobodys(point, damage);
    await late.clear(tryDelete);
    assert.deepEqual(deleted, [name]);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { LockedMemoryStorage } from "../../storage/testing/index.ts";
import { backUp, createSmallVault, hostBacksUp, openSmallVault, someBytes } from "../testing/index.ts";

const DAY = 86_400_000;
const FAR = Temporal.Instant.from("2030-01-01T00:00:00Z");
const RENEWED = "2026-02-26T00:00:00Z";

interface Scene {
  readonly clock: FakeClock;
  readonly storage: LockedMemoryStorage;
}

/** A vault with locks and one restore point of a machine of its own. */
async function scene(options: { readonly parity?: true } = {}): Promise<Scene> {
  const clock = new FakeClock("2026-01-02T00:00:00Z");
  const storage = new LockedMemoryStorage(clock);
  const lock = { days: 30, mode: "compliance" } as const;
  await using vault = (await createSmallVault(storage, { lock, clock, ...options })).vault;
  await backUp(vault, { x: someBytes(1, 30_000) }, { id: "1", name: "one" });
  return { clock, storage };
}

function untilOf(storage: LockedMemoryStorage, name: string): string | undefined {
  return storage.lockOf(name)?.until.toString();
}

function below(storage: LockedMemoryStorage, ...prefixes: readonly string[]): readonly string[] {
  return storage.names().filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
}

describe("`renewLocks()`", () => {
  test("makes the locks longer of packs that only a host names, and of their sidecars", async () => {
    const { clock, storage } = await scene({ parity: true });
    await using vault = await openSmallVault(storage, { clock });
    const before = new Set(storage.names());
    const { key } = await vault.addHost("hv02");
    await hostBacksUp(storage, key, { seed: 70, bytes: someBytes(5, 30_000) });
    const packs = below(storage, "packs/", "parity/").filter((name) => !before.has(name));
    assert.ok(packs.length >= 4);
    clock.advance(20 * DAY);
    await using fresh = await openSmallVault(storage, { clock, seed: 3 });
    assert.deepEqual((await fresh.renewLocks())?.missing, []);
    for (const name of packs) assert.equal(untilOf(storage, name), RENEWED, name);
  });

  test("goes on locking what restore points need that somebody hid, and tells of them until they are back", async () => {
    const { clock, storage } = await scene();
    const points = below(storage, "points/");
    for (const name of points) await storage.delete(name);
    clock.advance(20 * DAY);
    for (const seed of [3, 4]) {
      await using vault = await openSmallVault(storage, { clock, seed });
      assert.deepEqual((await vault.renewLocks())?.missing, points, "not once in a generation: each time");
    }
    for (const name of below(storage, "packs/")) assert.equal(untilOf(storage, name), RENEWED, name);
    await using vault = await openSmallVault(storage, { clock, seed: 5 });
    await vault.showHidden();
    assert.deepEqual((await vault.renewLocks())?.missing, []);
    for (const name of points) assert.equal(untilOf(storage, name), RENEWED, name);
  });

  test("locks all packs when somebody hid receipts as well, so that nobody can tell which restore points there were", async () => {
    const { clock, storage } = await scene();
    await using vault = await openSmallVault(storage, { clock, seed: 3 });
    await backUp(vault, { x: someBytes(2, 30_000) }, { id: "2", name: "two" });
    await backUp(vault, { x: someBytes(3, 30_000) }, { id: "3", name: "three" });
    const receipts = below(storage, "receipts/");
    for (const name of [...below(storage, "points/"), ...receipts]) await storage.delete(name);
    clock.advance(20 * DAY);
    await vault.renewLocks();
    for (const name of below(storage, "packs/")) assert.equal(untilOf(storage, name), RENEWED, name);
  });

  test("locks what a restore point needs that was taken out of the trash, although all was renewed before", async () => {
    const { clock, storage } = await scene({ parity: true });
    await using vault = await openSmallVault(storage, { clock });
    await backUp(vault, { x: someBytes(2, 30_000) }, { id: "2", name: "two" });
    const { id } = await vault.findPoint("latest:one");
    await vault.trash(id, { until: FAR });
    clock.advance(20 * DAY);
    await vault.renewLocks();
    const behind = below(storage, "packs/", "parity/", "points/").filter(
      (name) => untilOf(storage, name) !== RENEWED,
    );
    assert.ok(behind.length >= 5, "what is in the trash was not renewed");
    await using other = await openSmallVault(storage, { clock, seed: 3 });
    await other.takeBack(id);
    await other.renewLocks();
    for (const name of behind) assert.equal(untilOf(storage, name), RENEWED, name);
  });
});

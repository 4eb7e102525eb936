import assert from "node:assert/strict";
import { test } from "node:test";
import { AddOnlyStorage, MemoryStorage } from "../../storage/testing/index.ts";
import { PruneDeniedError } from "../errors.ts";
import { backUp, bringBack, createSmallVault, draftOf, openSmallVault, someBytes } from "../testing/index.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const count = (storage: MemoryStorage, prefix: string): number =>
  storage.names().filter((name) => name.startsWith(prefix)).length;

test("a credential that may only add makes a vault, backs up twice, verifies and restores", async () => {
  const inner = new MemoryStorage();
  const storage = new AddOnlyStorage(inner);
  const files = [1, 2].map((seed) => ({ x: someBytes(seed, 50_000), y: someBytes(9, 20_000) }));
  {
    await using vault = (await createSmallVault(storage)).vault;
    await backUp(vault, files[0] ?? {});
  }
  await using vault = await openSmallVault(storage);
  await backUp(vault, files[1] ?? {});
  assert.ok(storage.refused > 0, "it was tried");
  const report = await vault.verify({ readDataPercent: 100 });
  assert.deepEqual([report.points, report.damaged, report.receipts.missing], [2, [], []]);
  for (const [i, { id }] of (await Array.fromAsync(vault.points())).entries()) {
    for (const file of (await vault.findPoint(id)).files) {
      const expected = files[i]?.[file.path as "x" | "y"] ?? new Uint8Array(0);
      assert.equal(Buffer.compare(await bringBack(vault, file), expected), 0);
    }
  }
  assert.deepEqual(
    [count(inner, "leases/"), count(inner, "ended/")],
    [2, 2],
    "no bytes, one of each a session",
  );
});

test("it may not prune, is told so before anything is changed, and leaves nobody waiting", async () => {
  const inner = new MemoryStorage();
  const storage = new AddOnlyStorage(inner);
  await using vault = (await createSmallVault(storage)).vault;
  const point = await backUp(vault, { x: someBytes(1, 50_000) });
  await backUp(vault, { x: someBytes(2, 50_000) });
  await assert.rejects(vault.assertMayDelete(), PruneDeniedError);
  const denied = await vault.prune();
  assert.ok(denied.denied > 0);
  await using keeper = await openSmallVault(inner, { seed: 5 });
  await keeper.assertMayDelete();
  await keeper.trash(point.id, { until: PAST });
  const { removedPoints, packsDropped, waitingFor, denied: none, revoked } = await keeper.prune();
  assert.deepEqual([removedPoints, waitingFor, none, revoked], [1, [], 0, []]);
  assert.ok(packsDropped > 0);
  assert.deepEqual([count(inner, "leases/"), count(inner, "ended/"), count(inner, "doomed/")], [0, 0, 0]);
  assert.deepEqual((await keeper.verify({ readDataPercent: 100 })).damaged, []);
});

test("an end that somebody else claims ends a session, and loses nothing", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  await using session = await vault.openSession();
  const lease = storage.names().find((name) => name.startsWith("leases/")) ?? "";
  storage.replace(lease.replace("leases/", "ended/"), new Uint8Array(0));
  await using other = await openSmallVault(storage);
  await other.prune();
  await assert.rejects(session.commit(draftOf([])), { code: "vault-session-lost" });
});

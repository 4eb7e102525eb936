import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { type Storage, StorageDeniedError } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage } from "../../storage/testing/index.ts";
import { backUp, createSmallVault, openSmallVault, someBytes, storeBytes } from "../testing/index.ts";

async function filled(storage: Storage): Promise<void> {
  await using vault = (await createSmallVault(storage)).vault;
  for (const seed of [1, 2, 3, 4]) await backUp(vault, { disk: someBytes(seed, 20_000) });
}

test("`verify()` counts restore points and chunks, and reads as much as it is told", async () => {
  const storage = new MemoryStorage();
  await filled(storage);
  await using vault = await openSmallVault(storage);
  const packBytes = storage
    .names()
    .filter((name) => name.startsWith("packs/"))
    .reduce((sum, name) => sum + storage.peek(name).length, 0);
  const total = async (readDataPercent?: number): Promise<number> => {
    let totalBytes = 0;
    let last = 0;
    const report = await vault.verify({
      readDataPercent,
      onProgress: (progress) => {
        assert.ok(progress.doneBytes > last);
        last = progress.doneBytes;
        totalBytes = progress.totalBytes;
      },
    });
    assert.deepEqual(
      [report.points, report.chunks, report.damaged],
      [4, 4 * 6, []],
      "five chunks and a list a disk",
    );
    assert.equal(last, totalBytes);
    return totalBytes;
  };
  assert.equal(await total(), 0);
  assert.equal(await total(100), packBytes);
  const half = await total(50);
  assert.ok(half > 0 && half < packBytes, `${half} of ${packBytes}`);
});

test("`verify()` counts what a dead session left as unreferenced, not as damage", async () => {
  const storage = new MemoryStorage();
  await filled(storage);
  await using vault = await openSmallVault(storage);
  const before = storage.clone();
  await backUp(vault, { disk: someBytes(9, 9000) });
  const pack = storage
    .names()
    .find((name) => name.startsWith("packs/") && !before.names().includes(name)) as string;
  before.replace(pack, storage.peek(pack));
  await using again = await openSmallVault(before);
  const report = await again.verify({ readDataPercent: 100 });
  assert.deepEqual([report.points, report.damaged, report.unreferencedPacks], [4, [], 1]);
});

test("`verify()` beside a session that writes finds nothing wrong, and loses it nothing", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  await backUp(vault, { disk: someBytes(1, 50_000) });
  await using session = await vault.openSession();
  const [, ...reports] = await Promise.all([
    storeBytes(session, "x", someBytes(2, 500_000)),
    vault.verify({ readDataPercent: 100 }),
    vault.verify({ readDataPercent: 100 }),
  ]);
  for (const report of reports) assert.deepEqual(report.damaged, []);
});

test("`verify()` stops when its signal fires, and lets a storage's refusal through", async () => {
  const inner = new MemoryStorage();
  await filled(inner);
  await using vault = await openSmallVault(inner);
  await assert.rejects(vault.verify({ signal: AbortSignal.abort() }), InterruptedError);
  const denied = (): unknown => new StorageDeniedError("Cannot list: denied");
  const storage = new FaultyStorage(inner, [
    { on: "list", prefix: "packs/", effect: { kind: "fail", error: denied } },
  ]);
  await using other = await openSmallVault(storage);
  await assert.rejects(other.verify(), StorageDeniedError);
  storage.verifyAllFaultsExercised();
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { StorageDeniedError, StorageError, StorageFullError } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage } from "../../storage/testing/index.ts";
import { VaultSessionLostError } from "../index.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  draftOf,
  openSmallVault,
  someBytes,
  storeBytes,
} from "../testing/index.ts";
import { PendingChunks } from "./pending-chunks.ts";

const leases = (storage: MemoryStorage): string[] =>
  storage.names().filter((name) => name.startsWith("leases/"));

test("a session has a lease while it is open, and leaves none", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const session = await vault.openSession();
  assert.equal(leases(storage).length, 1);
  await session[Symbol.asyncDispose]();
  await session[Symbol.asyncDispose]();
  assert.deepEqual(leases(storage), []);
  await assert.rejects(storeBytes(session, "x", someBytes(1, 10)), VaultSessionLostError);
  await assert.rejects(session.commit(draftOf([])), VaultSessionLostError);
});

test("a session whose lease was taken away cannot commit, and no restore point is there", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  await using session = await vault.openSession();
  const file = await storeBytes(session, "x", someBytes(1, 10_000));
  for (const name of leases(storage)) storage.replace(name, undefined);
  await assert.rejects(session.commit(draftOf([file])), VaultSessionLostError);
  assert.deepEqual(await Array.fromAsync(vault.points()), []);
});

test("a store that lets nobody delete keeps the lease, and the session ends all the same", async () => {
  const inner = new MemoryStorage();
  const denied = (): unknown => new StorageDeniedError("Cannot delete: denied");
  const storage = new FaultyStorage(inner, [{ on: "delete", effect: { kind: "fail", error: denied } }]);
  await using vault = (await createSmallVault(storage)).vault;
  await backUp(vault, { x: someBytes(1, 100) });
  assert.equal(leases(inner).length, 1);
});

test("one session commits several restore points, each with what was stored before it", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  await using session = await vault.openSession();
  const contents = [someBytes(1, 50_000), someBytes(2, 50_000)];
  for (const [i, bytes] of contents.entries()) {
    await session.commit(draftOf([await storeBytes(session, "x", bytes)], { id: `${i}`, name: `m${i}` }));
    await using other = await openSmallVault(storage);
    for (const [k, expected] of contents.slice(0, i + 1).entries()) {
      const [file] = (await other.findPoint(`latest:m${k}`)).files;
      assert.ok(file !== undefined);
      assert.equal(Buffer.compare(await bringBack(other, file), expected), 0);
    }
  }
});

test("commits at the same time each wait for what they need", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  await using session = await vault.openSession();
  await Promise.all(
    [1, 2, 3, 4].map(async (seed) => {
      const file = await storeBytes(session, "x", someBytes(seed % 2, 30_000));
      await session.commit(draftOf([file], { id: String(seed), name: `m${seed}` }));
    }),
  );
  await using other = await openSmallVault(storage);
  const report = await other.verify({ readDataPercent: 100 });
  assert.deepEqual([report.points, report.damaged, report.unreferencedPacks], [4, [], 0]);
});

test("after a failed write every call of the session throws that failure again, and another session works", async () => {
  const inner = new MemoryStorage();
  const full = (): unknown => new StorageFullError("Cannot write: full");
  const storage = new FaultyStorage(inner, [
    { on: "put", prefix: "packs/", effect: { kind: "fail", error: full } },
  ]);
  await using vault = (await createSmallVault(storage)).vault;
  {
    await using session = await vault.openSession();
    const file = await storeBytes(session, "x", someBytes(1, 1000));
    await assert.rejects(session.commit(draftOf([file])), StorageFullError);
    await assert.rejects(storeBytes(session, "y", someBytes(2, 1000)), StorageFullError);
    await assert.rejects(session.commit(draftOf([file])), StorageFullError);
  }
  const point = await backUp(vault, { x: someBytes(1, 1000) });
  assert.deepEqual(await bringBack(vault, point.files[0] as never), someBytes(1, 1000));
});

test("a write whose answer was lost and that is made again is no error", async () => {
  const inner = new MemoryStorage();
  const lost = (): unknown => new StorageError("Cannot write: the line was cut");
  const storage = new FaultyStorage(inner, [
    { on: "put", prefix: "index/", effect: { kind: "fail-after-doing", error: lost } },
  ]);
  await using vault = (await createSmallVault(storage)).vault;
  await assert.rejects(backUp(vault, { x: someBytes(1, 1000) }), StorageError);
  const point = await backUp(vault, { x: someBytes(1, 1000) });
  assert.deepEqual(await bringBack(vault, point.files[0] as never), someBytes(1, 1000));
  assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
});

test("a session's signal ends it before it commits", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const stop = new AbortController();
  await using session = await vault.openSession({ signal: stop.signal });
  const file = await storeBytes(session, "x", someBytes(1, 1000));
  stop.abort();
  await assert.rejects(session.commit(draftOf([file])), InterruptedError);
  await assert.rejects(storeBytes(session, "x", someBytes(1, 1000)), InterruptedError);
  await assert.rejects(vault.openSession({ signal: stop.signal }), InterruptedError);
  assert.equal(storage.names().filter((name) => name.startsWith("points/")).length, 0);
});

test("`PendingChunks` knows a chunk for its own file at once, for others when its frame is in a pack", () => {
  const pending = new PendingChunks();
  const [mine, theirs] = [{}, {}];
  const id = someBytes(1, 32);
  const frame = pending.openFrame(mine);
  pending.add(id, 0, frame);
  assert.deepEqual([pending.isKnown(id, 0, mine), pending.isKnown(id, 0, theirs)], [true, false]);
  pending.appended(frame.number);
  assert.equal(pending.isKnown(id, 0, theirs), true);
  pending.indexed(frame.number);
  assert.notEqual(pending.openFrame(mine).number, frame.number);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Secret } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { LockedMemoryStorage, MemoryStorage } from "../../storage/testing/index.ts";
import { VaultLockUnsupportedError } from "../errors.ts";
import { VaultKeySlotLockedError } from "../keys/errors.ts";
import {
  backUp,
  bringBack,
  CHEAP_KDF,
  createSmallVault,
  openSmallVault,
  someBytes,
} from "../testing/index.ts";

const DAYS = 30;
const BEGIN = "2026-01-02T00:00:00Z";
const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const LOCKED = /^(config|keys|packs|parity|index|points|receipts)/;

async function lockedVault(
  clock: FakeClock,
  options: { readonly parity?: true } = {},
): Promise<LockedMemoryStorage> {
  const storage = new LockedMemoryStorage(clock);
  const lock = { days: DAYS, mode: "compliance" } as const;
  await using vault = (await createSmallVault(storage, { lock, clock, ...options })).vault;
  await backUp(vault, { x: someBytes(1, 30_000) }, { id: "1", name: "one" });
  await backUp(vault, { x: someBytes(2, 30_000) }, { id: "2", name: "two" });
  return storage;
}

/** The least that any object that a vault locks is locked for, from now. */
function leastDays(storage: LockedMemoryStorage, clock: FakeClock): number {
  const days = storage
    .names()
    .filter((name) => LOCKED.test(name))
    .map((name) => storage.lockOf(name)?.until ?? PAST)
    .map((until) => (until.epochMilliseconds - clock.now().epochMilliseconds) / 86_400_000);
  return Math.min(...days);
}

describe("a vault whose objects are locked", () => {
  test("locks what it puts until a date that they share, and leaves leases and notes alone", async () => {
    const clock = new FakeClock(BEGIN);
    const storage = await lockedVault(clock);
    const dates = new Set<string>();
    for (const name of storage.names()) {
      const lock = storage.lockOf(name);
      assert.equal(lock !== undefined, LOCKED.test(name), name);
      if (lock !== undefined) dates.add(`${lock.mode} ${lock.until.toString()}`);
    }
    assert.deepEqual([...dates], ["compliance 2026-02-12T00:00:00Z"]);
    assert.ok(leastDays(storage, clock) >= DAYS);
    assert.ok(!storage.names().some((name) => name.startsWith("leases/")));
  });

  test("a renewal makes all locks longer once in a generation, and asks for nothing in between", async () => {
    const clock = new FakeClock(BEGIN);
    const storage = await lockedVault(clock);
    await using vault = await openSmallVault(storage, { clock });
    const first = await vault.renewLocks();
    assert.equal(storage.retains, 0, "nothing was near its end");
    assert.equal(first?.until, "2026-02-12T00:00:00Z");
    clock.advance(20 * 86_400_000);
    const second = await vault.renewLocks();
    assert.equal(second?.until, "2026-02-26T00:00:00Z");
    assert.ok(leastDays(storage, clock) >= DAYS);
    const renewed = storage.retains;
    assert.ok(renewed >= storage.names().filter((name) => LOCKED.test(name)).length);
    await vault.renewLocks();
    await (await openSmallVault(storage, { clock, seed: 7 })).renewLocks();
    assert.equal(storage.retains, renewed);
    clock.advance(14 * 86_400_000);
    await vault.renewLocks();
    assert.ok(leastDays(storage, clock) >= DAYS);
    assert.equal(storage.names().filter((name) => name.startsWith("renewed/")).length, 2, "old notes went");
  });

  test("sidecars are locked and renewed as their packs are, and one that is gone is no loss", async () => {
    const clock = new FakeClock(BEGIN);
    const storage = await lockedVault(clock, { parity: true });
    const sidecars = storage.names().filter((name) => name.startsWith("parity/"));
    assert.ok(sidecars.length >= 4);
    for (const name of sidecars) {
      assert.deepEqual(storage.lockOf(name), storage.lockOf(name.replace("parity/", "packs/")), name);
    }
    await using vault = await openSmallVault(storage, { clock });
    const [gone = "", damaged = ""] = sidecars;
    await storage.locks.erase(gone).then(
      () => assert.fail("it is locked"),
      () => undefined,
    );
    storage.replace(gone, undefined);
    storage.replace(damaged, new Uint8Array(9));
    clock.advance(20 * 86_400_000);
    assert.deepEqual((await vault.renewLocks())?.missing, []);
    for (const name of sidecars) {
      if (name === gone) continue;
      assert.equal(storage.lockOf(name)?.until.toString(), "2026-02-26T00:00:00Z", name);
    }
    const repaired = await vault.repair({ execute: true });
    assert.deepEqual(repaired.sidecars?.damaged, [damaged.replace("parity/", "packs/")]);
    assert.equal(repaired.sidecars?.made, 1, "a damaged one waits until its lock is over");
    assert.ok(storage.names().includes(gone) && storage.lockOf(gone) !== undefined);
    clock.advance(60 * 86_400_000);
    assert.equal((await vault.repair({ execute: true })).sidecars?.made, 1);
    assert.deepEqual((await vault.verify({ readDataPercent: 100 })).sidecars, { missing: [], damaged: [] });
  });

  test("a prune leaves a sidecar that is locked for longer than its pack, and a later one takes it", async () => {
    const clock = new FakeClock(BEGIN);
    const storage = await lockedVault(clock, { parity: true });
    await using vault = await openSmallVault(storage, { clock });
    const { id } = await vault.findPoint("latest:one");
    const all = storage.names().filter((name) => name.startsWith("parity/"));
    for (const name of all) {
      await storage.locks.retain(name, {
        mode: "compliance",
        until: Temporal.Instant.from("2026-03-26T00:00:00Z"),
      });
    }
    clock.advance(50 * 86_400_000);
    await vault.trash(id, { until: PAST });
    const early = await vault.prune();
    assert.ok(early.packsDropped > 0);
    assert.deepEqual(
      all.filter((name) => !storage.names().includes(name)),
      [],
    );
    clock.advance(60 * 86_400_000);
    await vault.prune();
    const packs = storage.names().filter((name) => name.startsWith("packs/"));
    assert.deepEqual(
      storage.names().filter((name) => name.startsWith("parity/")),
      packs.map((name) => name.replace("packs/", "parity/")),
    );
  });

  test("locks run out on what no restore point needs, and a prune takes it when they have", async () => {
    const clock = new FakeClock(BEGIN);
    const storage = await lockedVault(clock);
    await using vault = await openSmallVault(storage, { clock });
    const [first, second] = [await vault.findPoint("latest:one"), await vault.findPoint("latest:two")];
    await vault.trash(first.id, { until: PAST });
    const early = await vault.prune();
    assert.ok(early.locked > 0 && early.denied === 0);
    assert.equal(early.lockedUntil, "2026-02-12T00:00:00Z");
    assert.equal(early.removedPoints, 0);
    clock.advance(20 * 86_400_000);
    await vault.renewLocks();
    clock.advance(22 * 86_400_000);
    await vault.renewLocks();
    const late = await vault.prune();
    assert.equal(late.removedPoints, 1);
    assert.ok(late.packsDropped > 0 && late.bytesFreed > 0, JSON.stringify(late));
    const [file] = (await vault.findPoint(second.id)).files;
    assert.ok(file !== undefined);
    assert.equal(Buffer.compare(await bringBack(vault, file), someBytes(2, 30_000)), 0);
    const { damaged, receipts } = await vault.verify({ readDataPercent: 100 });
    assert.deepEqual([damaged, receipts.missing], [[], []]);
    assert.ok(leastDays(storage, clock) >= 0);
  });

  test("packs that a new restore point relies on are renewed although all was renewed before", async () => {
    const clock = new FakeClock(BEGIN);
    const storage = await lockedVault(clock);
    await using vault = await openSmallVault(storage, { clock });
    const { id } = await vault.findPoint("latest:one");
    await vault.trash(id, { until: Temporal.Instant.from("2030-01-01T00:00:00Z") });
    clock.advance(20 * 86_400_000);
    await vault.renewLocks();
    assert.ok(leastDays(storage, clock) < DAYS, "nothing needs the pack of what is in the trash");
    await backUp(vault, { x: someBytes(1, 30_000) }, { id: "3", name: "three" });
    const before = storage.retains;
    await vault.renewLocks();
    assert.ok(storage.retains > before);
    const packs = storage.names().filter((name) => name.startsWith("packs/"));
    for (const name of packs) {
      assert.equal(storage.lockOf(name)?.until.toString(), storage.lockOf(packs[0] ?? "")?.until.toString());
    }
  });

  test("what somebody hides by a plain delete is missed, and there again when it is shown", async () => {
    const clock = new FakeClock(BEGIN);
    const storage = await lockedVault(clock);
    await using vault = await openSmallVault(storage, { clock });
    const all = storage.names().filter((name) => /^(packs|points)\//.test(name));
    for (const name of all) await storage.delete(name);
    assert.equal((await vault.checkReceipts()).missing.length, 2);
    assert.deepEqual([...(await vault.showHidden())].sort(), all);
    assert.deepEqual((await vault.checkReceipts()).missing, []);
    assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
  });

  test("is made only where objects can be locked, and writes nothing where they cannot be any more", async () => {
    const lock = { days: DAYS, mode: "governance" } as const;
    await assert.rejects(createSmallVault(new MemoryStorage(), { lock }), VaultLockUnsupportedError);
    const clock = new FakeClock(BEGIN);
    const copy = new MemoryStorage();
    const storage = await lockedVault(clock);
    for (const name of storage.names()) copy.replace(name, storage.peek(name));
    await using vault = await openSmallVault(copy, { clock });
    const [file] = (await vault.findPoint("latest:one")).files;
    const back = await bringBack(vault, file as never);
    assert.equal(Buffer.compare(back, someBytes(1, 30_000)), 0, "a copy can be read");
    await assert.rejects(backUp(vault, { x: someBytes(5, 100) }), VaultLockUnsupportedError);
  });

  test("a renewal that was killed is gone on with, not begun anew", async () => {
    const clock = new FakeClock(BEGIN);
    const storage = await lockedVault(clock);
    clock.advance(20 * 86_400_000);
    await using vault = await openSmallVault(storage, { clock });
    const stop = new AbortController();
    stop.abort();
    await assert.rejects(vault.renewLocks({ signal: stop.signal }));
    await vault.renewLocks();
    assert.ok(leastDays(storage, clock) >= DAYS);
  });
});

describe("key slots of a vault whose objects are locked", () => {
  test("are not removed, nor replaced, before their time, and the refusal tells until when", async () => {
    const clock = new FakeClock(BEGIN);
    const storage = await lockedVault(clock);
    await using vault = await openSmallVault(storage, { clock });
    const before = storage.names();
    const [other] = (await vault.keySlots()).filter(({ id }) => id !== vault.openedWith);
    const isLocked = (error: unknown): boolean => {
      assert.ok(error instanceof VaultKeySlotLockedError);
      assert.deepEqual(
        [error.code, error.until?.toString()],
        ["vault-key-slot-locked", "2026-02-12T00:00:00Z"],
      );
      assert.match(error.message, /until 2026-02-12T00:00:00Z$/);
      return true;
    };
    await assert.rejects(vault.removeSlot(other?.id ?? ""), isLocked);
    await assert.rejects(
      vault.rotatePassphrase(new Secret("another correct horse battery"), { kdf: CHEAP_KDF }),
      isLocked,
    );
    assert.deepEqual(storage.names(), before, "nothing was added, and no slot is said to be leaving");
    clock.advance(60 * 86_400_000);
    await vault.removeSlot(other?.id ?? "");
    assert.equal((await vault.keySlots()).length, 1);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { StorageDeniedError } from "../../storage/index.ts";
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

/** Names of objects whose lock is asked to be longer from now on; `before` acts right before. */
function watchRetains(storage: LockedMemoryStorage, before?: (name: string) => void): readonly string[] {
  const asked: string[] = [];
  const retain = storage.locks.retain.bind(storage.locks);
  Object.assign(storage.locks, {
    retain: async (...args: Parameters<typeof retain>): Promise<void> => {
      asked.push(args[0]);
      before?.(args[0]);
      await retain(...args);
    },
  });
  return asked;
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

  test("asks for each object once, for no restore point that was made since, and for nothing that is there no more", async () => {
    const { clock, storage } = await scene();
    clock.advance(20 * DAY);
    await using vault = await openSmallVault(storage, { clock, seed: 3 });
    await backUp(vault, { x: someBytes(2, 30_000) }, { id: "2", name: "two" });
    const point = storage.names().findLast((name) => name.startsWith("points/"));
    const asked = watchRetains(storage);
    await (await openSmallVault(storage, { clock, seed: 4 })).renewLocks();
    const wanted = below(storage, "config", "keys/", "packs/", "index/", "points/", "receipts/");
    assert.deepEqual(asked.toSorted(), wanted.filter((name) => name !== point).toSorted());
    const before = asked.length;
    await vault.renewLocks();
    await backUp(vault, { x: someBytes(2, 30_000) }, { id: "2", name: "two" });
    await vault.renewLocks();
    assert.equal(asked.length, before, "what was relied on was renewed before");
  });

  test("locks what hosts there are, and whose key was taken away, and makes both longer", async () => {
    const { clock, storage } = await scene();
    await using vault = await openSmallVault(storage, { clock });
    await vault.addHost("hv02");
    await vault.addHost("hv03");
    await vault.endHost("hv03");
    const names = below(storage, "hosts/", "hosts-ended/");
    assert.equal(names.length, 3);
    for (const name of names) assert.equal(untilOf(storage, name), "2026-02-12T00:00:00Z", name);
    clock.advance(20 * DAY);
    await vault.renewLocks();
    for (const name of names) assert.equal(untilOf(storage, name), RENEWED, name);
  });

  test("renews all packs when a restore point does not open, but for those that are doomed", async () => {
    const { clock, storage } = await scene();
    await using vault = await openSmallVault(storage, { clock });
    const [one] = [await vault.findPoint("latest:one"), await backUp(vault, { x: someBytes(2, 30_000) })];
    const lock = { mode: "compliance", until: FAR } as const;
    const first = below(storage, "packs/", "index/");
    await backUp(vault, { x: someBytes(3, 30_000) });
    clock.advance(50 * DAY);
    for (const name of first) await storage.locks.retain(name, lock); // so that what is doomed stays
    await vault.trash(one.id, { until: Temporal.Instant.from("2020-01-01T00:00:00Z") });
    const { removedPoints, locked } = await vault.prune();
    assert.ok(removedPoints === 1 && locked >= 2, `${locked} locked`);
    const [point = ""] = below(storage, "points/");
    storage.replace(point, Buffer.from("no restore point"));
    const [gone = ""] = below(storage, "packs/").filter((name) => !first.includes(name));
    storage.replace(gone, undefined);
    const asked = watchRetains(storage);
    await using fresh = await openSmallVault(storage, { clock, seed: 3 });
    assert.deepEqual((await fresh.renewLocks())?.missing, []);
    const all = below(storage, "packs/", "index/");
    const left = all.filter((name) => !asked.includes(name));
    assert.ok(left.length >= locked && left.every((name) => first.includes(name)), left.join());
    assert.ok(asked.filter((name) => name.startsWith("packs/")).length >= 3);
    assert.ok(!asked.includes(gone));
  });

  test("renews no pack that only a host names and that is doomed", async () => {
    const { clock, storage } = await scene();
    await using vault = await openSmallVault(storage, { clock });
    const before = storage.names();
    const { key } = await vault.addHost("hv02");
    await hostBacksUp(storage, key, { seed: 70, bytes: someBytes(5, 30_000) });
    const packs = below(storage, "packs/").filter((name) => !before.includes(name));
    for (const pack of packs) {
      const bytes = storage.peek(pack).slice();
      bytes[bytes.length - 10] = (bytes[bytes.length - 10] as number) ^ 4;
      storage.replace(pack, bytes);
    }
    assert.deepEqual((await vault.repair({ execute: true })).doomed.toSorted(), packs.toSorted());
    await vault.prune();
    assert.ok(
      packs.every((pack) => storage.names().includes(pack)),
      "they are locked",
    );
    clock.advance(20 * DAY);
    const asked = watchRetains(storage);
    await using fresh = await openSmallVault(storage, { clock, seed: 3 });
    await fresh.renewLocks();
    assert.ok(asked.length > 0 && !packs.some((pack) => asked.includes(pack)));
  });

  test("passes over receipts that a prune replaces meanwhile, and fails when the storage refuses", async () => {
    const { clock, storage } = await scene();
    clock.advance(20 * DAY);
    await using vault = await openSmallVault(storage, { clock });
    let denies = true;
    const [receipt = ""] = below(storage, "receipts/");
    watchRetains(storage, (name) => {
      if (name === receipt) storage.replace(name, undefined);
      if (denies && name.startsWith("index/")) throw new StorageDeniedError(`Cannot lock "${name}": denied`);
    });
    await assert.rejects(vault.renewLocks(), StorageDeniedError);
    denies = false;
    assert.deepEqual((await vault.renewLocks())?.missing, []);
  });

  test("believes no note that was put under another name, or that is damaged, and bears old ones that stay", async () => {
    const { clock, storage } = await scene();
    await using vault = await openSmallVault(storage, { clock });
    await vault.renewLocks();
    const [note = ""] = below(storage, "renewed/");
    const until = Temporal.Instant.from(RENEWED).epochMilliseconds.toString(16).padStart(12, "0");
    storage.replace(`renewed/${until}-${"0".repeat(32)}`, storage.peek(note));
    storage.replace(`renewed/${until}-${"1".repeat(32)}`, Buffer.from("no note"));
    clock.advance(20 * DAY);
    await storage.locks.retain(note, { mode: "compliance", until: FAR }); // a bucket that locks all by itself
    await vault.renewLocks();
    for (const name of below(storage, "packs/", "points/"))
      assert.equal(untilOf(storage, name), RENEWED, name);
    const erase = storage.locks.erase.bind(storage.locks);
    Object.assign(storage.locks, {
      erase: async (...args: Parameters<typeof erase>): Promise<void> => {
        if (args[0].startsWith("renewed/")) throw new StorageDeniedError(`Cannot erase "${args[0]}": denied`);
        await erase(...args);
      },
    });
    clock.advance(14 * DAY);
    assert.deepEqual((await vault.renewLocks())?.missing, []);
  });

  test("keeps what somebody hid in the trash where it is, and counts what a listing leaves out", async () => {
    const { clock, storage } = await scene();
    await using vault = await openSmallVault(storage, { clock });
    await backUp(vault, { x: someBytes(2, 30_000) }, { id: "2", name: "two" });
    const [one, two] = [await vault.findPoint("latest:one"), await vault.findPoint("latest:two")];
    const objectOf = ({ id }: { readonly id: string }): string =>
      below(storage, "points/").find((name) => name.endsWith(id)) ?? assert.fail("no object");
    await vault.trash(one.id, { until: FAR });
    const unlisted = objectOf(two);
    await storage.delete(objectOf(one));
    const list = storage.list.bind(storage);
    storage.list = async function* (prefix, options) {
      for await (const object of list(prefix, options)) if (object.name !== unlisted) yield object;
    };
    clock.advance(20 * DAY);
    await using fresh = await openSmallVault(storage, { clock, seed: 3 });
    assert.deepEqual((await fresh.renewLocks())?.missing, []);
    assert.equal(untilOf(storage, unlisted), RENEWED);
    const behind = below(storage, "packs/").filter((name) => untilOf(storage, name) !== RENEWED);
    assert.equal(behind.length, 2, "what only the trash needs");
  });
});

test("`showHidden()` shows nothing that a vault does not lock", async () => {
  const { clock, storage } = await scene();
  await using vault = await openSmallVault(storage, { clock });
  const [point = ""] = below(storage, "points/");
  storage.replace("leases/019b7c010400-00000000000000000000000000000000", new Uint8Array(0));
  for (const name of [point, ...below(storage, "leases/")]) await storage.delete(name);
  assert.deepEqual(await vault.showHidden(), [point]);
  assert.deepEqual(below(storage, "leases/"), []);
});

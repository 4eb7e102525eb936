import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { MemoryStore, plainLayout } from "../../disk/index.ts";
import { MemoryStorage, RecordingStorage } from "../../storage/testing/index.ts";
import type { RestorePoint, Vault } from "../index.ts";
import { backUp, bringBack, createSmallVault, draftOf, openSmallVault, someBytes } from "../testing/index.ts";

const HEADER_BYTES = 176; // docs/vault-format.md 5
const TRAILER_BYTES = 56; // docs/vault-format.md 6
const DB = { id: "00000000-0000-0000-0000-0000000000DB", name: "db01" };

interface Scene {
  readonly storage: MemoryStorage;
  readonly disk: Uint8Array;
  readonly point: RestorePoint;
  /** The data pack of the disk: 40 chunks in several frames. */
  readonly pack: string;
}

async function scene(): Promise<Scene> {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage, { chunkBytes: 65_536 })).vault;
  await backUp(vault, { other: someBytes(9, 70_000) }, DB);
  const before = new Set(storage.names());
  const disk = someBytes(1, 2_000_000);
  const point = await backUp(vault, { disk });
  const packs = storage.names().filter((name) => name.startsWith("packs/") && !before.has(name));
  const size = (name: string): number => storage.peek(name).length;
  const [pack] = packs.sort((a, b) => size(b) - size(a));
  assert.ok(pack !== undefined);
  return { storage, disk, point, pack };
}

function flip(storage: MemoryStorage, name: string, at: number): void {
  const bytes = storage.peek(name).slice();
  bytes[at] = (bytes[at] as number) ^ 4;
  storage.replace(name, bytes);
}

async function isWhole(vault: Vault, { point, disk }: Scene): Promise<boolean> {
  const [file] = (await vault.findPoint(point.id)).files;
  assert.ok(file !== undefined);
  try {
    return Buffer.compare(await bringBack(vault, file), disk) === 0;
  } catch {
    return false;
  }
}

const HARMLESS: Readonly<Record<string, (bytes: Uint8Array) => number>> = {
  "the pack's header": () => 40,
  "the envelope in it": () => 100,
  "the session key in it": () => 125,
  "the footer": (bytes) => bytes.length - TRAILER_BYTES - 20,
  "the trailer": (bytes) => bytes.length - 10,
};

for (const [what, at] of Object.entries(HARMLESS)) {
  for (const isIndexLost of [false, true]) {
    const lost = isIndexLost ? " and the index is lost" : "";
    test(`\`repair()\` loses nothing when ${what} is damaged${lost}`, async () => {
      const made = await scene();
      const { storage, pack } = made;
      flip(storage, pack, at(storage.peek(pack)));
      for (const name of storage.names()) {
        if (isIndexLost && name.startsWith("index/")) storage.replace(name, undefined);
      }
      await using vault = await openSmallVault(storage);
      const before = storage.names();
      const plan = await vault.repair();
      assert.deepEqual(
        [plan.executed, plan.lost, storage.names()],
        [false, [], before],
        "the plan is a plan",
      );
      const report = await vault.repair({ execute: true });
      assert.deepEqual(report.lost, []);
      assert.deepEqual(report.packs, plan.packs);
      assert.ok(report.packs.some(({ object }) => object === pack));
      await using fresh = await openSmallVault(storage, { seed: 3 });
      assert.ok(await isWhole(fresh, made), "restored whole");
      await fresh.prune();
      await using last = await openSmallVault(storage, { seed: 4 });
      assert.ok(await isWhole(last, made), "restored whole when the damaged pack is gone");
      assert.ok(!storage.names().includes(pack));
      assert.deepEqual(
        storage.names().filter((name) => name.startsWith("damaged/")),
        [],
      );
      const { damaged, healed } = await last.verify({ readDataPercent: 100 });
      assert.deepEqual([damaged, healed], [[], []]);
    });
  }
}

test("`repair()` names the bytes that a damaged frame took along, exactly, and saves the rest of a pack", async () => {
  const made = await scene();
  const { storage, pack, disk, point } = made;
  const at = Math.floor(storage.peek(pack).length / 2);
  flip(storage, pack, at);
  flip(storage, pack, storage.peek(pack).length - 10); // and the trailer
  for (const name of storage.names()) if (name.startsWith("index/")) storage.replace(name, undefined);
  await using vault = await openSmallVault(storage);
  const { lost, packs } = await vault.repair({ execute: true });
  assert.deepEqual(
    packs.map(({ object }) => object),
    [pack],
  );
  assert.equal(lost.length, 1);
  const [gone] = lost;
  assert.deepEqual([gone?.id, gone?.machine?.name, gone?.isInTrash], [point.id, "web01", false]);
  const [file] = gone?.files ?? [];
  assert.ok(file !== undefined && file.path === "disk");
  assert.ok(file.lostBytes > 0 && file.lostBytes <= 512 * 1024, "a frame holds no more");
  assert.equal(file.mayHealBytes, file.lostBytes, "it is the machine's newest restore point");
  await using fresh = await openSmallVault(storage, { seed: 5 });
  await using reader = await fresh.openFile((await fresh.findPoint(point.id)).files[0] as never);
  const isIn = (offset: number): boolean =>
    file.ranges.some((range) => offset >= range.offset && offset < range.offset + range.length);
  for (let offset = 0; offset < disk.length; offset += 65_536) {
    const bytes = new Uint8Array(Math.min(65_536, disk.length - offset));
    const read = reader.read(bytes, offset);
    if (isIn(offset)) await assert.rejects(read, { code: "vault-damaged" });
    else {
      await read;
      assert.equal(Buffer.compare(bytes, disk.subarray(offset, offset + bytes.length)), 0);
    }
  }
});

test("what verify finds is written down, and the next backup heals it from the live disk", async () => {
  const made = await scene();
  const { storage, pack, disk } = made;
  flip(storage, pack, HEADER_BYTES + 3000);
  {
    await using vault = await openSmallVault(storage);
    const { damaged } = await vault.verify({ readDataPercent: 100, keepFindings: true });
    assert.deepEqual(
      damaged.map(({ object, machines }) => [object, machines]),
      [[pack, ["web01"]]],
    );
  }
  await using another = await openSmallVault(storage, { seed: 6 });
  assert.equal(await isWhole(another, made), false);
  const quick = await another.verify();
  assert.deepEqual(
    quick.damaged.map(({ object, machines }) => [object, machines]),
    [[pack, ["web01"]]],
  );
  const point = await backUp(another, { disk });
  await using healed = await openSmallVault(storage, { seed: 7 });
  assert.ok(await isWhole(healed, made), "the older restore point");
  assert.ok(await isWhole(healed, { ...made, point }), "the new one");
  const report = await healed.verify({ readDataPercent: 100, keepFindings: true });
  assert.deepEqual([report.damaged, report.healed], [[], [pack]]);
  await healed.prune();
  assert.ok(!storage.names().includes(pack), "a prune takes the damaged pack");
  assert.deepEqual(
    storage.names().filter((name) => name.startsWith("damaged/")),
    [],
  );
  await using last = await openSmallVault(storage, { seed: 8 });
  assert.ok(await isWhole(last, made));
  assert.deepEqual((await last.verify({ readDataPercent: 100 })).damaged, []);
});

test("a note about a pack that is sound costs nothing but storing again, and verify closes it", async () => {
  const made = await scene();
  const { storage, pack } = made;
  const sound = storage.peek(pack).slice();
  flip(storage, pack, HEADER_BYTES + 3000);
  {
    await using vault = await openSmallVault(storage);
    await vault.verify({ readDataPercent: 100, keepFindings: true });
  }
  storage.replace(pack, sound); // it was the cable
  await using vault = await openSmallVault(storage, { seed: 4 });
  assert.ok(await isWhole(vault, made), "readers try the frame all the same");
  await vault.prune();
  assert.ok(storage.names().includes(pack), "the only copy of something needed stays");
  const { damaged, healed } = await vault.verify({ readDataPercent: 100, keepFindings: true });
  assert.deepEqual([damaged, healed], [[], []]);
  assert.deepEqual(
    storage.names().filter((name) => name.startsWith("damaged/")),
    [],
  );
});

test("a repair that was left at any write leaves a vault that is at least as good, and the next one ends it", async () => {
  const made = await scene();
  const { pack } = made;
  flip(made.storage, pack, 40);
  flip(made.storage, pack, made.storage.peek(pack).length - 10);
  for (const name of made.storage.names()) {
    if (name.startsWith("index/")) made.storage.replace(name, undefined);
  }
  const recording = new RecordingStorage(made.storage);
  {
    await using vault = await openSmallVault(recording);
    assert.deepEqual((await vault.repair({ execute: true })).lost, []);
  }
  assert.ok(recording.calls.length >= 5, `${recording.calls.length} writes`);
  for (let count = 0; count <= recording.calls.length; count++) {
    const left = recording.prefix(count);
    await using vault = await openSmallVault(left, { seed: 100 + count });
    const other = (await vault.findPoint("latest:db01")).files[0] as never;
    assert.equal(Buffer.compare(await bringBack(vault, other), someBytes(9, 70_000)), 0);
    await vault.prune({ staleAfterMs: -Number.MAX_SAFE_INTEGER });
    const { lost } = await vault.repair({ execute: true });
    assert.deepEqual(lost, [], `after write ${count}`);
    await using fresh = await openSmallVault(left, { seed: 200 + count });
    assert.ok(await isWhole(fresh, made), `after write ${count}`);
  }
});

test("`repair()` saves what is left of a pack that was cut off, and says what a pack that is gone took along", async () => {
  for (const share of [0.5, 0]) {
    const made = await scene();
    const { storage, pack, point } = made;
    const whole = storage.peek(pack);
    storage.replace(pack, share === 0 ? undefined : whole.slice(0, Math.floor(share * whole.length)));
    await using vault = await openSmallVault(storage);
    const { lost, packs } = await vault.repair({ execute: true });
    assert.deepEqual(
      packs.map(({ object }) => object),
      share === 0 ? [] : [pack],
    );
    assert.deepEqual(
      lost.map(({ id }) => id),
      [point.id],
    );
    const lostBytes = lost[0]?.lostBytes ?? 0;
    if (share === 0) assert.equal(lostBytes, made.disk.length);
    else assert.ok(lostBytes > 0.4 * made.disk.length && lostBytes < 0.8 * made.disk.length, `${lostBytes}`);
    const { bytesNew } = await storedAnew(vault, made.disk);
    assert.equal(bytesNew, lostBytes, "the next backup stores what was lost, and nothing else");
    await using fresh = await openSmallVault(storage, { seed: 9 });
    assert.ok(await isWhole(fresh, made), "and the older restore point heals");
  }
});

async function storedAnew(vault: Vault, disk: Uint8Array): Promise<{ readonly bytesNew: number }> {
  await using session = await vault.openSession();
  const { recipe, counts } = await session.storeFile(new MemoryStore(disk), {
    layout: plainLayout(disk.length),
  });
  await session.commit(draftOf([{ path: "disk", role: "disk", sizeBytes: disk.length, recipe }]));
  return counts;
}

test("`repair()` saves what a prune could not move of a damaged pack that it had doomed", async () => {
  const storage = new MemoryStorage();
  const disk = someBytes(1, 400_000);
  const later = someBytes(2, 400_000);
  later.set(disk.subarray(0, 65_536 * 2), 0);
  let pack = "";
  let point: RestorePoint;
  {
    await using vault = (await createSmallVault(storage, { chunkBytes: 65_536 })).vault;
    const { id } = await backUp(vault, { disk });
    const packs = storage.names().filter((name) => name.startsWith("packs/"));
    pack = packs.sort((a, b) => storage.peek(b).length - storage.peek(a).length)[0] ?? "";
    point = await backUp(vault, { disk: later });
    await vault.trash(id, { until: Temporal.Instant.fromEpochMilliseconds(0) });
    flip(storage, pack, 40);
    const { damaged } = await vault.prune({ moveBelow: 0.9 });
    assert.deepEqual(
      damaged.map(({ object }) => object),
      [pack],
    );
  }
  assert.ok(storage.names().includes(pack), "what is needed of it is nowhere else");
  await using vault = await openSmallVault(storage);
  const { lost, packs } = await vault.repair({ execute: true });
  assert.deepEqual(lost, []);
  assert.deepEqual(
    packs.map(({ object, chunks }) => [object, chunks]),
    [[pack, 7]],
  );
  await using fresh = await openSmallVault(storage, { seed: 3 });
  assert.ok(await isWhole(fresh, { storage, disk: later, point, pack }));
  assert.deepEqual((await fresh.repair({ execute: true })).packs, [], "said once");
  await fresh.prune();
  assert.ok(!storage.names().includes(pack), "a prune takes the damaged pack");
  assert.ok(await isWhole(fresh, { storage, disk: later, point, pack }));
  assert.deepEqual((await fresh.verify({ readDataPercent: 100 })).damaged, []);
});

test("`repair()` names file, role and disk of what is lost, and the machine of a restore point that cannot be read, by its receipt", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage, { chunkBytes: 65_536 })).vault;
  const disk = someBytes(1, 600_000);
  const config = someBytes(2, 5000);
  const before = new Set(storage.names());
  await using session = await vault.openSession();
  const files = [];
  for (const [path, bytes, role] of [
    ["D:\\web01.vhdx", disk, "disk"],
    ["D:\\web01.vmcx", config, "configuration"],
  ] as const) {
    const { recipe } = await session.storeFile(new MemoryStore(bytes), { layout: plainLayout(bytes.length) });
    files.push({ path, role, sizeBytes: bytes.length, recipe });
  }
  const disks = [{ controller: "scsi", number: 0, location: 2, viewLeaf: "D:\\web01.vhdx" }];
  const whole = await session.commit({ ...draftOf(files), disks });
  const unreadable = await backUp(vault, { x: someBytes(3, 1000) }, DB);
  for (const name of storage.names()) {
    if (before.has(name)) continue;
    if (name.startsWith("packs/") && storage.peek(name)[10] === 1) storage.replace(name, undefined);
    if (name.endsWith(unreadable.id)) flip(storage, name, storage.peek(name).length - 100);
  }
  await using other = await openSmallVault(storage, { seed: 12 });
  const { lost } = await other.repair();
  const told = new Map(lost.map((point) => [point.id, point]));
  assert.deepEqual([...told.keys()].sort(), [whole.id, unreadable.id].sort());
  const sealed = told.get(unreadable.id);
  assert.deepEqual([sealed?.machine?.name, sealed?.isUnreadable], ["db01", true]);
  assert.deepEqual(
    told.get(whole.id)?.files.map(({ path, role, disk: place, lostBytes }) => [path, role, place, lostBytes]),
    [
      ["D:\\web01.vhdx", "disk", { controller: "scsi", number: 0, location: 2 }, disk.length],
      ["D:\\web01.vmcx", "configuration", undefined, config.length],
    ],
  );
  for (const name of storage.names()) if (name.startsWith("receipts/")) storage.replace(name, undefined);
  const later = await (await openSmallVault(storage, { seed: 13 })).repair();
  assert.equal(later.lost.find(({ id }) => id === unreadable.id)?.machine, undefined);
});

test("a session that may not delete its lease and has ended keeps no damaged pack", async () => {
  const { storage, pack } = await scene();
  for (const name of storage.names()) if (name.startsWith("index/")) storage.replace(name, undefined);
  flip(storage, pack, storage.peek(pack).length - 10);
  const lease = `leases/000000000001-${"ab".repeat(16)}`;
  storage.replace(lease, new Uint8Array());
  const open = await (await openSmallVault(storage, { seed: 14 })).repair();
  assert.deepEqual([open.waitingFor, open.doomed], [[lease], []]);
  storage.replace(lease.replace("leases/", "ended/"), new Uint8Array());
  const ended = await (await openSmallVault(storage, { seed: 15 })).repair();
  assert.deepEqual([ended.waitingFor, ended.doomed], [[], [pack]]);
});

test("only what the newest restore point needs too may heal by the next backup", async () => {
  const storage = new MemoryStorage();
  const clock = new FakeClock();
  await using vault = (await createSmallVault(storage, { clock })).vault;
  const [old, kept] = [someBytes(1, 40_960), someBytes(2, 40_960)];
  await backUp(vault, { disk: Buffer.concat([old, kept]) });
  const packs = storage.names().filter((name) => name.startsWith("packs/"));
  clock.advance(1000);
  const newest = await backUp(vault, { disk: Buffer.concat([someBytes(3, 40_960), kept]) });
  for (const name of packs) if (storage.peek(name)[10] === 1) storage.replace(name, undefined);
  await using other = await openSmallVault(storage, { seed: 16 });
  const { lost } = await other.repair();
  const bytes = new Map(lost.map(({ id, lostBytes, mayHealBytes }) => [id, [lostBytes, mayHealBytes]]));
  assert.deepEqual(bytes.get(newest.id), [40_960, 40_960]);
  bytes.delete(newest.id);
  assert.deepEqual([...bytes.values()], [[81_920, 40_960]]);
});

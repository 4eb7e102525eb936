import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { StorageFullError } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage, RecordingStorage } from "../../storage/testing/index.ts";
import { type RestorePoint, scrubVault, type Vault } from "../index.ts";
import { backUp, bringBack, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";

const SEED = 53;
const DB = { id: "00000000-0000-0000-0000-0000000000DB", name: "db01" };

interface Scene {
  readonly storage: MemoryStorage;
  readonly disk: Uint8Array;
  readonly point: RestorePoint;
  /** The data pack of the disk. */
  readonly pack: string;
}

async function scene(): Promise<Scene> {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage, { chunkBytes: 65_536, parity: true })).vault;
  await backUp(vault, { other: someBytes(9, 70_000) }, DB);
  const before = new Set(storage.names());
  const disk = someBytes(1, 2_000_000);
  const point = await backUp(vault, { disk });
  const size = (name: string): number => storage.peek(name).length;
  const [pack] = below(storage, "packs/")
    .filter((name) => !before.has(name))
    .sort((a, b) => size(b) - size(a));
  assert.ok(pack !== undefined);
  return { storage, disk, point, pack };
}

function below(storage: MemoryStorage, prefix: string): readonly string[] {
  return storage.names().filter((name) => name.startsWith(prefix));
}

function sidecarOf(pack: string): string {
  return pack.replace("packs/", "parity/");
}

/** Turns a bit in the middle of these sixty-fourths of an object. */
function hit(storage: MemoryStorage, name: string, segments: readonly number[]): void {
  const bytes = storage.peek(name).slice();
  for (const segment of segments) {
    const at = Math.floor(((segment + 0.5) * bytes.length) / 64);
    bytes[at] = (bytes[at] as number) ^ 4;
  }
  storage.replace(name, bytes);
}

async function findAndRepair(storage: MemoryStorage, seed: number): ReturnType<Vault["repair"]> {
  await using vault = await openSmallVault(storage, { seed });
  await vault.verify({ readDataPercent: 100, keepFindings: true });
  return await vault.repair({ execute: true });
}

/** Every pack has its sidecar and no sidecar is alone; all of them are read and right. */
async function assertPaired(storage: MemoryStorage): Promise<void> {
  assert.deepEqual(below(storage, "parity/"), below(storage, "packs/").map(sidecarOf));
  const { sidecars } = await scrubVault({ storage });
  assert.deepEqual(sidecars, { missing: [], damaged: [] });
}

test("each pack of a vault with parity has its sidecar, and one of a vault without has none", async () => {
  const { storage } = await scene();
  assert.ok(below(storage, "packs/").length >= 4);
  await assertPaired(storage);
  const plain = new MemoryStorage();
  await using vault = (await createSmallVault(plain)).vault;
  await backUp(vault, { other: someBytes(9, 70_000) });
  assert.deepEqual(below(plain, "parity/"), []);
  assert.equal((await scrubVault({ storage: plain })).sidecars, undefined);
  assert.equal((await vault.verify()).sidecars, undefined);
});

test("`repair()` mends a pack of which two segments are damaged, into packs of its own, and loses nothing", async () => {
  const random = new SeededEntropy(SEED);
  for (let round = 0; round < 2; round++) {
    const { storage, disk, point, pack } = await scene();
    const first = 1 + ((random.bytes(1)[0] as number) % 62);
    const pair = round === 0 ? [0, 63] : [first, 63];
    hit(storage, pack, pair);
    const hurt = storage.peek(pack).slice();
    const { damaged } = await scrubVault({ storage });
    assert.deepEqual(
      damaged.map(({ object, isMendable }) => [object, isMendable]),
      [[pack, true]],
      "whoever has no key can tell",
    );
    const report = await findAndRepair(storage, 10 + round);
    assert.deepEqual(report.lost, [], `segments ${pair.join(" and ")}`);
    assert.deepEqual(
      report.packs.map(({ object, isMended }) => [object, isMended]),
      [[pack, true]],
    );
    assert.deepEqual(storage.peek(pack), hurt, "nothing is mended in place");
    await using vault = await openSmallVault(storage, { seed: 20 + round });
    const whole = await bringBack(vault, (await vault.findPoint(point.id)).files[0] as never);
    assert.equal(Buffer.compare(whole, disk), 0);
    await vault.prune();
    assert.ok(!storage.names().includes(pack), "a prune takes the damaged pack");
    await assertPaired(storage);
    await using last = await openSmallVault(storage, { seed: 30 + round });
    const { damaged: left } = await last.verify({ readDataPercent: 100 });
    assert.deepEqual(left, []);
    const again = await bringBack(last, (await last.findPoint(point.id)).files[0] as never);
    assert.equal(Buffer.compare(again, disk), 0);
  }
});

test("three damaged segments are told as lost, as without a sidecar", async () => {
  const { storage, point, pack } = await scene();
  hit(storage, pack, [5, 25, 45]);
  const { damaged } = await scrubVault({ storage });
  assert.deepEqual(
    damaged.map(({ object, isMendable }) => [object, isMendable]),
    [[pack, undefined]],
  );
  const { lost, packs } = await findAndRepair(storage, 40);
  assert.deepEqual(
    packs.map(({ isMended }) => isMended),
    [undefined],
  );
  assert.deepEqual(
    lost.map(({ id }) => id),
    [point.id],
  );
});

test("missing and damaged sidecars are a warning to verify and scrub, and `repair()` makes them again, byte for byte", async () => {
  const { storage } = await scene();
  const [first, second, third] = below(storage, "packs/");
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const before = new Map(below(storage, "parity/").map((name) => [name, storage.peek(name)]));
  storage.replace(sidecarOf(first), undefined);
  hit(storage, sidecarOf(second), [60]);
  storage.replace(sidecarOf(third), storage.peek(sidecarOf(third)).slice(0, 50));
  const expected = { missing: [first], damaged: [second, third].sort() };
  assert.deepEqual((await scrubVault({ storage })).sidecars, expected);
  await using vault = await openSmallVault(storage, { seed: 50 });
  const verified = await vault.verify({ readDataPercent: 100 });
  assert.deepEqual([verified.damaged, verified.sidecars], [[], expected]);
  assert.deepEqual((await vault.verify()).sidecars, { missing: [first], damaged: [third] }, "by its length");
  assert.deepEqual((await vault.repair()).sidecars, { ...expected, made: 0 });
  assert.deepEqual((await vault.repair({ execute: true })).sidecars, { ...expected, made: 3 });
  for (const [name, bytes] of before) assert.deepEqual(storage.peek(name), bytes, name);
  assert.deepEqual((await vault.repair({ execute: true })).sidecars, { missing: [], damaged: [], made: 0 });
});

test("no sidecar is made of a pack that is damaged, and one that lies makes nothing good", async () => {
  const { storage, point, pack } = await scene();
  storage.replace(sidecarOf(pack), undefined);
  hit(storage, pack, [5]);
  assert.equal((await findAndRepair(storage, 60)).sidecars?.made, 0);
  assert.ok(!storage.names().includes(sidecarOf(pack)));
  const bytes = storage.peek(below(storage, "parity/")[0] as string).slice();
  bytes.set(Buffer.from(pack.slice(-64), "hex"), 16); // names this pack, with the hash of its head made right
  bytes.set(
    createHash("sha256")
      .update(bytes.subarray(0, 56 + 66 * 16))
      .digest(),
    56 + 66 * 16,
  );
  storage.replace(sidecarOf(pack), bytes);
  const { lost } = await findAndRepair(storage, 61);
  assert.deepEqual(
    lost.map(({ id }) => id),
    [point.id],
  );
});

test("a run that was killed at any write leaves sidecars that repair makes and a prune takes away", async () => {
  const recording = new RecordingStorage(new MemoryStorage());
  {
    await using vault = (await createSmallVault(recording, { parity: true })).vault;
    const point = await backUp(vault, { a: someBytes(1, 60_000) });
    await backUp(vault, { a: someBytes(2, 60_000) });
    await vault.trash(point.id, { until: Temporal.Instant.fromEpochMilliseconds(0) });
    await vault.prune();
  }
  const names = recording.prefix(recording.calls.length);
  await assertPaired(names);
  let [made, orphans] = [0, 0];
  const first = recording.calls.findIndex(({ name }) => name.startsWith("packs/"));
  assert.ok(first > 0);
  for (let count = first; count < recording.calls.length; count++) {
    const next = recording.calls[count]?.name;
    if (next === undefined || !/^(?:packs|parity)\//.test(next)) continue;
    const left = recording.prefix(count);
    const packs = new Set(below(left, "packs/").map(sidecarOf));
    if (below(left, "parity/").some((name) => !packs.has(name))) orphans++;
    await using vault = await openSmallVault(left, { seed: 100 + count });
    made += (await vault.repair({ execute: true })).sidecars?.made ?? 0;
    await vault.prune({ staleAfterMs: -Number.MAX_SAFE_INTEGER });
    await vault.repair({ execute: true });
    await vault.prune({ staleAfterMs: -Number.MAX_SAFE_INTEGER });
    await assertPaired(left);
  }
  assert.ok(made > 0 && orphans > 0, `${made} were made, ${orphans} times one was alone`);
});

test("no sidecar that cannot be put stops a repair: a full storage, or a store that still shows the old one", async () => {
  for (const error of ["full", "still-there"] as const) {
    const { storage, disk, point, pack } = await scene();
    storage.replace(sidecarOf(below(storage, "packs/").find((name) => name !== pack) as string), undefined);
    hit(storage, sidecarOf(pack), [60]);
    const damagedSidecar = storage.peek(sidecarOf(pack));
    const faulty = new FaultyStorage(storage, [
      error === "full"
        ? {
            on: "put",
            prefix: "parity/",
            times: 2,
            effect: { kind: "fail", error: () => new StorageFullError("Cannot put: full") },
          }
        : {
            on: "put",
            prefix: sidecarOf(pack),
            effect: { kind: "call-before", act: () => storage.replace(sidecarOf(pack), damagedSidecar) },
          },
    ]);
    await using vault = await openSmallVault(faulty, { seed: 70 });
    const { sidecars, lost } = await vault.repair({ execute: true });
    assert.deepEqual([sidecars?.made, lost], [error === "full" ? 0 : 1, []]);
    faulty.verifyAllFaultsExercised();
    const whole = await bringBack(vault, (await vault.findPoint(point.id)).files[0] as never);
    assert.equal(Buffer.compare(whole, disk), 0);
  }
});

test("a pack that is put while sidecars are looked for, and one that goes, are not told as missing theirs", async () => {
  const { storage, pack } = await scene();
  const sidecar = storage.peek(sidecarOf(pack));
  storage.replace(sidecarOf(pack), undefined);
  for (const act of [
    () => storage.replace(sidecarOf(pack), sidecar),
    () => storage.replace(pack, undefined),
  ]) {
    const faulty = new FaultyStorage(storage, [
      { on: "stat", prefix: pack.slice(0, 70), effect: { kind: "call-before", act } },
    ]);
    assert.deepEqual((await scrubVault({ storage: faulty })).sidecars, { missing: [], damaged: [] });
    faulty.verifyAllFaultsExercised();
    storage.replace(sidecarOf(pack), undefined);
  }
});

test("what stands in the place of a sidecar is not read when it is longer than any sidecar", async () => {
  const { storage, pack } = await scene();
  hit(storage, pack, [5]);
  const stat = storage.stat.bind(storage);
  storage.stat = async (name) => {
    const found = await stat(name);
    return found && name.startsWith("parity/") ? { ...found, sizeBytes: 2 ** 40 } : found;
  };
  const read: string[] = [];
  const get = storage.get.bind(storage);
  storage.get = async (name, options) => {
    read.push(name);
    return await get(name, options);
  };
  const { damaged } = await scrubVault({ storage });
  assert.deepEqual(
    damaged.map(({ object, isMendable }) => [object, isMendable]),
    [[pack, undefined]],
  );
  assert.ok(!read.includes(sidecarOf(pack)));
});

test("a pack that was cut off by less than two segments is mended, and scrub says so", async () => {
  const { storage, point, disk, pack } = await scene();
  const bytes = storage.peek(pack);
  storage.replace(pack, bytes.slice(0, bytes.length - Math.floor(bytes.length / 64)));
  const { damaged } = await scrubVault({ storage });
  assert.deepEqual(
    damaged.map(({ object, isMendable }) => [object, isMendable]),
    [[pack, true]],
  );
  assert.deepEqual((await findAndRepair(storage, 80)).lost, []);
  await using vault = await openSmallVault(storage, { seed: 81 });
  const whole = await bringBack(vault, (await vault.findPoint(point.id)).files[0] as never);
  assert.equal(Buffer.compare(whole, disk), 0);
});

test("`verify()` misses no sidecar of a pack that no segment names yet: it may be on its way", async () => {
  const { storage } = await scene();
  const before = storage.clone();
  await using vault = await openSmallVault(storage, { seed: 82 });
  await backUp(vault, { more: someBytes(7, 100_000) });
  const pack = below(storage, "packs/").find((name) => !before.names().includes(name)) as string;
  before.replace(pack, storage.peek(pack));
  await using other = await openSmallVault(before, { seed: 83 });
  const { sidecars, unreferencedPacks } = await other.verify();
  assert.deepEqual([sidecars, unreferencedPacks], [{ missing: [], damaged: [] }, 1]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { type Storage, StorageDeniedError } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage } from "../../storage/testing/index.ts";
import { backUp, createSmallVault, openSmallVault, someBytes, storeBytes } from "../testing/index.ts";
import type { CheckedObjects } from "./checked-objects.ts";

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

test("`verify()` tells of a copy of a pack under a name that differs from the pack's in its last digit only", async () => {
  const storage = new MemoryStorage();
  await filled(storage);
  const pack = storage.names().find((name) => name.startsWith("packs/")) as string;
  const copy = pack.slice(0, -1) + (pack.endsWith("0") ? "1" : "0");
  storage.replace(copy, storage.peek(pack));
  await using vault = await openSmallVault(storage);
  assert.equal((await vault.verify()).unreferencedPacks, 1, "no segment names it");
  const { damaged } = await vault.verify({ readDataPercent: 100 });
  assert.deepEqual(
    damaged.map(({ object, what, points }) => [object, what, points]),
    [[copy, "its bytes are not those that it is named for", []]],
  );
});

test("`verify()` says how much of the data it read of how much", async () => {
  const storage = new MemoryStorage();
  await filled(storage);
  const packs = storage.names().filter((name) => name.startsWith("packs/"));
  const packBytes = packs.reduce((sum, name) => sum + storage.peek(name).length, 0);
  await using vault = await openSmallVault(storage);
  for (const [readDataPercent, dataRead] of [
    [undefined, "none"],
    [0, "none"],
    [30, "part"],
    [99.99, "all"],
    [100, "all"],
  ] as const) {
    const report = await vault.verify({ readDataPercent });
    assert.deepEqual([report.dataRead, report.packs, report.packBytes], [dataRead, packs.length, packBytes]);
  }
});

test("`verify()` takes frames that the storage does not give for damaged, now and the next time, and reads the others", async () => {
  const storage = new MemoryStorage();
  {
    await using vault = (await createSmallVault(storage, { chunkBytes: 65_536 })).vault;
    await backUp(vault, { disk: someBytes(1, 6_000_000) });
  }
  const size = (name: string): number => storage.peek(name).length;
  const [pack = ""] = storage
    .names()
    .filter((name) => name.startsWith("packs/"))
    .sort((a, b) => size(b) - size(a));
  assert.ok(size(pack) > 2_500_000, "two runs of frames");
  // header and end for the footers; the header; and then the first run of frames, and the first of them alone
  const faulty = new FaultyStorage(storage, [
    { on: "get", prefix: pack, skip: 4, times: 2, effect: { kind: "truncate", to: 100_000 } },
  ]);
  const first = await (await openSmallVault(faulty)).verify({ readDataPercent: 100, keepFindings: true });
  faulty.verifyAllFaultsExercised();
  assert.deepEqual(
    first.damaged.map(({ object, machines }) => [object, machines]),
    [[pack, ["web01"]]],
  );
  const what = first.damaged[0]?.what ?? "";
  const [, bad, all] = /^(\d+) of its (\d+) frames/.exec(what) ?? [];
  assert.ok(Number(bad) > 0 && Number(bad) < Number(all), what);
  const again = await (await openSmallVault(storage, { seed: 3 })).verify();
  assert.deepEqual(
    [again.damaged.map(({ object, machines }) => [object, machines]), again.healed],
    [[[pack, ["web01"]]], []],
    "nobody has read them",
  );
  const sound = await (await openSmallVault(storage, { seed: 4 })).verify({
    readDataPercent: 100,
    keepFindings: true,
  });
  assert.deepEqual([sound.damaged, sound.healed], [[], []]);
});

test("`verify()` takes a pack for lost whose header the storage does not give", async () => {
  const storage = new MemoryStorage();
  await filled(storage);
  const [pack = ""] = storage.names().filter((name) => name.startsWith("packs/"));
  const faulty = new FaultyStorage(storage, [
    { on: "get", prefix: pack, times: 2, effect: { kind: "truncate", to: 10 } },
  ]);
  const { damaged } = await (await openSmallVault(faulty)).verify();
  assert.deepEqual(
    damaged.map(({ object, what, points }) => [object, what, points.length]),
    [[pack, "it was read in part only", 1]],
  );
});

test("a known damaged pack that is gone is neither damaged nor healed", async () => {
  const storage = new MemoryStorage();
  await filled(storage);
  const names = storage.names();
  await using vault = await openSmallVault(storage);
  await backUp(vault, { disk: someBytes(9, 20_000) });
  const pack = storage.names().find((name) => name.startsWith("packs/") && !names.includes(name)) as string;
  const bytes = storage.peek(pack).slice();
  bytes[400] = (bytes[400] as number) ^ 1;
  storage.replace(pack, bytes);
  await vault.verify({ readDataPercent: 100, keepFindings: true });
  const { id } = await vault.findPoint("latest:web01");
  await vault.trash(id, { until: Temporal.Instant.fromEpochMilliseconds(0) });
  storage.replace(pack, undefined);
  const point = storage.names().find((name) => name.endsWith(id) && name.startsWith("points/")) as string;
  storage.replace(point, undefined);
  await using other = await openSmallVault(storage, { seed: 6 });
  const report = await other.verify({ keepFindings: true });
  assert.deepEqual([report.damaged, report.healed], [[], []]);
  assert.deepEqual(
    storage.names().filter((name) => name.startsWith("damaged/")),
    [],
  );
});

/** What a file of the program would remember. */
class Remembered implements CheckedObjects {
  readonly times = new Map<string, number>();
  passBegan: number | undefined;

  lastChecked(object: string): number | undefined {
    return this.times.get(object);
  }

  async note(object: string, milliseconds: number): Promise<void> {
    this.times.set(object, milliseconds);
  }

  async beginPass(milliseconds: number): Promise<void> {
    this.passBegan = milliseconds;
  }

  async endPass(): Promise<void> {
    this.passBegan = undefined;
  }
}

test("`verify()` of everything goes on where it was interrupted, and forgets no damage that it found before", async () => {
  const storage = new MemoryStorage();
  await filled(storage);
  const packs = storage.names().filter((name) => name.startsWith("packs/"));
  const [first] = packs;
  assert.ok(first !== undefined);
  const bytes = storage.peek(first);
  bytes[400] = (bytes[400] as number) ^ 1;
  const checked = new Remembered();
  const stop = new AbortController();
  {
    await using vault = await openSmallVault(storage);
    const onProgress = (): void => {
      if (checked.times.size >= 2) stop.abort();
    };
    const options = { readDataPercent: 100, checked, keepFindings: true, signal: stop.signal } as const;
    await assert.rejects(vault.verify({ ...options, onProgress }), InterruptedError);
  }
  const before = new Map(checked.times);
  assert.ok(before.size >= 2 && before.size < packs.length && checked.passBegan !== undefined);
  await using vault = await openSmallVault(storage, { seed: 5 });
  const report = await vault.verify({ readDataPercent: 100, checked, keepFindings: true });
  assert.equal(report.packsRead, packs.length - before.size, "each pack once");
  assert.ok(report.goesOnSince !== undefined);
  assert.deepEqual(
    report.damaged.map(({ object }) => object),
    [first],
  );
  assert.deepEqual([checked.passBegan, checked.times.size], [undefined, packs.length]);
  const again = await vault.verify({ readDataPercent: 100, checked, keepFindings: true });
  assert.deepEqual([again.packsRead, again.goesOnSince], [packs.length, undefined]);
});

test("`verify()` by tenths reads every pack once in about ten runs, the longest unchecked first", async () => {
  const storage = new MemoryStorage();
  await filled(storage);
  const packs = storage.names().filter((name) => name.startsWith("packs/"));
  const checked = new Remembered();
  let read = 0;
  let runs = 0;
  for (; checked.times.size < packs.length; runs++) {
    await using vault = await openSmallVault(storage);
    read += (await vault.verify({ readDataPercent: 10, checked })).packsRead;
  }
  assert.ok(read <= packs.length + 1, `${read}: none twice, but to fill the last share`);
  assert.ok(runs <= 10, `${runs} runs`);
});

test("`verify()` finds what is wrong with notes, and writes nothing where it may not", async () => {
  const storage = new MemoryStorage();
  await filled(storage);
  const zeros = "0".repeat(32);
  for (const kind of ["doomed", "awaited", "trash", "damaged"]) {
    storage.replace(`${kind}/000000000001-${zeros}`, new Uint8Array(300));
  }
  const [pack] = storage.names().filter((name) => name.startsWith("packs/"));
  assert.ok(pack !== undefined);
  const bytes = storage.peek(pack);
  bytes[400] = (bytes[400] as number) ^ 1;
  const before = storage.names();
  const denied = (): unknown => new StorageDeniedError("Cannot write: denied");
  const readOnly = new FaultyStorage(storage, [
    { on: "put", prefix: "", times: Number.POSITIVE_INFINITY, effect: { kind: "fail", error: denied } },
  ]);
  const checked = new Remembered();
  await using vault = await openSmallVault(readOnly);
  const report = await vault.verify({ readDataPercent: 100, checked, keepFindings: true });
  assert.deepEqual(
    report.damaged.map(({ object }) => object),
    ["awaited", "damaged", "doomed"]
      .map((kind) => `${kind}/000000000001-${zeros}`)
      .concat(pack, `trash/000000000001-${zeros}`),
  );
  assert.equal(report.findingsKept, false);
  assert.equal(checked.times.has(pack), false, "it is read first the next time");
  assert.deepEqual(storage.names(), before);
});

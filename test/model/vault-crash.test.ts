import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { MemoryStore, plainLayout } from "../../src/disk/index.ts";
import { type Storage, StorageFullError } from "../../src/storage/index.ts";
import { FaultyStorage, MemoryStorage, RecordingStorage } from "../../src/storage/testing/index.ts";
import { type RestorePoint, type Vault, VaultNotFoundError } from "../../src/vault/index.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  draftOf,
  openSmallVault,
  someBytes,
  storeBytes,
} from "../../src/vault/testing/index.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261122);

/** What must be true: the files of each restore point that was promised, and after which write. */
interface Promised {
  readonly point: RestorePoint;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly afterWrite: number;
}

async function assertWhole(vault: Vault, promised: readonly Promised[]): Promise<void> {
  for (const { point, files } of promised) {
    const found = await vault.findPoint(point.id);
    for (const file of found.files) {
      const expected = files[file.path];
      assert.ok(expected !== undefined, `${file.path} was never stored`);
      assert.equal(Buffer.compare(await bringBack(vault, file), expected), 0, `${file.path} of ${point.id}`);
    }
    assert.equal(found.files.length, Object.keys(files).length);
  }
}

/** Weighted random actions of one or two programs on one vault; what they promised is noted. */
class Life {
  readonly storage = new RecordingStorage();
  readonly promised: Promised[] = [];
  readonly #random: SeededEntropy;
  readonly #disk: Uint8Array;

  constructor(seed: number) {
    this.#random = new SeededEntropy(seed);
    this.#disk = someBytes(seed, 300_000);
    this.#disk.fill(0, 50_000, 120_000);
  }

  async live(actions: number): Promise<void> {
    await using first = (await createSmallVault(this.storage)).vault;
    await using second = await openSmallVault(this.storage, { seed: 77 });
    for (let i = 0; i < actions; i++) {
      const vault = this.#random.below(2) === 0 ? first : second;
      const dice = this.#random.below(10);
      this.#guestWrites();
      if (dice < 5) await this.#backUp(vault);
      else if (dice < 7) await this.#giveUp(vault);
      else await this.#both(first, second);
    }
  }

  #guestWrites(): void {
    for (let i = 0; i < 3; i++) {
      const at = this.#random.below(this.#disk.length - 5000);
      this.#disk.set(this.#random.bytes(1 + this.#random.below(5000)), at);
    }
  }

  #files(): Record<string, Uint8Array> {
    return { disk: this.#disk.slice(), config: this.#random.bytes(700), nothing: new Uint8Array(9000) };
  }

  async #backUp(vault: Vault): Promise<void> {
    const files = this.#files();
    const point = await backUp(vault, files);
    // the lease is given back after the commit
    const afterWrite = this.storage.calls.findIndex(({ name }) => name.endsWith(point.id)) + 1;
    this.promised.push({ point, files, afterWrite });
  }

  /** A session that stores and never commits. */
  async #giveUp(vault: Vault): Promise<void> {
    await using session = await vault.openSession();
    await storeBytes(session, "disk", this.#random.bytes(100_000));
  }

  async #both(first: Vault, second: Vault): Promise<void> {
    await Promise.all([this.#backUp(first), this.#backUp(second)]);
  }
}

test(`a vault opens after a crash at every write, with every restore point that was promised (seed ${SEED})`, async () => {
  const life = new Life(SEED);
  await life.live(6);
  const { storage, promised } = life;
  assert.ok(promised.length >= 4, `only ${promised.length} restore points were made`);
  const config = storage.calls.findIndex(({ name }) => name === "config");
  for (let count = 0; count <= storage.calls.length; count++) {
    const left = storage.prefix(count);
    if (count <= config) {
      await assert.rejects(openSmallVault(left), VaultNotFoundError);
      continue;
    }
    const expected = promised.filter(({ afterWrite }) => afterWrite <= count);
    await using vault = await openSmallVault(left);
    const report = await vault.verify({ readDataPercent: 100 });
    assert.deepEqual(report.damaged, [], `after write ${count}`);
    assert.equal(report.points, expected.length, `after write ${count}`);
    if (expected.at(-1)?.afterWrite === count || count === storage.calls.length) {
      await assertWhole(vault, expected);
    }
  }
});

test("a vault that was left at any write takes the next backup, and adopts what the dead session stored", async () => {
  const storage = new RecordingStorage();
  const disk = someBytes(5, 200_000);
  const later = disk.slice();
  later.set(someBytes(6, 20_000), 70_000);
  {
    await using vault = (await createSmallVault(storage)).vault;
    await backUp(vault, { disk });
    await backUp(vault, { disk: later });
  }
  const packed = storage.calls.findLastIndex(({ name }) => name.startsWith("packs/")) + 1;
  const first = storage.calls.findIndex(({ name }) => name.startsWith("leases/"));
  for (let count = first; count <= storage.calls.length; count++) {
    const left = storage.prefix(count);
    await using vault = await openSmallVault(left, { seed: count });
    await using session = await vault.openSession();
    const layout = plainLayout(later.length);
    const { recipe, counts } = await session.storeFile(new MemoryStore(later), { layout });
    if (count >= packed) assert.equal(counts.bytesNew, 0, `after write ${count} everything was there`);
    await session.commit(draftOf([{ path: "disk", role: "disk", sizeBytes: later.length, recipe }]));
    const [file] = (await vault.findPoint("latest:web01")).files;
    assert.ok(file !== undefined);
    assert.equal(Buffer.compare(await bringBack(vault, file), later), 0);
    assert.deepEqual((await vault.verify()).damaged, []);
  }
});

test("storage that is full at any write gives `storage-full`, and what was promised before stays whole", async () => {
  const before = new MemoryStorage();
  const files = { disk: someBytes(1, 120_000) };
  let promised: Promised;
  {
    await using vault = (await createSmallVault(before)).vault;
    promised = { point: await backUp(vault, files), files, afterWrite: 0 };
  }
  for (let skip = 0; ; skip++) {
    const inner = before.clone();
    const faulty = new FaultyStorage(inner, [{ on: "put", skip, effect: { kind: "fail", error: full } }]);
    if (await succeeds(faulty)) {
      assert.ok(skip >= 4, "lease, pack, segment and restore point are at least four writes");
      break;
    }
    faulty.verifyAllFaultsExercised();
    await using again = await openSmallVault(inner);
    await assertWhole(again, [promised]);
    assert.deepEqual((await again.verify({ readDataPercent: 100 })).damaged, []);
  }
});

function full(): unknown {
  return new StorageFullError("Cannot write: no space is left there");
}

async function succeeds(storage: Storage): Promise<boolean> {
  await using vault = await openSmallVault(storage, { seed: 9 });
  try {
    await backUp(vault, { disk: someBytes(2, 150_000) });
    return true;
  } catch (error) {
    assert.ok(error instanceof StorageFullError, String(error));
    return false;
  }
}

test("two programs that store the same at the same time give two whole restore points", async () => {
  const storage = new MemoryStorage();
  await using first = (await createSmallVault(storage)).vault;
  await using second = await openSmallVault(storage);
  const files = { disk: someBytes(3, 400_000) };
  const points = await Promise.all([first, second].map(async (vault) => await backUp(vault, files)));
  await using third = await openSmallVault(storage);
  await assertWhole(
    third,
    points.map((point) => ({ point, files, afterWrite: 0 })),
  );
  assert.deepEqual((await third.verify({ readDataPercent: 100 })).damaged, []);
  await assertWhole(
    first,
    points.map((point) => ({ point, files, afterWrite: 0 })),
  );
});

test("a prune that was left at any write loses nothing that stays, and the next one ends it", async () => {
  const storage = new RecordingStorage();
  const disks = [1, 2, 3, 4].map((seed) => {
    const disk = someBytes(7, 260_000);
    disk.set(someBytes(seed, 90_000), 40_000 * seed);
    return disk;
  });
  const points: RestorePoint[] = [];
  let begun = 0;
  {
    await using vault = (await createSmallVault(storage)).vault;
    for (const disk of disks) points.push(await backUp(vault, { disk }));
    begun = storage.calls.length;
    const until = Temporal.Instant.from("2020-01-01T00:00:00Z");
    for (const { id } of points.slice(0, 2)) await vault.trash(id, { until });
    const { packsMoved, packsDropped } = await vault.prune({ moveBelow: 0.9 });
    assert.ok(packsMoved > 0 && packsDropped > 0, `${packsMoved} were moved, ${packsDropped} dropped`);
  }
  const staying = points.slice(2).map((point, i) => ({
    point,
    files: { disk: disks[i + 2] as Uint8Array },
    afterWrite: 0,
  }));
  for (let count = begun; count <= storage.calls.length; count++) {
    const left = storage.prefix(count);
    await using vault = await openSmallVault(left, { seed: count });
    await assertWhole(vault, staying);
    assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, [], `after write ${count}`);
    await vault.prune({ moveBelow: 0.9, staleAfterMs: -Number.MAX_SAFE_INTEGER });
    await using fresh = await openSmallVault(left, { seed: 1000 + count });
    await assertWhole(fresh, staying);
    assert.deepEqual(
      (await fresh.verify({ readDataPercent: 100 })).damaged,
      [],
      `after write ${count}, pruned`,
    );
    for (const prefix of ["doomed/", "awaited/", "leases/"]) {
      for await (const { name } of left.list(prefix)) assert.fail(`${name} is left after write ${count}`);
    }
  }
});

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import type { Storage } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { openVault } from "../open-vault.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  draftOf,
  someBytes,
  storeBytes,
  TEST_PASSPHRASE,
} from "../testing/index.ts";
import type { Vault } from "../vault.ts";
import type { IndexProgress, LocalIndexOptions } from "./local-runs.ts";

const root = mkdtempSync(join(tmpdir(), "stillpoint-local-"));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

/** With no memory for an index: 256 chunks at once are the least that it takes. */
async function openLocal(
  storage: Storage,
  folder: string,
  seed = 2,
  more: Partial<LocalIndexOptions> = {},
): Promise<Vault> {
  return await openVault({
    storage,
    clock: new FakeClock("2026-01-02T00:00:00Z"),
    entropy: new SeededEntropy(seed),
    passphrase: TEST_PASSPHRASE,
    workers: 1,
    localIndex: { folder, memoryBytes: 0, ...more },
  });
}

async function vaultWith(disks: number): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  for (let i = 0; i < disks; i++) await backUp(vault, { disk: someBytes(i + 1, 1_000_000) });
  return storage;
}

function runs(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".run"));
}

/** Each disk comes back, and storing it again stores nothing. */
async function assertAllThere(vault: Vault, disks: number): Promise<void> {
  for await (const { id } of vault.points()) {
    const [file] = (await vault.findPoint(id)).files;
    assert.ok(file !== undefined);
    await bringBack(vault, file);
  }
  await using session = await vault.openSession();
  for (let i = 0; i < disks; i++) {
    const before = await countPacks(vault, session, i);
    assert.equal(before, 0, `disk ${i} is known`);
  }
}

async function countPacks(
  _vault: Vault,
  session: Awaited<ReturnType<Vault["openSession"]>>,
  disk: number,
): Promise<number> {
  const { MemoryStore, plainLayout } = await import("../../disk/index.ts");
  const source = new MemoryStore(someBytes(disk + 1, 1_000_000));
  const { counts } = await session.storeFile(source, { layout: plainLayout(source.sizeBytes) });
  return counts.bytesNew;
}

/** Storage that counts which segments are read. */
function counting(inner: MemoryStorage): { readonly storage: Storage; readonly segments: () => number } {
  let segments = 0;
  const get: Storage["get"] = async (name, options) => {
    if (name.startsWith("index/")) segments++;
    return await inner.get(name, options);
  };
  const storage = new Proxy(inner, {
    get: (target, property) => {
      if (property === "get") return get;
      const value: unknown = Reflect.get(target, property);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return { storage, segments: () => segments };
}

test("an index beyond its memory is kept in runs, from which the next program opens it without reading segments", async () => {
  const folder = join(root, "kept");
  const storage = await vaultWith(4);
  {
    await using vault = await openLocal(storage, folder);
    await assertAllThere(vault, 4);
  }
  assert.ok(runs(folder).length > 0);
  const counted = counting(storage);
  await using vault = await openLocal(counted.storage, folder, 3);
  await assertAllThere(vault, 4);
  assert.equal(counted.segments(), 0);
});

test("who opens a vault is told how far the reading of its segments is, and nothing where none is read", async () => {
  const folder = join(root, "told");
  const storage = await vaultWith(3);
  let bytes = 0;
  for await (const { sizeBytes } of storage.list("index/")) bytes += sizeBytes;
  const told: IndexProgress[] = [];
  const onProgress = (progress: IndexProgress): void => {
    told.push(progress);
  };
  {
    await using vault = await openLocal(storage, folder, 2, { onProgress });
    await using _ = await vault.openSession();
  }
  assert.equal(told.length, 3, "one a segment");
  assert.ok(told.every(({ doing, totalBytes }) => doing === "reading" && totalBytes === bytes));
  assert.deepEqual(
    told.map(({ doneBytes }) => doneBytes),
    told.map(({ doneBytes }) => doneBytes).toSorted((some, other) => some - other),
  );
  assert.equal(told.at(-1)?.doneBytes, bytes);
  told.length = 0;
  await using vault = await openLocal(storage, folder, 3, { onProgress });
  await using _ = await vault.openSession();
  assert.deepEqual(told, []);
});

test("what another program added is read, and nothing else", async () => {
  const folder = join(root, "added");
  const storage = await vaultWith(3);
  {
    await using vault = await openLocal(storage, folder);
    await using _ = await vault.openSession();
  }
  {
    await using other = await openLocal(storage, join(root, "other"), 4);
    await backUp(other, { disk: someBytes(4, 1_000_000) });
  }
  const counted = counting(storage);
  await using vault = await openLocal(counted.storage, folder, 5);
  await assertAllThere(vault, 4);
  assert.ok(counted.segments() <= 2, `${counted.segments()} segments`);
});

test("after a prune what it removed is unknown, also to a program that has the runs of before", async () => {
  const folder = join(root, "pruned");
  const storage = await vaultWith(3);
  await using vault = await openLocal(storage, folder);
  await assertAllThere(vault, 3);
  const points = await Array.fromAsync(vault.points());
  for (const { id } of points.slice(0, 2)) {
    await vault.trash(id, { until: Temporal.Instant.from("2020-01-01T00:00:00Z") });
  }
  const report = await vault.prune();
  assert.ok(report.packsDropped > 0);
  const point = await backUp(vault, { disk: someBytes(1, 1_000_000) });
  await using fresh = await openLocal(storage, join(root, "fresh"), 6);
  assert.deepEqual(await bringBack(fresh, point.files[0] as never), someBytes(1, 1_000_000));
  assert.deepEqual((await fresh.verify({ readDataPercent: 100 })).damaged, []);
});

test("a run with a damaged byte costs its segments, and neither a chunk nor a restore", async () => {
  const random = new SeededEntropy(20261122);
  const storage = await vaultWith(3);
  for (let round = 0; round < 5; round++) {
    const folder = join(root, `damaged-${round}`);
    {
      await using vault = await openLocal(storage, folder, 7 + round);
      await using _ = await vault.openSession();
    }
    for (const name of runs(folder)) {
      const path = join(folder, name);
      const bytes = readFileSync(path);
      for (let page = 0; page < bytes.length; page += 4096) {
        if (random.below(3) > 0) continue;
        const at = page + random.below(4096);
        bytes[at] = (bytes[at] as number) ^ (1 + random.below(255));
      }
      writeFileSync(path, bytes);
    }
    await using vault = await openLocal(storage, folder, 50 + round);
    for await (const { id } of vault.points()) {
      const [file] = (await vault.findPoint(id)).files;
      assert.ok(file !== undefined);
      await bringBack(vault, file);
    }
    await using session = await vault.openSession();
    const file = await storeBytes(session, "disk", someBytes(2, 1_000_000));
    const point = await session.commit(draftOf([file]));
    await using fresh = await openLocal(storage, join(root, `after-${round}`), 90 + round);
    assert.deepEqual(await bringBack(fresh, point.files[0] as never), someBytes(2, 1_000_000));
    const plan = await fresh.planRemoval(new Set());
    assert.equal(plan.lostChunks, 0);
  }
});

test("`verify()` holds an index in runs against the segments, whatever became of the runs", async () => {
  const folder = join(root, "verified");
  const storage = await vaultWith(2);
  {
    await using vault = await openLocal(storage, folder);
    await using _ = await vault.openSession();
  }
  for (const name of runs(folder)) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    bytes[4096 + 20] = (bytes[4096 + 20] as number) ^ 1;
    writeFileSync(path, bytes);
  }
  await using vault = await openLocal(storage, folder, 8);
  assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
});

test("programs share a folder: each finds everything, none waits, and what one wrote the next one uses", async () => {
  const folder = join(root, "shared");
  const storage = await vaultWith(2);
  await Promise.all(
    [10, 11, 12].map(async (seed) => {
      await using vault = await openLocal(storage, folder, seed);
      await backUp(vault, { disk: someBytes(seed, 1_000_000) });
    }),
  );
  const counted = counting(storage);
  await using vault = await openLocal(counted.storage, folder, 13);
  await assertAllThere(vault, 2);
  assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
});

test("a folder that cannot be used leaves the index in memory", async () => {
  const file = join(root, "no-folder");
  writeFileSync(file, "a file");
  await using vault = await openLocal(await vaultWith(1), file);
  await assertAllThere(vault, 1);
});

test("what cannot be kept leaves no draft behind, while its program goes on", async () => {
  const storage = await vaultWith(1);
  const folder = mkdtempSync(join(root, "folder-"));
  await using vault = await openLocal(storage, folder);
  await vault.planRemoval(new Set());
  const [vaultFolder] = readdirSync(folder);
  const gone = join(folder, vaultFolder ?? "", "gone.json");
  rmSync(gone, { force: true });
  mkdirSync(join(gone, "in the way"), { recursive: true });
  await vault.planRemoval(new Set());
  const drafts = readdirSync(join(gone, "..")).filter((name) => name.endsWith(".draft"));
  assert.deepEqual(drafts, []);
});

test("who opens a vault with many runs begins to merge them beside, and finds everything meanwhile and afterwards", {
  timeout: 120_000,
}, async () => {
  const folder = join(root, "beside");
  const storage = await vaultWith(1);
  const more = { mergedAtOnce: 0 };
  const others = `00ff.${process.ppid}.merge.draft`; // as long as it is there, nobody else begins
  for (let seed = 100; seed < 109; seed++) {
    await using vault = await openLocal(storage, folder, seed, more);
    await backUp(vault, { disk: someBytes(seed, 400_000) });
    const [inner = ""] = readdirSync(folder);
    writeFileSync(join(folder, inner, others), "");
  }
  const before = runs(folder).length;
  assert.ok(before > 8, `${before} runs`);
  const [inner = ""] = readdirSync(folder);
  rmSync(join(folder, inner, others));
  const { promise: merged, resolve } = Promise.withResolvers<void>();
  using watcher = new DisposableStack();
  watcher.adopt(
    watch(join(folder, inner), () => {
      if (runs(folder).length < before) resolve();
    }),
    (each) => {
      each.close();
    },
  );
  await using vault = await openLocal(storage, folder, 110, more);
  await assertAllThere(vault, 1);
  await merged;
  await assertAllThere(vault, 1);
  await using next = await openLocal(storage, folder, 111, more);
  await assertAllThere(next, 1);
});

test("the plan of a removal is the same by runs as in memory", async () => {
  const storage = await vaultWith(3);
  await using inMemory = await openVault({
    storage,
    clock: new FakeClock("2026-01-02T00:00:00Z"),
    entropy: new SeededEntropy(30),
    passphrase: TEST_PASSPHRASE,
    workers: 1,
  });
  await using local = await openLocal(storage, join(root, "plan"), 31);
  const [first] = await Array.fromAsync(inMemory.points());
  assert.ok(first !== undefined);
  for (const without of [new Set<never>(), new Set([first.id])]) {
    assert.deepEqual(await local.planRemoval(without), await inMemory.planRemoval(without));
  }
});

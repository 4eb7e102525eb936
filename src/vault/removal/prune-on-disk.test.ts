import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { type Storage, StorageFullError } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage, RecordingStorage } from "../../storage/testing/index.ts";
import type { LocalIndexOptions } from "../index/local-runs.ts";
import { openVault } from "../open-vault.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
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

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261123);
const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const root = mkdtempSync(join(tmpdir(), "stillpoint-prune-"));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

/** With no memory for an index and its marks. */
function onDisk(): LocalIndexOptions & { readonly folder: string } {
  return { folder: mkdtempSync(join(root, "index-")), memoryBytes: 0 };
}

async function open(storage: Storage, localIndex: LocalIndexOptions | undefined, seed = 5): Promise<Vault> {
  return await openVault({
    storage,
    clock: new FakeClock("2026-01-02T00:00:00Z"),
    entropy: new SeededEntropy(seed),
    passphrase: TEST_PASSPHRASE,
    workers: 1,
    localIndex,
  });
}

interface Stored {
  readonly point: RestorePoint;
  readonly disk: Uint8Array;
}

/** Disks that share parts with each other; some of what is stored is in two packs, since two sessions stored it at once. */
async function live(storage: Storage, seed: number, disks: number): Promise<readonly Stored[]> {
  const random = new SeededEntropy(seed);
  const { vault } = await createSmallVault(storage, { seed });
  await using first = vault;
  await using second = await open(storage, undefined, seed + 1);
  const disk = someBytes(seed, 300_000);
  const stored: Stored[] = [];
  for (let i = 0; i < disks; i++) {
    disk.set(random.bytes(60_000), random.below(240_000));
    const bytes = disk.slice();
    if (i % 2 === 0) stored.push({ point: await backUp(first, { disk: bytes }), disk: bytes });
    else stored.push(...(await storeTwice([first, second], bytes, random)));
  }
  return stored;
}

/** Two sessions that know nothing of each other store the same, each with something of its own. */
async function storeTwice(
  vaults: readonly Vault[],
  common: Uint8Array,
  random: SeededEntropy,
): Promise<readonly Stored[]> {
  const sessions = await Promise.all(vaults.map(async (vault) => await vault.openSession()));
  const stored: Stored[] = [];
  for (const session of sessions) {
    const disk = Uint8Array.from([...common, ...random.bytes(20_000)]);
    const files = [await storeBytes(session, "disk", disk)];
    stored.push({ point: await session.commit(draftOf(files)), disk });
  }
  for (const session of sessions) await session[Symbol.asyncDispose]();
  return stored;
}

async function assertBack(vault: Vault, stays: readonly Stored[]): Promise<void> {
  for (const { point, disk } of stays) {
    const [file] = (await vault.findPoint(point.id)).files;
    assert.ok(file !== undefined);
    assert.equal(Buffer.compare(await bringBack(vault, file), disk), 0, point.id);
  }
  assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
}

/** Every other restore point, as chance wills. */
async function trashSome(vault: Vault, stored: readonly Stored[], seed: number): Promise<readonly Stored[]> {
  const random = new SeededEntropy(seed);
  const goes = new Set(stored.filter(() => random.below(2) === 0));
  for (const { point } of goes) await vault.trash(point.id, { until: PAST });
  return stored.filter((each) => !goes.has(each));
}

function runsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".run"));
}

/** Files without a name that somebody forgot to close, where the system tells of them. */
function openDrafts(): readonly string[] {
  if (process.platform !== "linux") return [];
  const files = readdirSync("/proc/self/fd").map((number) => {
    try {
      return readlinkSync(`/proc/self/fd/${number}`);
    } catch {
      return ""; // that of the listing itself
    }
  });
  return files.filter((path) => path.startsWith(root) && path.includes(".draft"));
}

describe("Vault.prune() with its index on the local disk", () => {
  for (const [i, moveBelow] of [0.5, 1].entries()) {
    const seed = SEED + 10 * i;
    test(`leaves the same as in memory, where a pack of which less than ${moveBelow} is needed is moved (seed ${seed})`, async () => {
      const storage = new MemoryStorage();
      const stored = await live(storage, seed, 6);
      let stays: readonly Stored[];
      {
        await using vault = await open(storage, undefined);
        stays = await trashSome(vault, stored, seed);
      }
      const reports = [];
      const names = [];
      for (const local of [undefined, onDisk()]) {
        const copy = storage.clone();
        {
          await using vault = await open(copy, local);
          reports.push(await vault.prune({ moveBelow }));
          await assertBack(vault, stays);
        }
        await using fresh = await open(copy, undefined, 6);
        await assertBack(fresh, stays);
        names.push(copy.names().filter((name) => !name.startsWith("index/")));
        if (local !== undefined) assert.ok(runsIn(local.folder).length > 0, "there are runs");
      }
      assert.ok((reports[0]?.packsDropped ?? 0) > 0, "something goes");
      assert.deepEqual(reports[1], reports[0]);
      assert.deepEqual(names[1], names[0]);
    });
  }

  test("plans there what it plans in memory", async () => {
    const storage = new MemoryStorage();
    const stored = await live(storage, SEED + 1, 5);
    const without = new Set(stored.slice(0, 2).map(({ point }) => point.id));
    const plans = [];
    for (const local of [undefined, onDisk()]) {
      await using vault = await open(storage, local);
      plans.push(await vault.planRemoval(without));
    }
    assert.deepEqual(plans[1], plans[0]);
    assert.equal(plans[0]?.lostChunks, 0);
  });

  test("loses nothing, wherever a run was damaged since", async () => {
    const storage = new MemoryStorage();
    const stored = await live(storage, SEED + 2, 4);
    const random = new SeededEntropy(SEED);
    for (let round = 0; round < 5; round++) {
      const copy = storage.clone();
      const local = onDisk();
      await using vault = await open(copy, local);
      const stays = await trashSome(vault, stored, SEED + round);
      await vault.planRemoval(new Set()); // makes the runs
      for (const name of runsIn(local.folder)) {
        const bytes = readFileSync(join(local.folder, name));
        const at = 4096 + random.below(bytes.length - 4096); // with its first page it would be no run
        bytes[at] = (bytes[at] as number) ^ 1;
        writeFileSync(join(local.folder, name), bytes);
      }
      const { removedPoints } = await vault.prune({ moveBelow: 0.9 });
      assert.equal(removedPoints, stored.length - stays.length, "however often it began again");
      await using fresh = await open(copy, undefined, 6);
      await assertBack(fresh, stays);
    }
    assert.deepEqual(openDrafts(), []);
  });

  test("keeps a pack that two runs hold: two programs named it, and each kept what it had read", async () => {
    const storage = new MemoryStorage();
    const { vault } = await createSmallVault(storage, { seed: SEED });
    const disk = someBytes(SEED, 300_000);
    const point = await backUp(vault, { disk });
    await vault[Symbol.asyncDispose]();
    const [segment] = storage.names().filter((name) => name.startsWith("index/"));
    assert.ok(segment !== undefined);
    const other = storage.clone(); // where the footers are all that is left, somebody names the packs again
    await other.delete(segment);
    {
      await using reader = await open(other, undefined, 7);
      await using _session = await reader.openSession();
    }
    const local = onDisk();
    for (const seen of [storage.clone(), other]) {
      const its = onDisk();
      await using reader = await open(seen, its, 8);
      await reader.planRemoval(new Set()); // makes a run
      for (const name of runsIn(its.folder)) {
        mkdirSync(join(local.folder, dirname(name)), { recursive: true });
        copyFileSync(join(its.folder, name), join(local.folder, name));
      }
    }
    const named = other.names().filter((name) => name.startsWith("index/"));
    assert.deepEqual([runsIn(local.folder).length, named.length], [2, 1]);
    for (const name of named) await storage.put(name, [await other.get(name)]);
    for (const [moveBelow, packs] of [
      [0.5, 0],
      [1, 2], // a pack's header is never needed
    ] as const) {
      await using pruner = await open(storage, local, 9);
      const plan = await pruner.planRemoval(new Set());
      assert.equal(plan.bytesFreed, 0);
      const { packsDropped, packsMoved } = await pruner.prune({ moveBelow });
      assert.deepEqual([packsDropped, packsMoved], [0, packs]);
      await using fresh = await open(storage, undefined, 10);
      await assertBack(fresh, [{ point, disk }]);
    }
  });

  test("prunes all the same where its folder takes nothing", async () => {
    const storage = new MemoryStorage();
    const stored = await live(storage, SEED + 3, 4);
    const local = onDisk();
    await using vault = await open(storage, local);
    const stays = await trashSome(vault, stored, SEED);
    const { folder } = local;
    await vault.planRemoval(new Set());
    const [vaultFolder] = readdirSync(folder);
    assert.ok(vaultFolder !== undefined);
    rmSync(join(folder, vaultFolder), { recursive: true });
    writeFileSync(join(folder, vaultFolder), "in the way");
    const { packsDropped } = await vault.prune();
    assert.ok(packsDropped > 0);
    await assertBack(vault, stays);
  });

  test("frees what it can on a full storage, also when its index turns out damaged then", async () => {
    const inner = new MemoryStorage();
    const { vault: writer } = await createSmallVault(inner, { seed: SEED });
    const disks = [1, 2, 3].map((i) => someBytes(SEED + i, 200_000));
    const [whole, half, useless] = disks as [Uint8Array, Uint8Array, Uint8Array];
    const goes = [await backUp(writer, { disk: half }), await backUp(writer, { disk: useless })];
    const disk = Uint8Array.from([...half.subarray(0, 12 * 4096), ...whole]); // whole chunks
    const point = await backUp(writer, { disk });
    await writer[Symbol.asyncDispose]();
    const local = onDisk();
    const storage = new FaultyStorage(inner, [
      {
        on: "put",
        prefix: "packs/",
        effect: {
          kind: "fail",
          error: () => {
            for (const name of runsIn(local.folder)) {
              const bytes = readFileSync(join(local.folder, name));
              bytes[5000] = (bytes[5000] as number) ^ 1; // chunks
              writeFileSync(join(local.folder, name), bytes);
            }
            return new StorageFullError("packs/");
          },
        },
      },
    ]);
    await using vault = await open(storage, local);
    for (const { id } of goes) await vault.trash(id, { until: PAST });
    const { bytesFreed, removedPoints } = await vault.prune();
    assert.ok(bytesFreed > 200_000, `only ${bytesFreed} bytes`);
    assert.equal(removedPoints, 2, "by the attempt that failed first");
    storage.verifyAllFaultsExercised();
    await assertBack(vault, [{ point, disk }]);
  });

  test("may be killed at any write, and the next one ends it", async () => {
    const storage = new RecordingStorage();
    const stored = await live(storage, SEED + 4, 3);
    const local = onDisk();
    let begun = 0;
    let stays: readonly Stored[] = [];
    {
      await using vault = await open(storage, local);
      stays = await trashSome(vault, stored, SEED);
      assert.ok(stays.length > 0 && stays.length < stored.length);
      begun = storage.calls.length;
      const { packsMoved, packsDropped } = await vault.prune({ moveBelow: 1 });
      assert.ok(packsMoved > 0 && packsDropped > 0, `${packsMoved} were moved, ${packsDropped} dropped`);
    }
    for (let count = begun; count <= storage.calls.length; count++) {
      const left = storage.prefix(count);
      await using vault = await open(left, local, count); // the runs of the killed one are there
      await vault.prune({ moveBelow: 1, staleAfterMs: -Number.MAX_SAFE_INTEGER });
      await assertBack(vault, stays);
      for (const prefix of ["doomed/", "awaited/", "leases/"]) {
        for await (const { name } of left.list(prefix)) assert.fail(`${name} is left after write ${count}`);
      }
    }
  });
});

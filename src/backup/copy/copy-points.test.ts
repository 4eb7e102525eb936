import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError, noEvents, type RunEvent } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { StorageFullError } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import {
  type RestorePoint,
  type RestorePointSummary,
  type Vault,
  VaultDamagedError,
} from "../../vault/index.ts";
import { backUp, createSmallVault, draftOf } from "../../vault/testing/index.ts";
import { CopySameVaultError, CopySourceDamagedError } from "../errors.ts";
import { type CopyPointsOptions, copyPoints } from "./copy-points.ts";
import { originKey, originOf } from "./origin.ts";

const MACHINE = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C", name: "web01" };

/** Two vaults of different keys, the first with restore points of noise, an hour apart. */
async function scene(points: number): Promise<AsyncDisposableStack & Scene> {
  const stack = new AsyncDisposableStack();
  const clock = new FakeClock("2026-04-01T00:00:00Z");
  const storage = new MemoryStorage();
  const [source, target] = [
    stack.use((await createSmallVault(storage, { seed: 1, clock })).vault),
    stack.use((await createSmallVault(new MemoryStorage(), { seed: 2, clock, chunkBytes: 8192 })).vault),
  ];
  for (let at = 0; at < points; at++) {
    await backUp(source, { "a.bin": new SeededEntropy(at).bytes(40_000) });
    clock.advance(3_600_000);
  }
  const listed = await Array.fromAsync(source.points());
  return Object.assign(stack, { source, target, storage, listed });
}

interface Scene {
  readonly source: Vault;
  readonly target: Vault;
  readonly storage: MemoryStorage;
  readonly listed: readonly RestorePointSummary[];
}

function optionsOf({ source, target, listed }: Scene): CopyPointsOptions {
  return { source, target, points: listed, known: new Map(), events: noEvents, run: "copying" };
}

test("`copyPoints()` tells of progress that never goes back, and of each copy when it is committed", async () => {
  await using place = await scene(2);
  const events: RunEvent[] = [];
  const told: string[] = [];
  const outcome = await copyPoints({
    ...optionsOf(place),
    events: (event) => events.push(event),
    onCopied: async (origin, id) => {
      told.push(origin.point);
      assert.equal((await place.target.findPoint(id)).copyOf?.point, origin.point);
    },
  });
  assert.deepEqual(
    told,
    place.listed.map(({ id }) => id),
  );
  assert.equal(outcome.copied.length, 2);
  const done = events.flatMap((event) => (event.type === "step-progress" ? [event.doneBytes] : []));
  assert.deepEqual(
    done,
    done.toSorted((a, b) => a - b),
  );
  assert.equal(done.at(-1), 80_000);
});

test("`copyPoints()` goes on behind damage with a new session, and names it", async () => {
  await using place = await scene(3);
  const { source } = place;
  const broken = place.listed[1]?.id;
  const openFile: Vault["openFile"] = async (file) => {
    const reader = await source.openFile(file);
    const of = await source.findPoint(broken ?? "");
    if (file.recipe.root !== of.files[0]?.recipe.root) return reader;
    reader.read = async (target, offset) => {
      await Promise.resolve();
      if (offset + target.length > 30_000) throw new VaultDamagedError("packs/00/00", "it is gone");
      target.fill(1);
    };
    return reader;
  };
  const readPoint: Vault["readPoint"] = async (point) => await source.readPoint(point);
  const reading = { facts: source.facts, readPoint, openFile };
  const outcome = await copyPoints({ ...optionsOf(place), source: reading });
  assert.equal(outcome.copied.length, 2);
  const [failure] = outcome.failed;
  assert.ok(failure?.error instanceof CopySourceDamagedError);
  assert.deepEqual([failure.id, failure.error.object, failure.error.path], [broken, "packs/00/00", "a.bin"]);
  const verified = await place.target.verify({ readDataPercent: 100 });
  assert.deepEqual([verified.points, verified.damaged], [2, []]);
});

test("`copyPoints()` takes what a prune removes while it is read for gone, not for damaged", async () => {
  await using place = await scene(2);
  const { source, storage } = place;
  const [going] = place.listed;
  const openFile: Vault["openFile"] = async (file) => {
    const isIts =
      file.recipe.root === (await source.readPoint(going ?? assert.fail()))?.files[0]?.recipe.root;
    if (isIts) {
      await source.trash(going?.id ?? assert.fail(), {
        until: Temporal.Instant.from("2020-01-01T00:00:00Z"),
      });
      await source.prune();
    }
    return await source.openFile(file);
  };
  const readPoint: Vault["readPoint"] = async (point) => await source.readPoint(point);
  const reading = { facts: source.facts, readPoint, openFile };
  const outcome = await copyPoints({ ...optionsOf(place), source: reading });
  assert.deepEqual(
    outcome.skipped.map(({ point, because }) => [point.id, because]),
    [[going?.id, "gone"]],
  );
  assert.deepEqual([outcome.failed, outcome.copied.length], [[], 1]);
  assert.equal(storage.names().filter((name) => name.startsWith("points/")).length, 1);
  assert.equal((await place.target.verify({ readDataPercent: 100 })).points, 1);
});

test("`copyPoints()` lists the restore points of its source no more, however many it copies", async () => {
  await using place = await scene(3);
  const { source } = place;
  const listed = Array.fromAsync(place.storage.list("points/"));
  assert.equal((await listed).length, 3);
  const list = place.storage.list.bind(place.storage);
  const prefixes: string[] = [];
  place.storage.list = (prefix, options) => {
    prefixes.push(prefix);
    return list(prefix, options);
  };
  assert.equal((await copyPoints({ ...optionsOf(place), source })).copied.length, 3);
  assert.ok(!prefixes.includes("points/"), prefixes.join());
});

test("`copyPoints()` counts a copy as copied although it cannot be remembered", async () => {
  await using place = await scene(2);
  const notes: string[] = [];
  const outcome = await copyPoints({
    ...optionsOf(place),
    events: (event) => event.type === "step-note" && notes.push(event.message),
    onCopied: async () => await Promise.reject(new Error("the state folder is full")),
  });
  assert.deepEqual([outcome.copied.length, outcome.failed], [2, []]);
  assert.deepEqual(notes, Array(2).fill("the state folder is full"));
});

test("`copyPoints()` ends where nothing more can be stored, and gives the rest the same error", async () => {
  await using place = await scene(3);
  let sessions = 0;
  const target = {
    facts: place.target.facts,
    async openSession(): Promise<never> {
      sessions++;
      throw await Promise.resolve(new StorageFullError("Cannot put an object: it is full"));
    },
  };
  const outcome = await copyPoints({ ...optionsOf(place), target });
  assert.equal(sessions, 1);
  assert.equal(outcome.failed.length, 3);
  for (const { error } of outcome.failed) assert.equal(error, outcome.endedBy);
});

test("`copyPoints()` begins nothing once it is interrupted, and refuses a vault as its own target", async () => {
  await using place = await scene(1);
  const outcome = await copyPoints({ ...optionsOf(place), signal: AbortSignal.abort() });
  assert.ok(outcome.endedBy instanceof InterruptedError);
  assert.deepEqual(await Array.fromAsync(place.target.points()), []);
  const itself = { ...optionsOf(place), target: place.source };
  await assert.rejects(async () => await copyPoints(itself), CopySameVaultError);
});

test("`originOf()` follows copies of copies to the first, and does not believe a write-only host", () => {
  const copyOf = { vault: "first", point: "0".repeat(32), time: "2026-01-01T00:00:00Z" };
  const draft = draftOf([], MACHINE);
  const id = "f".repeat(32) as RestorePoint["id"];
  const point = { ...draft, id, time: "2026-02-01T00:00:00Z", bytes: 0 };
  const key = (copied: RestorePointSummary): string => originKey(originOf(copied, "SECOND"));
  assert.equal(key(point), `second/${id}`);
  assert.equal(key({ ...point, copyOf }), `first/${copyOf.point}`);
  assert.equal(key({ ...point, copyOf, storedBy: "ab" }), `second/${id}`);
});

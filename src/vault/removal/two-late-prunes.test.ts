import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import type { Storage, StorageCallOptions, StoredObject } from "../../storage/index.ts";
import { openVault } from "../open-vault.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import {
  bringBack,
  createSmallVault,
  draftOf,
  HookedClock,
  LATE_MS,
  LateStorage,
  openSmallVault,
  someBytes,
  storeBytes,
  TEST_PASSPHRASE,
} from "../testing/index.ts";
import type { Vault } from "../vault.ts";

/** Each takes the other for dead, so that no lease keeps them apart. */
const ALL_ARE_DEAD = { staleAfterMs: -Number.MAX_SAFE_INTEGER };
const disk = someBytes(1, 60_000);

interface View {
  /** Segments in the other order, so that of two places of a chunk the other one is counted on. */
  readonly isReversed?: true;
  readonly before: (on: "put" | "delete", name: string) => Promise<void>;
}

/** What one program has of the storage. */
function viewOf(storage: LateStorage, { isReversed, before }: View): Storage {
  return {
    location: storage.location,
    traits: storage.traits,
    get: async (name, options) => await storage.get(name, options),
    stat: async (name) => await storage.stat(name),
    list: (prefix, options) => listed(storage, { prefix, isReversed, options }),
    put: async (name, parts) => {
      await before("put", name);
      await storage.put(name, parts);
    },
    delete: async (name) => {
      await before("delete", name);
      await storage.delete(name);
    },
    [Symbol.asyncDispose]: async () => await storage[Symbol.asyncDispose](),
  };
}

async function* listed(
  storage: LateStorage,
  by: {
    readonly prefix: string;
    readonly isReversed: true | undefined;
    readonly options: StorageCallOptions | undefined;
  },
): AsyncIterable<StoredObject> {
  const objects = await Array.fromAsync(storage.list(by.prefix, by.options));
  yield* by.isReversed && by.prefix === "index/" ? objects.toReversed() : objects;
}

async function openView(storage: Storage, clock: HookedClock, seed: number): Promise<Vault> {
  const entropy = new SeededEntropy(seed);
  return await openVault({ storage, clock, entropy, passphrase: TEST_PASSPHRASE, workers: 1 });
}

interface Scene {
  readonly clock: HookedClock;
  readonly storage: LateStorage;
  readonly points: readonly RestorePoint[];
}

/** Everything is in two packs, since two sessions stored it at once: each of two prunes may count on another one. */
async function scene(): Promise<Scene> {
  const clock = new HookedClock("2026-01-02T00:00:00Z");
  const storage = new LateStorage(clock, ["packs/", "index/", "leases/"]);
  await using vault = (await createSmallVault(storage, { clock })).vault;
  clock.advance(10 * LATE_MS);
  await using other = await openView(storage, clock, 7);
  const sessions = [await vault.openSession(), await other.openSession()];
  const points: RestorePoint[] = [];
  for (const session of sessions)
    points.push(await session.commit(draftOf([await storeBytes(session, "disk", disk)])));
  for (const session of sessions) await session[Symbol.asyncDispose]();
  clock.advance(10 * LATE_MS);
  return { clock, storage, points };
}

async function assertKept({ clock, storage, points }: Scene): Promise<void> {
  for (let prune = 0; prune < 2; prune++) {
    clock.advance(10 * LATE_MS);
    await using vault = await openSmallVault(storage, { seed: 20 + prune, clock });
    for (const { id } of points) {
      const [file] = (await vault.findPoint(id)).files;
      assert.equal(Buffer.compare(await bringBack(vault, file ?? assert.fail()), disk), 0, id);
    }
    assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
    await vault.prune(ALL_ARE_DEAD);
  }
}

describe("two prunes where listings are late, each of which counts on what the other one dooms", () => {
  test("lose nothing when both put their lists before either is listed, and neither has deleted when the other looks", async () => {
    const place = await scene();
    const { clock, storage } = place;
    const [secondAtList, secondAtDeletion] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const firstAtDeletion = Promise.withResolvers<void>();
    let second: Promise<unknown> | undefined;
    let lists = 0;
    const secondView = viewOf(storage, {
      isReversed: true,
      before: async (on, name) => {
        if (on === "put" && name.startsWith("doomed/") && lists++ === 0) secondAtList.resolve();
        if (on !== "delete" || !name.startsWith("packs/")) return;
        secondAtDeletion.resolve();
        await firstAtDeletion.promise;
      },
    });
    await using other = await openView(secondView, clock, 12);
    const firstView = viewOf(storage, {
      before: async (on, name) => {
        if (on === "put" && name.startsWith("doomed/") && second === undefined) {
          second = other.prune(ALL_ARE_DEAD).finally(secondAtDeletion.resolve);
          await secondAtList.promise;
        }
        if (on !== "delete" || !name.startsWith("packs/")) return;
        firstAtDeletion.resolve();
        await secondAtDeletion.promise;
      },
    });
    await using one = await openView(firstView, clock, 11);
    await one.prune(ALL_ARE_DEAD).finally(firstAtDeletion.resolve);
    await second;
    assert.equal(lists, 1, "the second one doomed something too");
    await assertKept(place);
  });

  test("lose nothing when one is through a moment before the other looks for its list", async () => {
    const place = await scene();
    const { clock, storage } = place;
    const [atDeletion, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await using one = await openView(
      viewOf(storage, {
        before: async (on, name) => {
          if (on !== "delete" || !name.startsWith("packs/")) return;
          atDeletion.resolve();
          await goesOn.promise;
        },
      }),
      clock,
      11,
    );
    let first: Promise<unknown> | undefined;
    const slow = viewOf(storage, {
      isReversed: true,
      before: async (on, name) => {
        if (on !== "put" || !name.startsWith("doomed/") || first !== undefined) return;
        first = one.prune(ALL_ARE_DEAD); // it looks, and finds no other list
        await atDeletion.promise;
        const act = async (): Promise<void> => {
          goesOn.resolve();
          await first;
        };
        clock.during = { ms: LATE_MS - 1, act };
      },
    });
    await using other = await openView(slow, clock, 12);
    await other.prune(ALL_ARE_DEAD);
    assert.ok(first !== undefined);
    await assertKept(place);
  });
});

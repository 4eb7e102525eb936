import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ListsIncompletely } from "../../../test/model/lists-incompletely.ts";
import { type Storage, StorageFullError, type StoredObject } from "../../storage/index.ts";
import { FaultyStorage, MemoryStorage } from "../../storage/testing/index.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  draftOf,
  openSmallVault,
  someBytes,
  storeBytes,
} from "../testing/index.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const NO_LIMIT = { staleAfterMs: Number.MAX_SAFE_INTEGER };
const disk = someBytes(1, 200_000);

const namesOf = (storage: MemoryStorage, prefix: string): readonly string[] =>
  storage.names().filter((name) => name.startsWith(prefix));

/** A list that names packs which a session relied on that committed while the list waited for it. */
async function scene(storage: MemoryStorage): Promise<{ point: RestorePoint; doomed: readonly string[] }> {
  await using vault = (await createSmallVault(storage)).vault;
  await using other = await openSmallVault(storage, { seed: 9 });
  const old = await backUp(vault, { disk });
  const doomed = namesOf(storage, "packs/");
  const session = await other.openSession();
  const file = await storeBytes(session, "disk", disk);
  await vault.trash(old.id, { until: PAST });
  assert.equal((await vault.prune(NO_LIMIT)).waitingFor.length, 1);
  const point = await session.commit(draftOf([file]));
  await session[Symbol.asyncDispose]();
  return { point, doomed };
}

async function assertKept(storage: MemoryStorage, { id }: RestorePoint): Promise<void> {
  await using vault = await openSmallVault(storage, { seed: 40 });
  const [file] = (await vault.findPoint(id)).files;
  assert.equal(Buffer.compare(await bringBack(vault, file ?? assert.fail()), disk), 0);
  assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
}

/** The one with the disk's content, not its chunk lists. */
function largestOf(storage: MemoryStorage, packs: readonly string[]): string {
  return packs.toSorted((a, b) => storage.peek(b).length - storage.peek(a).length)[0] ?? assert.fail();
}

describe("a prune that finds a list whose packs a session has committed to meanwhile", () => {
  test("keeps them where there is no room to move anything, and moves them when there is", async () => {
    const storage = new MemoryStorage();
    const { point } = await scene(storage);
    storage.capacityBytes = storage.usedBytes + 5000;
    {
      await using full = await openSmallVault(storage, { seed: 5 });
      await assert.rejects(full.prune(NO_LIMIT), StorageFullError);
    }
    storage.capacityBytes = Number.POSITIVE_INFINITY;
    await assertKept(storage, point);
    await using roomy = await openSmallVault(storage, { seed: 6 });
    await roomy.prune(NO_LIMIT);
    await assertKept(storage, point);
    assert.deepEqual(namesOf(storage, "doomed/"), []);
  });

  test("keeps them where something else goes without room first", async () => {
    const storage = new MemoryStorage();
    const { point } = await scene(storage);
    {
      await using vault = await openSmallVault(storage, { seed: 4 });
      const useless = await backUp(vault, { disk: someBytes(3, 20_000) });
      await vault.trash(useless.id, { until: PAST });
    }
    storage.capacityBytes = storage.usedBytes + 5000;
    {
      await using full = await openSmallVault(storage, { seed: 5 });
      await assert.rejects(full.prune(NO_LIMIT), StorageFullError);
    }
    storage.capacityBytes = Number.POSITIVE_INFINITY;
    await assertKept(storage, point);
    await using roomy = await openSmallVault(storage, { seed: 6 });
    await roomy.prune(NO_LIMIT);
    await assertKept(storage, point);
  });

  test("keeps those that do not open, and what names them, until they do", async () => {
    const storage = new MemoryStorage();
    const { point, doomed } = await scene(storage);
    const pack = largestOf(storage, doomed);
    const sound = storage.peek(pack).slice();
    const damaged = sound.slice();
    damaged[900] = (damaged[900] as number) ^ 1;
    storage.replace(pack, damaged);
    for (const seed of [5, 6, 7]) {
      await using vault = await openSmallVault(storage, { seed });
      const { damaged: told } = await vault.prune(NO_LIMIT);
      assert.deepEqual(
        told.map(({ object }) => object),
        [pack],
      );
      assert.ok(namesOf(storage, "packs/").includes(pack));
    }
    storage.replace(pack, sound); // the storage has it back
    await assertKept(storage, point);
    await using vault = await openSmallVault(storage, { seed: 8 });
    await vault.prune(NO_LIMIT);
    await assertKept(storage, point);
  });

  test("keeps those that one of its listings leaves out, whichever", async () => {
    const before = new MemoryStorage();
    const { point, doomed } = await scene(before);
    const whole = new ListsIncompletely(before.clone());
    {
      await using vault = await openSmallVault(whole.storage, { seed: 5 });
      await vault.prune(NO_LIMIT);
    }
    const omissions = whole.listings.flatMap((names, listing) =>
      doomed.filter((name) => names.includes(name)).map((name) => ({ listing, name })),
    );
    assert.ok(omissions.length >= 2 * doomed.length, "they are listed twice at least");
    for (const omission of omissions) {
      const storage = before.clone();
      await using vault = await openSmallVault(new ListsIncompletely(storage, omission).storage, { seed: 5 });
      await vault.prune(NO_LIMIT);
      await assertKept(storage, point);
    }
  });

  test("keeps what none of its listings has, and goes on where they have it again", async () => {
    const storage = new MemoryStorage();
    const { point, doomed } = await scene(storage);
    const left = largestOf(storage, doomed);
    {
      await using vault = await openSmallVault(without(storage, left), { seed: 5 });
      await vault.prune(NO_LIMIT);
    }
    await assertKept(storage, point);
    await using vault = await openSmallVault(storage, { seed: 6 });
    await vault.prune(NO_LIMIT);
    await assertKept(storage, point);
    assert.deepEqual([namesOf(storage, "doomed/"), namesOf(storage, "packs/").includes(left)], [[], false]);
  });

  test("takes what does not open from its other place, which goes too, when it was committed while it ran", async () => {
    for (const which of [0, 1]) {
      const storage = new MemoryStorage();
      await using vault = (await createSmallVault(storage)).vault;
      await using other = await openSmallVault(storage, { seed: 9 });
      const twice = [await vault.openSession(), await other.openSession()];
      const olds: RestorePoint[] = []; // two sessions that know nothing of each other: all is in two packs
      for (const session of twice)
        olds.push(await session.commit(draftOf([await storeBytes(session, "disk", disk)])));
      for (const session of twice) await session[Symbol.asyncDispose]();
      const copies = namesOf(storage, "packs/")
        .toSorted((a, b) => storage.peek(b).length - storage.peek(a).length)
        .slice(0, 2);
      const session = await other.openSession();
      const file = await storeBytes(session, "disk", disk);
      for (const { id } of olds) await vault.trash(id, { until: PAST });
      await vault.prune(NO_LIMIT);
      const damaged = storage.peek(copies[which] ?? "").slice();
      damaged[900] = (damaged[900] as number) ^ 1;
      storage.replace(copies[which] ?? "", damaged);
      let point: RestorePoint | undefined;
      const act = async (): Promise<void> => {
        point = await session.commit(draftOf([file]));
        await session[Symbol.asyncDispose]();
      };
      const hooked = new FaultyStorage(storage, [
        { on: "list", prefix: "doomed/", skip: 1, effect: { kind: "call-before", act } }, // it has looked what is needed
      ]);
      {
        await using pruner = await openSmallVault(hooked, { seed: 5 });
        await pruner.prune(NO_LIMIT);
      }
      await using fresh = await openSmallVault(storage, { seed: 6 });
      const [kept] = (await fresh.findPoint(point?.id ?? "none")).files;
      assert.equal(Buffer.compare(await bringBack(fresh, kept ?? assert.fail()), disk), 0);
    }
  });
});

/** A view in which one object is listed never. */
function without(storage: MemoryStorage, name: string): Storage {
  return new Proxy(storage, {
    get: (target, key) => {
      if (key === "list") return (prefix: string) => listedBut(target, { prefix, name });
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function* listedBut(
  storage: MemoryStorage,
  { prefix, name }: { readonly prefix: string; readonly name: string },
): AsyncIterable<StoredObject> {
  for await (const object of storage.list(prefix)) if (object.name !== name) yield object;
}

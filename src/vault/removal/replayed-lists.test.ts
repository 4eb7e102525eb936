import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { MemoryStorage } from "../../storage/testing/index.ts";
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
const disk = someBytes(1, 100_000);

describe("a list that was carried out and that somebody who may add puts again", () => {
  let storage: MemoryStorage;
  /** What was there while a prune waited, as a thief copied it: packs and segments that went, the list, and who was awaited. */
  let stolen: Map<string, Uint8Array>;

  const replay = async (...prefixes: readonly string[]): Promise<void> => {
    for (const [name, bytes] of stolen)
      if (prefixes.some((prefix) => name.startsWith(prefix)) && !storage.names().includes(name))
        await storage.put(name, [bytes]);
  };

  const assertKept = async ({ id }: RestorePoint): Promise<void> => {
    await using vault = await openSmallVault(storage, { seed: 40 });
    const [file] = (await vault.findPoint(id)).files;
    assert.equal(Buffer.compare(await bringBack(vault, file ?? assert.fail()), disk), 0);
    assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
  };

  beforeEach(async () => {
    storage = new MemoryStorage();
    await using vault = (await createSmallVault(storage)).vault;
    const old = await backUp(vault, { disk });
    const session = await vault.openSession();
    await vault.trash(old.id, { until: PAST });
    await vault.prune(NO_LIMIT);
    stolen = new Map(storage.names().map((name) => [name, storage.peek(name).slice()]));
    await session[Symbol.asyncDispose]();
    await vault.prune(NO_LIMIT);
    for (const prefix of ["packs/", "doomed/", "awaited/"])
      assert.ok(!storage.names().some((name) => name.startsWith(prefix)), prefix);
  });

  test("dooms what is gone, and goes at the next prune", async () => {
    await using vault = await openSmallVault(storage, { seed: 3 });
    const point = await backUp(vault, { disk });
    await replay("doomed/", "awaited/");
    await vault.prune();
    assert.ok(!storage.names().some((name) => name.startsWith("doomed/") || name.startsWith("awaited/")));
    await assertKept(point);
  });

  test("costs no restore point that relies on a pack which was put again before: what is needed moves", async () => {
    await replay("packs/");
    await using vault = await openSmallVault(storage, { seed: 3 });
    const packs = storage.names().filter((name) => name.startsWith("packs/"));
    const point = await backUp(vault, { disk });
    assert.deepEqual(
      storage.names().filter((name) => name.startsWith("packs/")),
      packs,
      "all of it is taken from the pack that was put again",
    );
    await replay("doomed/", "awaited/");
    await vault.prune();
    await assertKept(point);
  });

  for (const again of [false, true])
    test(`is not carried out beside a session that relies on such a pack${again ? ", however often it is put again" : ""}`, async () => {
      await replay("packs/");
      await using vault = await openSmallVault(storage, { seed: 3 });
      const session = await vault.openSession();
      const file = await storeBytes(session, "disk", disk);
      await replay("doomed/", "awaited/");
      for (const seed of [4, 5]) {
        await using other = await openSmallVault(storage, { seed });
        assert.equal((await other.prune(NO_LIMIT)).waitingFor.length, 1);
        if (again) await replay("doomed/", "awaited/");
      }
      const point = await session.commit(draftOf([file]));
      await session[Symbol.asyncDispose]();
      await assertKept(point);
      await vault.prune(NO_LIMIT);
      await assertKept(point);
      assert.ok(!storage.names().some((name) => name.startsWith("doomed/") || name.startsWith("awaited/")));
    });

  for (const { when, isCarriedOut } of [
    { when: "and carried out", isCarriedOut: true },
    { when: "and is still waiting", isCarriedOut: false },
  ])
    test(`costs a session nothing that is about to name such a pack when the list is put ${when}`, async () => {
      await replay("packs/");
      await using vault = await openSmallVault(storage, { seed: 3 });
      await using other = await openSmallVault(storage, { seed: 4 });
      const put = storage.put.bind(storage);
      let segments = 0;
      storage.put = async (name, ...rest) => {
        if (name.startsWith("index/") && ++segments === 1) {
          await replay("doomed/", "awaited/");
          if (isCarriedOut) await other.prune(NO_LIMIT);
        }
        await put(name, ...rest);
      };
      const session = await vault.openSession();
      storage.put = put;
      assert.equal(segments > 0, true, "the pack was named");
      const file = await storeBytes(session, "disk", disk);
      if (!isCarriedOut) await other.prune(NO_LIMIT);
      const point = await session.commit(draftOf([file]));
      await session[Symbol.asyncDispose]();
      await vault.prune(NO_LIMIT);
      await assertKept(point);
    });

  test("costs a session nothing that names such a pack while a prune that did not see its segment is about to delete it", async () => {
    await replay("packs/");
    await using vault = await openSmallVault(storage, { seed: 3 });
    await using other = await openSmallVault(storage, { seed: 4 });
    const [put, remove] = [storage.put.bind(storage), storage.delete.bind(storage)];
    const [isAboutTo, mayDelete] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let pruning: Promise<unknown> = Promise.resolve();
    storage.delete = async (name) => {
      if (name.startsWith("packs/")) {
        isAboutTo.resolve();
        await mayDelete.promise;
      }
      await remove(name);
    };
    storage.put = async (name, ...rest) => {
      if (name.startsWith("index/")) {
        storage.put = put;
        await replay("doomed/", "awaited/");
        pruning = other.prune(NO_LIMIT);
        await Promise.race([isAboutTo.promise, pruning]);
      }
      await put(name, ...rest);
    };
    const session = await vault.openSession();
    mayDelete.resolve();
    await pruning;
    assert.ok(!storage.names().some((name) => stolen.has(name) && name.startsWith("packs/")), "it went");
    const file = await storeBytes(session, "disk", disk);
    const point = await session.commit(draftOf([file]));
    await session[Symbol.asyncDispose]();
    await vault.prune(NO_LIMIT);
    await assertKept(point);
  });

  test("costs a repair nothing that is about to name such a pack, which is a place of what a damaged one has too", async () => {
    await using vault = await openSmallVault(storage, { seed: 3 });
    const point = await backUp(vault, { disk });
    const packs = storage.names().filter((name) => name.startsWith("packs/"));
    const [damaged = ""] = packs.sort((a, b) => storage.peek(b).length - storage.peek(a).length);
    const bytes = storage.peek(damaged).slice();
    bytes[bytes.length - 10] = (bytes[bytes.length - 10] as number) ^ 4; // in its trailer
    storage.replace(damaged, bytes);
    for (const name of storage.names()) if (name.startsWith("index/")) storage.replace(name, undefined);
    await replay("packs/");
    await using repairer = await openSmallVault(storage, { seed: 4 });
    await using other = await openSmallVault(storage, { seed: 5 });
    const put = storage.put.bind(storage);
    storage.put = async (name, ...rest) => {
      if (name.startsWith("index/")) {
        storage.put = put;
        await replay("doomed/", "awaited/");
        await other.prune(NO_LIMIT);
        assert.ok(
          !storage.names().some((there) => stolen.has(there) && there.startsWith("packs/")),
          "it went",
        );
      }
      await put(name, ...rest);
    };
    const { lost, doomed } = await repairer.repair({ execute: true });
    assert.deepEqual([lost, doomed], [[], [damaged]]);
    await repairer.prune(NO_LIMIT);
    await assertKept(point);
  });
});

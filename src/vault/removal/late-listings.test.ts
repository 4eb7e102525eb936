import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import type { Storage } from "../../storage/index.ts";
import { openVault } from "../open-vault.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import {
  backUp,
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

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const NO_LIMIT = { staleAfterMs: Number.MAX_SAFE_INTEGER };
const disk = someBytes(1, 60_000);

async function openLate(storage: Storage, clock: FakeClock, seed: number): Promise<Vault> {
  const entropy = new SeededEntropy(seed);
  return await openVault({ storage, clock, entropy, passphrase: TEST_PASSPHRASE, workers: 1 });
}

/** A vault in which one restore point is going to be removed, some minutes after everything. */
async function scene(showsDeleted: readonly string[]): Promise<AsyncDisposableStack & Scene> {
  const clock = new HookedClock("2026-01-02T00:00:00Z");
  const storage = new LateStorage(clock, showsDeleted);
  const stack = new AsyncDisposableStack();
  const vault = stack.use((await createSmallVault(storage, { clock })).vault);
  clock.advance(10 * LATE_MS);
  const old = await backUp(vault, { disk });
  // its sleeps are over while nothing else happens
  const other = stack.use(await openLate(storage, new FakeClock("2026-01-02T00:00:00Z"), 7));
  await vault.trash(old.id, { until: PAST });
  clock.advance(10 * LATE_MS);
  return Object.assign(stack, { clock, storage, vault, other });
}

interface Scene {
  readonly clock: HookedClock;
  readonly storage: LateStorage;
  /** Prunes. */
  readonly vault: Vault;
  /** Backs up. */
  readonly other: Vault;
}

async function assertKept({ clock, storage }: Scene, point: RestorePoint | undefined): Promise<void> {
  clock.advance(10 * LATE_MS);
  await using fresh = await openSmallVault(storage, { seed: 8, clock });
  const [file] = (await fresh.findPoint(point?.id ?? "none")).files;
  assert.equal(Buffer.compare(await bringBack(fresh, file ?? assert.fail()), disk), 0);
}

describe("a prune where listings are late", () => {
  test("waits for a session that opened when its list was put and listed nowhere", async () => {
    await using place = await scene(["leases/", "packs/", "index/", "doomed/"]);
    const { storage, vault, other } = place;
    let commit: (() => Promise<RestorePoint>) | undefined;
    storage.after = {
      prefix: "doomed/",
      act: async () => {
        const session = await other.openSession();
        const file = await storeBytes(session, "disk", disk);
        commit = async () => {
          const point = await session.commit(draftOf([file]));
          await session[Symbol.asyncDispose]();
          return point;
        };
      },
    };
    await vault.prune(NO_LIMIT);
    await assertKept(place, await commit?.());
    await vault.prune(NO_LIMIT);
    await vault.prune(NO_LIMIT);
    await using fresh = await openSmallVault(storage, { seed: 4, clock: place.clock });
    assert.deepEqual((await fresh.verify({ readDataPercent: 100 })).damaged, []);
  });

  test("waits for a session that opened a moment before its list was listed", async () => {
    await using place = await scene([]);
    const { clock, storage, vault, other } = place;
    let commit: (() => Promise<RestorePoint>) | undefined;
    const act = async (): Promise<void> => {
      const session = await other.openSession();
      const file = await storeBytes(session, "disk", disk);
      commit = async () => await session.commit(draftOf([file]));
    };
    const hook = async (): Promise<void> => {
      await Promise.resolve();
      clock.during = { ms: LATE_MS - 1, act };
    };
    storage.after = { prefix: "doomed/", act: hook };
    await vault.prune(NO_LIMIT);
    await assertKept(place, await commit?.());
  });

  test("is not believed to have left what it has just deleted", async () => {
    await using place = await scene(["packs/"]);
    const { clock, storage, vault } = place;
    await using other = await openLate(storage, clock, 9);
    await (await other.openSession())[Symbol.asyncDispose](); // it knows the packs by now
    clock.advance(10 * LATE_MS);
    await vault.prune(NO_LIMIT);
    await assertKept(place, await backUp(other, { disk }));
  });

  test("keeps what a session committed a moment before it ended", async () => {
    await using place = await scene([]);
    const { clock, storage, vault, other } = place;
    const session = await other.openSession();
    const file = await storeBytes(session, "disk", disk);
    clock.advance(10 * LATE_MS);
    let point: RestorePoint | undefined;
    storage.after = {
      prefix: "doomed/",
      act: async () => {
        await Promise.resolve();
        let listings = 0;
        const end = async (): Promise<void> => {
          if (++listings > 1) return;
          point = await session.commit(draftOf([file]));
          await session[Symbol.asyncDispose]();
        };
        storage.before = { prefix: "leases/", act: end };
      },
    };
    await vault.prune(NO_LIMIT);
    await assertKept(place, point);
  });
});

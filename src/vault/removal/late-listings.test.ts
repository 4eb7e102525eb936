import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import type { Storage, StorageCallOptions, StorageTraits, StoredObject } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { openVault } from "../open-vault.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  draftOf,
  openSmallVault,
  someBytes,
  storeBytes,
  TEST_PASSPHRASE,
} from "../testing/index.ts";
import type { Vault } from "../vault.ts";

const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const LATE_MS = 60_000;
const NO_LIMIT = { staleAfterMs: Number.MAX_SAFE_INTEGER };
const disk = someBytes(1, 60_000);

/** Another program acts when so much of a sleep is over. */
class HookedClock extends FakeClock {
  during: { readonly ms: number; readonly act: () => Promise<void> } | undefined;

  override async sleep(milliseconds: number): Promise<void> {
    const { during } = this;
    if (during === undefined) return await super.sleep(milliseconds);
    this.during = undefined;
    await super.sleep(during.ms);
    await during.act();
    await super.sleep(milliseconds - during.ms);
  }
}

/** Listings miss what was put in the last minute, and show what was deleted in it below some prefixes. */
class LateStorage extends MemoryStorage {
  override readonly traits: StorageTraits = {
    conditionalCreate: true,
    objectLock: false,
    latency: "network",
    listsLateMs: LATE_MS,
  };
  readonly #clock: FakeClock;
  readonly #put = new Map<string, number>();
  readonly #deleted = new Map<string, StoredObject & { readonly at: number }>();
  readonly #showsDeleted: readonly string[];
  /** Right behind a put of an object that begins so. */
  after: { readonly prefix: string; readonly act: () => Promise<void> } | undefined;
  /** Right before a listing of what begins so. */
  before: { readonly prefix: string; readonly act: () => Promise<void> } | undefined;

  constructor(clock: FakeClock, showsDeleted: readonly string[]) {
    super();
    this.#clock = clock;
    this.#showsDeleted = showsDeleted;
  }

  override async put(name: string, parts: readonly Uint8Array[]): Promise<void> {
    await super.put(name, parts);
    this.#put.set(name, this.#clock.monotonicMs());
    const { after } = this;
    if (after === undefined || !name.startsWith(after.prefix)) return;
    this.after = undefined;
    await after.act();
  }

  override async delete(name: string): Promise<void> {
    const was = await this.stat(name);
    await super.delete(name);
    if (was !== undefined) this.#deleted.set(name, { ...was, at: this.#clock.monotonicMs() });
  }

  override async *list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    const { before } = this;
    if (before !== undefined && prefix === before.prefix) {
      this.before = undefined;
      await before.act();
    }
    const seen = this.#clock.monotonicMs() - LATE_MS;
    const listed: StoredObject[] = [];
    for await (const object of super.list(prefix, options)) {
      if ((this.#put.get(object.name) ?? Number.NEGATIVE_INFINITY) <= seen) listed.push(object);
    }
    for (const { at, ...object } of this.#deleted.values()) {
      const isShown = this.#showsDeleted.some((shown) => object.name.startsWith(shown));
      if (isShown && at > seen && object.name.startsWith(prefix)) listed.push(object);
    }
    yield* listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

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

import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { LockedMemoryStorage } from "../../storage/testing/index.ts";
import { backUp, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";

const DAYS = 30;
const DAY = 86_400_000;
const FAR = Temporal.Instant.from("2040-01-01T00:00:00Z");
const PAST = Temporal.Instant.from("2020-01-01T00:00:00Z");
const LOCKED = /^(config|keys|packs|parity|index|points|receipts)/;

class KilledError extends Error {}

/** Whose programs die before one of their changes. */
class MortalStorage extends LockedMemoryStorage {
  #left = Number.POSITIVE_INFINITY;

  constructor(clock: FakeClock) {
    super(clock);
    const { locks } = this;
    const [retain, erase] = [locks.retain.bind(locks), locks.erase.bind(locks)];
    Object.assign(locks, {
      retain: async (...args: Parameters<typeof retain>) =>
        await this.#change(async () => await retain(...args)),
      erase: async (...args: Parameters<typeof erase>) =>
        await this.#change(async () => await erase(...args)),
    });
  }

  override async put(...args: Parameters<LockedMemoryStorage["put"]>): Promise<void> {
    await this.#change(async () => await super.put(...args));
  }

  /** Whether a program lived to its end that dies at this change, counted from 0. */
  async outlives(program: () => Promise<unknown>, at: number): Promise<boolean> {
    this.#left = at;
    try {
      await program();
      return true;
    } catch (error) {
      const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
      if (!errors.every((each) => each instanceof KilledError)) throw error;
      return false;
    } finally {
      this.#left = Number.POSITIVE_INFINITY;
    }
  }

  async #change(act: () => Promise<void>): Promise<void> {
    if (this.#left-- <= 0) throw new KilledError();
    await act();
  }
}

interface Scene {
  readonly clock: FakeClock;
  readonly storage: MortalStorage;
}

async function scene(): Promise<Scene> {
  const clock = new FakeClock("2026-01-02T00:00:00Z");
  const storage = new MortalStorage(clock);
  const lock = { days: DAYS, mode: "compliance" } as const;
  await using vault = (await createSmallVault(storage, { lock, clock, parity: true })).vault;
  await backUp(vault, { x: someBytes(1, 30_000) }, { id: "1", name: "one" });
  await backUp(vault, { x: someBytes(2, 30_000) }, { id: "2", name: "two" });
  return { clock, storage };
}

function assertLocked({ storage, clock }: Scene, what: string): void {
  const least = clock.now().add({ hours: 24 * DAYS });
  for (const name of storage.names().filter((each) => LOCKED.test(each))) {
    const until = storage.lockOf(name)?.until ?? PAST;
    assert.ok(
      Temporal.Instant.compare(until, least) >= 0,
      `${name} is locked until ${until.toString()}, ${what}`,
    );
  }
}

test("a renewal that is killed at any change is ended by the next one", async () => {
  const { clock, storage } = await scene();
  await using vault = await openSmallVault(storage, { clock });
  const renew = async (): Promise<unknown> => await vault.renewLocks(); // which keeps nothing of it in memory
  for (let at = 0; ; at++) {
    clock.advance(14 * DAY);
    const isOver = await storage.outlives(renew, at);
    if (!isOver) await renew();
    assertLocked({ clock, storage }, `killed before change ${at}`);
    if (!isOver) continue;
    assert.ok(at > 15, `only ${at} changes`);
    break;
  }
});

test("a restore point that leaves the trash is locked before, whenever the program is killed", async () => {
  const { clock, storage } = await scene();
  await using vault = await openSmallVault(storage, { clock });
  await using other = await openSmallVault(storage, { clock, seed: 100 });
  const { id } = await vault.findPoint("latest:one");
  for (let at = 0; ; at++) {
    await vault.trash(id, { until: FAR });
    clock.advance(28 * DAY);
    await vault.renewLocks();
    const isOver = await storage.outlives(async () => await other.takeBack(id), at);
    const isInTrash = (await vault.trashed()).length > 0;
    if (!isInTrash) assertLocked({ clock, storage }, `killed before change ${at}`);
    if (!isOver) continue;
    assert.ok(at >= 8 && !isInTrash, `only ${at} changes`);
    break;
  }
});

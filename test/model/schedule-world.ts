import assert from "node:assert/strict";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { PointNotFoundError, type Vault, VaultDamagedError } from "../../src/vault/index.ts";
import { createSmallVault, draftOf, openSmallVault, storeBytes } from "../../src/vault/testing/index.ts";
import { NonceGuard } from "./nonce-guard.ts";
import { PromisedDisk } from "./promised-disk.ts";
import { ScheduledPrograms } from "./scheduled-programs.ts";

const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");
const STALE = { staleAfterMs: -Number.MAX_SAFE_INTEGER };

/** Programs that back up, prune and restore in one vault at the same time; every third seed's vault has sidecars. */
export class ScheduleWorld {
  readonly #storage = new NonceGuard();
  readonly #seed: number;
  readonly #random: SeededEntropy;
  readonly #disk: PromisedDisk;
  readonly #programs: ScheduledPrograms;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new SeededEntropy(seed);
    this.#disk = new PromisedDisk(seed, this.#random);
    this.#programs = new ScheduledPrograms(this.#storage, seed, this.#random);
  }

  get killed(): number {
    return this.#programs.killed;
  }

  get lostSessions(): number {
    return this.#programs.lostSessions;
  }

  async live(): Promise<void> {
    const { vault } = await createSmallVault(this.#storage, this.#seed % 3 === 0 ? { parity: true } : {});
    for (let i = 0; i < 3; i++) await this.#backUp(vault);
    const { key } = await vault.addHost("hv02");
    await vault[Symbol.asyncDispose]();
    for (let i = 0; i < 2; i++) this.#programs.start(async (vault) => await this.#backUpTwice(vault));
    this.#programs.startHost(key, async (vault) => await this.#backUpTwice(vault));
    for (let i = 0; i < 2; i++) this.#programs.start(async (vault) => await this.#prune(vault));
    this.#programs.start(async (vault) => await this.#restore(vault));
    await this.#programs.run();
  }

  /** Everything that was promised and not removed is there, byte for byte; what is left over goes with the next prunes. */
  async assertNothingLost(): Promise<void> {
    await using vault = await openSmallVault(this.#storage, { seed: this.#seed });
    await this.#disk.assertThere(vault);
    for await (const { id } of vault.points()) {
      if (!this.#disk.isPromised(id)) await vault.trash(id, { until: LONG_AGO }); // perhaps of a killed, ended session
    }
    await vault.prune(STALE);
    const last = await vault.prune(STALE);
    assert.deepEqual(
      [last.packsDropped, last.packsMoved, last.bytesDoomed, last.waitingFor],
      [0, 0, 0, []],
      "two prunes are enough when nobody else is there",
    );
    assert.ok(this.#storage.frames > 10, "frames were looked at");
    for await (const { name } of this.#storage.list("doomed/")) assert.fail(`${name} is left`);
    await using fresh = await openSmallVault(this.#storage, { seed: this.#seed + 1 });
    await this.#disk.assertThere(fresh);
    assert.deepEqual((await fresh.verify({ readDataPercent: 100 })).damaged, []);
  }

  /** Sessions one after the other: the later ones open while something is doomed already. */
  async #backUpTwice(vault: Pick<Vault, "openSession">): Promise<void> {
    await this.#backUp(vault);
    await this.#backUp(vault);
  }

  async #backUp(vault: Pick<Vault, "openSession">): Promise<void> {
    const session = await vault.openSession();
    for (let i = 0; i < 2; i++) {
      const bytes = this.#disk.write({ places: 4, longest: 30_000 });
      const point = await session.commit(draftOf([await storeBytes(session, "disk", bytes)]));
      this.#disk.promise(point, bytes);
    }
    await session[Symbol.asyncDispose]();
  }

  async #prune(vault: Vault): Promise<void> {
    const points = await Array.fromAsync(vault.points());
    for (const { id } of points.slice(0, this.#random.below(3))) {
      this.#disk.remove(id);
      await vault.trash(id, { until: LONG_AGO });
    }
    const staleAfterMs = this.#random.below(2) === 0 ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER;
    for (let i = 0; i < 4; i++) {
      try {
        await vault.prune({ staleAfterMs, moveBelow: 0.9 });
      } catch (error) {
        // a restore point that was never promised is there for the moment in which its ended session finds out
        if (!(error instanceof VaultDamagedError) || !this.#isUnpromised(error)) throw error;
      }
    }
  }

  #isUnpromised({ what }: VaultDamagedError): boolean {
    const id = /restore point ([0-9a-f]{32})/.exec(what)?.[1];
    return id !== undefined && !this.#disk.isPromised(id);
  }

  /** A restore point that is removed meanwhile may be gone; one that stays is read whole. */
  async #restore(vault: Vault): Promise<void> {
    for await (const { id } of vault.points()) {
      try {
        await this.#disk.assertSame(vault, id);
      } catch (error) {
        if (error instanceof PointNotFoundError) continue;
        if (this.#disk.isPromised(id) && !this.#disk.mustStay(id)) continue;
        throw error;
      }
    }
  }
}

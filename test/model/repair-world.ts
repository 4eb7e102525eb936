import assert from "node:assert/strict";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { MemoryStorage } from "../../src/storage/testing/index.ts";
import { type Vault, VaultDamagedError } from "../../src/vault/index.ts";
import { backUp, createSmallVault, openSmallVault } from "../../src/vault/testing/index.ts";
import { damageHarmlessly } from "./harmless-damage.ts";
import { heal } from "./heal.ts";
import { PromisedDisk } from "./promised-disk.ts";
import { ScheduledPrograms } from "./scheduled-programs.ts";

const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");

/**
 * A damaged vault, and programs that back up, prune, verify and repair it at the same time. Every other seed's has sidecars, and
 * damage that only they can mend.
 */
export class RepairWorld {
  readonly #storage = new MemoryStorage();
  readonly #seed: number;
  readonly #random: SeededEntropy;
  readonly #disk: PromisedDisk;
  readonly #programs: ScheduledPrograms;
  readonly #hasParity: boolean;
  damaged = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new SeededEntropy(seed);
    this.#disk = new PromisedDisk(seed, this.#random);
    this.#programs = new ScheduledPrograms(this.#storage, seed, this.#random);
    this.#hasParity = seed % 2 === 0;
  }

  get killed(): number {
    return this.#programs.killed;
  }

  async live(): Promise<void> {
    const options = { seed: this.#seed, ...(this.#hasParity && { parity: true as const }) };
    const { vault } = await createSmallVault(this.#storage, options);
    for (let i = 0; i < 4; i++) await this.#backUp(vault);
    await vault[Symbol.asyncDispose]();
    this.damaged = damageHarmlessly(this.#storage, this.#random);
    for (const work of [
      async (vault: Vault) => await this.#backUp(vault),
      async (vault: Vault) => await this.#prune(vault),
      async (vault: Vault) => void (await vault.repair({ execute: true })),
      async (vault: Vault) => void (await vault.repair({ execute: true })),
      async (vault: Vault) => void (await vault.verify({ readDataPercent: 100, keepFindings: true })),
    ]) {
      this.#programs.start(work);
    }
    await this.#programs.run();
  }

  /** Repaired once more, everything that was promised and not removed is there; and when a prune took what is damaged, too. */
  async assertHealed(): Promise<void> {
    const lost = await heal(this.#storage, {
      seed: this.#seed + 1,
      onRepaired: async (vault) => await this.#disk.assertThere(vault),
    });
    assert.deepEqual(
      lost.filter(({ id }) => this.#disk.mustStay(id)),
      [],
    );
    await using last = await openSmallVault(this.#storage, { seed: this.#seed + 9 });
    await this.#disk.assertThere(last);
    const { damaged, healed } = await last.verify({ readDataPercent: 100 });
    assert.deepEqual([damaged, healed], [[], []]);
    for await (const { name } of this.#storage.list("damaged/")) assert.fail(`${name} is left`);
  }

  async #backUp(vault: Vault): Promise<void> {
    const bytes = this.#disk.write({ places: 3, longest: 20_000 });
    this.#disk.promise(await backUp(vault, { disk: bytes }), bytes);
  }

  /** Stops where it cannot tell what is needed. */
  async #prune(vault: Vault): Promise<void> {
    const { oldest } = this.#disk;
    if (oldest !== undefined) {
      this.#disk.remove(oldest.id);
      await vault.trash(oldest.id, { until: LONG_AGO });
    }
    for (let i = 0; i < 3; i++) {
      try {
        await vault.prune({ moveBelow: 0.9 });
      } catch (error) {
        if (error instanceof SuppressedError && error.suppressed instanceof VaultDamagedError)
          throw error.error;
        if (!(error instanceof VaultDamagedError)) throw error;
      }
    }
  }
}

import assert from "node:assert/strict";
import { InterruptedError, StillpointError } from "../../src/base/index.ts";
import { FakeClock, SeededEntropy } from "../../src/base/testing/index.ts";
import { RetryingStorage } from "../../src/storage/index.ts";
import {
  MemoryStorage,
  ProgramKilledError,
  type StoreFaults,
  StoreHistory,
  UnreliableStorage,
} from "../../src/storage/testing/index.ts";
import { openVault, type RestorePoint, type Vault, VaultDamagedError } from "../../src/vault/index.ts";
import { backUp, createSmallVault, openSmallVault, TEST_PASSPHRASE } from "../../src/vault/testing/index.ts";
import { killedFiles, killedMachine, seedOfMachine } from "./killed-files.ts";
import { assertKept, promisedOf } from "./promises.ts";

const LONG_AGO = Temporal.Instant.from("2001-01-01T00:00:00Z");
const NEVER = Temporal.Instant.from("2300-01-01T00:00:00Z");
const YEAR_MS = 365 * 86_400_000;

export interface LifeOptions {
  readonly actions: number;
  readonly faults: StoreFaults;
  /** In which share of the programs clocks jump, and programs are killed. */
  readonly share: number;
}

/** Pauses take no time, and time-outs never come: what a store does not answer, it says. */
class PausesOnly extends FakeClock {
  override async sleep(
    milliseconds: number,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<void> {
    if (milliseconds < 1000) return;
    const { promise, reject } = Promise.withResolvers<void>();
    options?.signal?.addEventListener("abort", () =>
      reject(new InterruptedError("Cannot go on waiting: interrupted")),
    );
    await promise;
  }
}

/**
 * One vault, on which programs back up, forget, take back, prune, verify and restore as a seed says: one or two at a time, on a
 * bad store, some killed, their clocks years apart. What each promised is noted; a refusal must have a code.
 */
export class RandomLife {
  readonly #storage = new MemoryStorage();
  readonly #history = new StoreHistory();
  readonly #random: SeededEntropy;
  readonly #options: LifeOptions;
  readonly #promised = new Set<string>();
  readonly #trashed = new Set<string>();
  readonly counts: Record<string, number> = { actions: 0, refusals: 0, killed: 0, struck: 0, promised: 0 };

  constructor(seed: number, options: LifeOptions) {
    this.#random = new SeededEntropy(seed);
    this.#options = options;
  }

  async live(): Promise<void> {
    const { vault } = await createSmallVault(this.#storage, { seed: this.#random.next() });
    await this.#backUp(vault);
    await this.#backUp(vault);
    await vault[Symbol.asyncDispose]();
    for (let i = 0; i < this.#options.actions; i++) {
      const one = this.#program(this.#draw());
      await (this.#random.below(3) === 0 ? Promise.all([one, this.#program(this.#draw())]) : one);
      await this.#assertKept(`after action ${i + 1}`);
    }
  }

  /** On a store that is sound again nothing is damaged, and prunes leave nothing behind. */
  async assertRecovers(): Promise<void> {
    await using vault = await openSmallVault(this.#storage, { seed: this.#random.next() });
    if (this.#options.faults.halvesPuts !== undefined) await this.#removeHalves(vault);
    await this.#backUp(vault);
    for (let i = 0; i < 3; i++) {
      await vault.prune({ moveBelow: 0.9, staleAfterMs: -Number.MAX_SAFE_INTEGER });
    }
    await this.#assertKept("at the end");
    for (const name of this.#storage.names()) {
      assert.doesNotMatch(name, /^(doomed|awaited|leases)\//, `${name} is left`);
    }
  }

  #draw(): (vault: Vault) => Promise<void> {
    const dice = this.#random.below(10);
    if (dice < 4) return async (vault) => await this.#backUp(vault);
    if (dice < 7) return async (vault) => await this.#prune(vault);
    if (dice < 8) return async (vault) => await this.#takeBack(vault);
    if (dice < 9) return async (vault) => void (await vault.verify({ readDataPercent: 100 }));
    return async (vault) => await this.#restore(vault);
  }

  /** A program from its start to its end, or to its death. */
  async #program(work: (vault: Vault) => Promise<void>): Promise<void> {
    const random = new SeededEntropy(this.#random.next());
    const isOdd = (): boolean => random.next() < this.#options.share * 2 ** 32;
    const clock = new FakeClock("2026-01-01T00:00:00Z");
    if (isOdd()) clock.advance((random.below(5) - 2) * YEAR_MS);
    const faults = isOdd()
      ? { ...this.#options.faults, killedAfterCalls: random.below(60) }
      : this.#options.faults;
    const bad = new UnreliableStorage(this.#storage, { faults, random, history: this.#history });
    const storage = new RetryingStorage(bad, {
      clock: new PausesOnly(),
      entropy: random,
      attempts: 4,
      firstPauseMs: 1,
    });
    this.#count("actions", 1);
    try {
      await using vault = await openVault({
        storage,
        clock,
        entropy: random,
        passphrase: TEST_PASSPHRASE,
        workers: 1,
      });
      await work(vault);
    } catch (error) {
      this.#judge(error);
    }
    this.#count("struck", bad.struck);
  }

  #judge(error: unknown): void {
    if (error instanceof SuppressedError) {
      this.#judge(error.error);
      this.#judge(error.suppressed);
    } else if (error instanceof AggregateError) {
      for (const each of error.errors) this.#judge(each);
    } else if (error instanceof ProgramKilledError) this.#count("killed", 1);
    else if (error instanceof StillpointError && /^(vault|storage|prune)-/.test(error.code))
      this.#count("refusals", 1);
    else throw error;
  }

  async #backUp(vault: Vault): Promise<void> {
    const seed = this.#random.next();
    const { id } = await backUp(vault, killedFiles(seed), killedMachine(seed));
    this.#promised.add(id);
    this.#count("promised", 1);
  }

  async #prune(vault: Vault): Promise<void> {
    const points = await Array.fromAsync(vault.points());
    for (const { id } of points.slice(0, Math.max(0, points.length - 2 - this.#random.below(3)))) {
      const isForEver = this.#random.below(2) === 0;
      this.#promised.delete(id); // while it is uncertain whether the entry is there
      await vault.trash(id, { until: isForEver ? LONG_AGO : NEVER });
      if (!isForEver) this.#trashed.add(id);
    }
    const staleAfterMs = this.#random.below(2) === 0 ? undefined : -Number.MAX_SAFE_INTEGER;
    await vault.prune({ moveBelow: this.#random.below(2) * 0.9, staleAfterMs });
  }

  async #takeBack(vault: Vault): Promise<void> {
    const [id] = this.#trashed;
    if (id === undefined) return;
    const isTaken = await vault.takeBack(id as RestorePoint["id"]);
    if (!isTaken) return; // a listing may have left its entry out
    this.#trashed.delete(id);
    this.#promised.add(id);
  }

  async #restore(vault: Vault): Promise<void> {
    for await (const { id, machine } of vault.points()) {
      const expected = killedFiles(seedOfMachine(machine.name));
      await assertKept(vault, [promisedOf(await vault.findPoint(id), expected)]);
    }
  }

  /** With the store's own eyes: every restore point that is there is right, and each that was promised is there. */
  async #assertKept(when: string): Promise<void> {
    await using vault = await openSmallVault(this.#storage, { seed: this.#random.next() });
    const { damaged } = await vault.verify({ readDataPercent: 100 });
    const there = await this.#idsOf(vault);
    for (const id of this.#promised) {
      assert.ok(there.has(id), `${id} is lost ${when}`);
      const blamed = damaged.filter(({ points }) => points.includes(id));
      assert.deepEqual(blamed, [], `${id} is damaged ${when}`);
    }
    const [one] = [...this.#promised].slice(this.#random.below(this.#promised.size));
    if (one === undefined) return;
    const point = await vault.findPoint(one);
    await assertKept(vault, [promisedOf(point, killedFiles(seedOfMachine(point.machine.name)))], when);
  }

  /** Half a restore point, whose put failed, was promised by nobody. */
  async #idsOf(vault: Vault): Promise<ReadonlySet<string>> {
    const there = new Set<string>();
    try {
      for await (const { id } of vault.points()) there.add(id);
    } catch (error) {
      if (!(error instanceof VaultDamagedError) || this.#options.faults.halvesPuts === undefined) throw error;
    }
    return there;
  }

  /** What an administrator does whose store kept halves of puts that failed: deletes what verify blames, and nobody needs. */
  async #removeHalves(vault: Vault): Promise<void> {
    const { damaged } = await vault.verify({ readDataPercent: 100 });
    for (const { object, points } of damaged) {
      assert.ok(!points.some((id) => this.#promised.has(id)), `${object} is needed`);
      this.#storage.replace(object, undefined);
    }
  }

  #count(what: string, count: number): void {
    this.counts[what] = (this.counts[what] ?? 0) + count;
  }
}

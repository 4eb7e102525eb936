import type { Secret } from "../../src/base/index.ts";
import { FakeClock, SeededEntropy } from "../../src/base/testing/index.ts";
import type { Storage } from "../../src/storage/index.ts";
import { ProgramKilledError, Schedule, type ScheduledStorage } from "../../src/storage/testing/index.ts";
import {
  openVault,
  openWriteOnlyVault,
  type Vault,
  type VaultOptions,
  VaultSessionLostError,
  type WriteOnlyVault,
} from "../../src/vault/index.ts";
import { indexOfTests, TEST_PASSPHRASE } from "../../src/vault/testing/index.ts";

/** So many calls into the life of all a program may be killed. */
const LIFETIME_CALLS = 120;

/** Programs that use one store at the same time, in an order that a seed decides. Their clocks differ by years, and some are killed. */
export class ScheduledPrograms {
  readonly #store: Storage;
  readonly #seed: number;
  readonly #random: SeededEntropy;
  readonly #schedule: Schedule;
  readonly #running: Promise<void>[] = [];
  readonly #failures: unknown[] = [];
  lostSessions = 0;
  killed = 0;

  constructor(store: Storage, seed: number, random: SeededEntropy) {
    this.#store = store;
    this.#seed = seed;
    this.#random = random;
    this.#schedule = new Schedule(random);
  }

  start(work: (vault: Vault) => Promise<void>): void {
    this.#launch(async (options) => {
      await using vault = await openVault({ ...options, passphrase: TEST_PASSPHRASE });
      await work(vault);
    });
  }

  /** A writer that can read nothing. */
  startHost(key: Secret, work: (vault: WriteOnlyVault) => Promise<void>): void {
    this.#launch(async (options) => {
      await using vault = await openWriteOnlyVault({ ...options, passphrase: key });
      if (vault === undefined) throw new TypeError("the key is no host's");
      await work(vault);
    });
  }

  /** Until all have come to their end. A program may be killed, and a session may be ended; all else that goes wrong is thrown. */
  async run(): Promise<void> {
    await this.#schedule.run();
    await Promise.all(this.#running);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #launch(work: (options: VaultOptions) => Promise<void>): void {
    const storage = this.#schedule.open(this.#store);
    const years = this.#random.below(3) - 1;
    const lifetime =
      this.#random.below(4) === 0 ? this.#random.below(LIFETIME_CALLS) : Number.POSITIVE_INFINITY;
    const options = {
      storage,
      clock: new FakeClock(`${2026 + years}-01-01T00:00:00Z`),
      entropy: new SeededEntropy(1000 * this.#seed + this.#running.length + 1),
      workers: 1,
      ...indexOfTests(),
    };
    this.#running.push(this.#live(storage, lifetime, async () => await work(options)));
  }

  async #live(storage: ScheduledStorage, lifetime: number, work: () => Promise<void>): Promise<void> {
    const dies = setInterval(() => {
      if (this.#schedule.turns >= lifetime) storage.kill();
    }, 1);
    try {
      await work();
    } catch (error) {
      this.#judge(error);
    } finally {
      clearInterval(dies);
      this.#schedule.end(storage);
    }
  }

  #judge(error: unknown): void {
    if (error instanceof SuppressedError) this.#judge(error.suppressed);
    else if (error instanceof AggregateError) for (const each of error.errors) this.#judge(each);
    else if (error instanceof ProgramKilledError) this.killed++;
    else if (error instanceof VaultSessionLostError) this.lostSessions++;
    else this.#failures.push(error);
  }
}

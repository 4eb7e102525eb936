import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, SeededEntropy } from "../../src/base/testing/index.ts";
import {
  MemoryStorage,
  ProgramKilledError,
  Schedule,
  type ScheduledStorage,
} from "../../src/storage/testing/index.ts";
import {
  openVault,
  type RestorePoint,
  type StoredFile,
  type Vault,
  VaultDamagedError,
  VaultSessionLostError,
} from "../../src/vault/index.ts";
import {
  backUp,
  bringBack,
  createSmallVault,
  openSmallVault,
  someBytes,
  TEST_PASSPHRASE,
} from "../../src/vault/testing/index.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261124);
const ROUNDS = Number(process.env["STILLPOINT_SCHEDULES"] ?? 4);
const HEADER_BYTES = 176; // docs/vault-format.md 5
const TRAILER_BYTES = 56; // docs/vault-format.md 6
const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");

/** A damaged vault, and programs that back up, prune, verify and repair it at the same time, in an order that a seed decides. */
class RepairWorld {
  readonly #storage = new MemoryStorage();
  readonly #random: SeededEntropy;
  readonly #schedule: Schedule;
  readonly #seed: number;
  readonly #promised = new Map<string, { readonly point: RestorePoint; readonly bytes: Uint8Array }>();
  readonly #removed = new Set<string>();
  readonly #disk: Uint8Array;
  readonly #running: Promise<void>[] = [];
  readonly #failures: unknown[] = [];
  damaged = 0;
  killed = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new SeededEntropy(seed);
    this.#schedule = new Schedule(this.#random);
    this.#disk = someBytes(seed, 120_000);
  }

  async live(): Promise<void> {
    const { vault } = await createSmallVault(this.#storage, { seed: this.#seed });
    for (let i = 0; i < 4; i++) await this.#backUp(vault);
    await vault[Symbol.asyncDispose]();
    this.#damage();
    for (const work of [
      async (vault: Vault) => await this.#backUp(vault),
      async (vault: Vault) => await this.#prune(vault),
      async (vault: Vault) => void (await vault.repair({ execute: true })),
      async (vault: Vault) => void (await vault.repair({ execute: true })),
      async (vault: Vault) => void (await vault.verify({ readDataPercent: 100, keepFindings: true })),
    ]) {
      this.#start(work);
    }
    await this.#schedule.run();
    await Promise.all(this.#running);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** Nothing of this loses a chunk: every frame still is what was sealed. */
  #damage(): void {
    for (const name of this.#storage.names()) {
      const dice = this.#random.below(3);
      if (dice === 0) continue;
      if (name.startsWith("index/")) {
        if (dice === 1) this.#storage.replace(name, undefined);
        else this.#flip(name, 1 + this.#random.below(this.#storage.peek(name).length - 1));
      } else if (name.startsWith("packs/")) {
        const size = this.#storage.peek(name).length;
        const at =
          dice === 1 ? this.#random.below(HEADER_BYTES) : size - 1 - this.#random.below(TRAILER_BYTES);
        this.#flip(name, at);
      } else continue;
      this.damaged++;
    }
  }

  #flip(name: string, at: number): void {
    const bytes = this.#storage.peek(name).slice();
    bytes[at] = (bytes[at] as number) ^ (1 << this.#random.below(8));
    this.#storage.replace(name, bytes);
  }

  /** Repaired once more, everything that was promised and not removed is there; and when a prune took what is damaged, too. */
  async assertHealed(): Promise<void> {
    const stale = { staleAfterMs: -Number.MAX_SAFE_INTEGER };
    await using vault = await openSmallVault(this.#storage, { seed: this.#seed + 1 });
    for await (const { name } of this.#storage.list("leases/")) await this.#storage.delete(name); // of killed programs
    const { lost } = await vault.repair({ execute: true });
    assert.deepEqual(
      lost.filter(({ id }) => this.#promised.has(id) && !this.#removed.has(id)),
      [],
    );
    await using fresh = await openSmallVault(this.#storage, { seed: this.#seed + 2 });
    await this.#assertPromised(fresh);
    await fresh.verify({ readDataPercent: 100, keepFindings: true }); // trailers that are damaged and named by the index
    await fresh.prune(stale);
    await fresh.prune(stale);
    await using last = await openSmallVault(this.#storage, { seed: this.#seed + 3 });
    await this.#assertPromised(last);
    const { damaged, healed } = await last.verify({ readDataPercent: 100 });
    assert.deepEqual([damaged, healed], [[], []]);
    for await (const { name } of this.#storage.list("damaged/")) assert.fail(`${name} is left`);
  }

  async #assertPromised(vault: Vault): Promise<void> {
    for (const { point, bytes } of this.#promised.values()) {
      if (this.#removed.has(point.id)) continue;
      const [file] = (await vault.findPoint(point.id)).files;
      assert.equal(Buffer.compare(await bringBack(vault, file as StoredFile), bytes), 0, point.id);
    }
  }

  #start(work: (vault: Vault) => Promise<void>): void {
    const storage = this.#schedule.open(this.#storage);
    const lifetime = this.#random.below(4) === 0 ? this.#random.below(150) : Number.POSITIVE_INFINITY;
    const seed = 1000 * this.#seed + this.#running.length;
    this.#running.push(this.#run(storage, work, { lifetime, seed }));
  }

  async #run(
    storage: ScheduledStorage,
    work: (vault: Vault) => Promise<void>,
    program: { readonly lifetime: number; readonly seed: number },
  ): Promise<void> {
    const dies = setInterval(() => {
      if (this.#schedule.turns >= program.lifetime) storage.kill();
    }, 1);
    try {
      await using vault = await openVault({
        storage,
        clock: new FakeClock("2026-01-03T00:00:00Z"),
        entropy: new SeededEntropy(program.seed),
        passphrase: TEST_PASSPHRASE,
        workers: 1,
      });
      await work(vault);
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
    else if (!(error instanceof VaultSessionLostError)) this.#failures.push(error);
  }

  async #backUp(vault: Vault): Promise<void> {
    for (let i = 0; i < 3; i++) {
      const at = this.#random.below(this.#disk.length - 20_000);
      this.#disk.set(this.#random.bytes(1 + this.#random.below(20_000)), at);
    }
    const bytes = this.#disk.slice();
    const point = await backUp(vault, { disk: bytes });
    this.#promised.set(point.id, { point, bytes });
  }

  /** Stops where it cannot tell what is needed. */
  async #prune(vault: Vault): Promise<void> {
    const [oldest] = this.#promised.values();
    if (oldest !== undefined) {
      this.#removed.add(oldest.point.id);
      await vault.trash(oldest.point.id, { until: LONG_AGO });
    }
    for (let i = 0; i < 3; i++) {
      try {
        await vault.prune({ moveBelow: 0.9 });
      } catch (error) {
        if (!(error instanceof VaultDamagedError)) throw error;
      }
    }
  }
}

test(`repairs beside a backup, a prune and a verify lose nothing that can be read (${ROUNDS} schedules from seed ${SEED})`, async () => {
  let [damaged, killed] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const world = new RepairWorld(SEED + round);
    try {
      await world.live();
      await world.assertHealed();
    } catch (error) {
      throw new Error(`schedule ${SEED + round} lost something`, { cause: error });
    }
    damaged += world.damaged;
    killed += world.killed;
  }
  if (ROUNDS >= 10) assert.ok(damaged >= 30 && killed > 0, `${damaged} objects damaged, ${killed} killed`);
});

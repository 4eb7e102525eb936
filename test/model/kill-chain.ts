import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { systemClock, systemEntropy } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { openLocalStorage } from "../../src/storage/index.ts";
import { createVault, openVault, type Vault } from "../../src/vault/index.ts";
import { backUp, CHEAP_KDF, TEST_PASSPHRASE } from "../../src/vault/testing/index.ts";
import { killedFiles, killedMachine, seedOfMachine } from "./killed-files.ts";
import { assertKept, promisedOf } from "./promises.ts";

const RUNNER = join(import.meta.dirname, "../testing/killed-vault.ts");
const MOST_POINTS = 4;
const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");
/** About as many changes as each operation makes. */
const CHANGES = { backup: 7, prune: 12 } as const;

export interface KillReport {
  readonly operation: "backup" | "prune";
  readonly call: number;
  readonly moment: string;
  /** False when the operation made fewer changes than that. */
  readonly isKilled: boolean;
}

/** One vault on a disk whose programs are killed with SIGKILL one after the other, so that what they leave piles up. */
export class KillChain {
  readonly #folder: string;
  readonly #random: SeededEntropy;
  /** Ids of restore points that stand. */
  #promised = new Set<string>();
  kills = 0;

  private constructor(folder: string, random: SeededEntropy) {
    this.#folder = folder;
    this.#random = random;
  }

  static async create(folder: string, seed: number): Promise<KillChain> {
    const chain = new KillChain(folder, new SeededEntropy(seed));
    await using storage = await openLocalStorage(folder, { create: true });
    const { vault } = await createVault({ ...chain.#access(storage), kdf: CHEAP_KDF, chunkBytes: 4096 });
    await using _ = vault;
    await chain.#backUp(vault);
    await chain.#backUp(vault);
    return chain;
  }

  /** An operation that is killed; afterwards everything that was promised is there, and nothing else is wrong. */
  async step(): Promise<KillReport> {
    const random = this.#random;
    const operation = random.below(3) < 2 ? "backup" : "prune";
    if (operation === "prune") await this.#inVault(async (vault) => await this.#forgetOldest(vault));
    const seed = random.next();
    const call = 1 + random.below(CHANGES[operation]);
    const moment = (["before", "during", "after"] as const)[random.below(3)] ?? "before";
    const args = [RUNNER, this.#folder, operation, String(seed), String(call), moment];
    const done = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 60_000 });
    const isKilled = done.signal === "SIGKILL";
    assert.ok(isKilled || done.status === 0, done.stderr);
    if (isKilled) this.kills++;
    if (done.stdout !== "") this.#promised.add(done.stdout);
    await this.#inVault(async (vault) => await this.#check(vault, `${operation} ${moment} ${call}`));
    return { operation, call, moment, isKilled };
  }

  /** A program that lives: it backs up, and prunes away what the dead left. */
  async tidy(): Promise<void> {
    await this.#inVault(async (vault) => {
      await this.#backUp(vault);
      await this.#forgetOldest(vault);
      await vault.prune({ staleAfterMs: -1000, moveBelow: 0.9 });
      await vault.prune({ staleAfterMs: -1000, moveBelow: 0.9 });
      await this.#check(vault, "tidied");
    });
    await using storage = await openLocalStorage(this.#folder);
    for await (const { name } of storage.list("")) {
      assert.doesNotMatch(name, /^(leases|doomed|awaited)\//, `${name} is left`);
    }
  }

  async #check(vault: Vault, when: string): Promise<void> {
    const report = await vault.verify({ readDataPercent: 100 });
    assert.deepEqual(report.damaged, [], when);
    const there = new Set<string>();
    for await (const { id, machine } of vault.points()) {
      const point = await vault.findPoint(id);
      await assertKept(vault, [promisedOf(point, killedFiles(seedOfMachine(machine.name)))], when);
      there.add(id);
    }
    for (const id of this.#promised) assert.ok(there.has(id), `${id} is lost: ${when}`);
    this.#promised = there; // one whose program was killed right behind its commit stands too
  }

  async #backUp(vault: Vault): Promise<void> {
    const seed = this.#random.next();
    this.#promised.add((await backUp(vault, killedFiles(seed), killedMachine(seed))).id);
  }

  async #forgetOldest(vault: Vault): Promise<void> {
    const points = await Array.fromAsync(vault.points());
    const kept = 2 + this.#random.below(MOST_POINTS - 2);
    for (const { id } of points.slice(0, Math.max(0, points.length - kept))) {
      await vault.trash(id, { until: LONG_AGO });
      this.#promised.delete(id);
    }
  }

  async #inVault(work: (vault: Vault) => Promise<void>): Promise<void> {
    await using storage = await openLocalStorage(this.#folder);
    await using vault = await openVault(this.#access(storage));
    await work(vault);
  }

  #access(storage: Awaited<ReturnType<typeof openLocalStorage>>): Parameters<typeof openVault>[0] {
    return { storage, clock: systemClock, entropy: systemEntropy, passphrase: TEST_PASSPHRASE, workers: 1 };
  }
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Secret, systemClock, systemEntropy } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { openLocalStorage } from "../../src/storage/index.ts";
import { MemoryStorage } from "../../src/storage/testing/index.ts";
import { createVault, openVault, type Vault, VaultPassphraseWrongError } from "../../src/vault/index.ts";
import { backUp, CHEAP_KDF, TEST_PASSPHRASE } from "../../src/vault/testing/index.ts";
import { copyNew } from "./copy-new.ts";
import { damageHarmlessly } from "./harmless-damage.ts";
import { killedFiles, killedMachine, seedOfMachine } from "./killed-files.ts";
import { assertKept, promisedOf } from "./promises.ts";

const RUNNER = join(import.meta.dirname, "../testing/killed-vault.ts");
const MOST_POINTS = 4;
const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");
const PRUNE = { staleAfterMs: -1000, moveBelow: 0.9 };

/** How often each operation has its turn, and about as many changes as it makes. */
const OPERATIONS = {
  backup: { weight: 5, changes: 8 },
  prune: { weight: 4, changes: 14 },
  host: { weight: 1, changes: 7 },
  repair: { weight: 2, changes: 14 },
  verify: { weight: 1, changes: 3 },
  copy: { weight: 2, changes: 8 },
  rotate: { weight: 2, changes: 5 },
} as const;

export type KilledOperation = keyof typeof OPERATIONS;

export interface KillReport {
  readonly operation: KilledOperation;
  readonly call: number;
  readonly moment: string;
  /** False when the operation made fewer changes than that. */
  readonly isKilled: boolean;
}

/**
 * One vault on a disk whose programs are killed with SIGKILL one after the other, so that what they leave piles up: with
 * sidecars, with a host that may only add, with a second vault that copies go to, and with a passphrase that changes.
 */
export class KillChain {
  readonly #folder: string;
  readonly #random: SeededEntropy;
  /** Ids of restore points that stand. */
  #promised = new Set<string>();
  #passphrases: readonly Secret[] = [TEST_PASSPHRASE];
  #hostKey = TEST_PASSPHRASE;
  kills = 0;
  readonly killsOf = new Map<KilledOperation, number>();

  private constructor(folder: string, random: SeededEntropy) {
    this.#folder = folder;
    this.#random = random;
  }

  static async create(folder: string, seed: number): Promise<KillChain> {
    const chain = new KillChain(folder, new SeededEntropy(seed));
    const world = { clock: systemClock, entropy: systemEntropy, passphrase: TEST_PASSPHRASE, workers: 1 };
    const options = { ...world, kdf: CHEAP_KDF, chunkBytes: 4096 };
    for (const place of [folder, `${folder}-copies`]) {
      await using storage = await openLocalStorage(place, { create: true });
      const { vault } = await createVault({ ...options, storage, parity: true });
      await using _ = vault;
      if (place !== folder) continue;
      chain.#hostKey = (await vault.addHost("hv02")).key;
      await chain.#backUp(vault);
      await chain.#backUp(vault);
    }
    return chain;
  }

  /** An operation that is killed; afterwards everything that was promised is there, and nothing else is wrong. */
  async step(): Promise<KillReport> {
    const random = this.#random;
    const operation = this.#draw();
    const isHealing = operation === "repair" || operation === "verify";
    if (operation === "prune") await this.#inVault(async (vault) => await this.#forgetOldest(vault));
    if (isHealing) await this.#damage(operation === "repair");
    const seed = random.next();
    const call = 1 + random.below(OPERATIONS[operation].changes);
    const moment = (["before", "during", "after"] as const)[random.below(3)] ?? "before";
    const isKilled = this.#run([operation, String(seed), String(call), moment]);
    if (operation === "rotate")
      this.#passphrases = [new Secret(`a passphrase of seed ${seed}`), ...this.#passphrases];
    if (isKilled) {
      this.kills++;
      this.killsOf.set(operation, (this.killsOf.get(operation) ?? 0) + 1);
    }
    const when = `${operation} ${moment} ${call}`;
    if (isHealing) await this.#heal(when);
    if (operation === "copy") await this.#checkCopies(when);
    await this.#inVault(async (vault) => await this.#check(vault, when));
    return { operation, call, moment, isKilled };
  }

  /** A program that lives: it backs up, and prunes away what the dead left. */
  async tidy(): Promise<void> {
    await this.#inVault(async (vault) => {
      await this.#backUp(vault);
      await this.#forgetOldest(vault);
      await vault.prune(PRUNE);
      await vault.prune(PRUNE);
      await this.#check(vault, "tidied");
      await copyTo(`${this.#folder}-copies`, async (target) => await copyNew(vault, target));
    });
    await using storage = await openLocalStorage(this.#folder);
    for await (const { name } of storage.list("")) {
      assert.doesNotMatch(name, /^(leases|doomed|awaited|damaged)\//, `${name} is left`);
    }
  }

  #draw(): KilledOperation {
    const turns = Object.entries(OPERATIONS).flatMap(([operation, { weight }]) =>
      Array.from({ length: weight }, () => operation as KilledOperation),
    );
    return turns[this.#random.below(turns.length)] ?? "backup";
  }

  /** Whether it was killed. */
  #run(args: readonly string[]): boolean {
    const secret = args[0] === "host" ? this.#hostKey : (this.#passphrases[0] ?? TEST_PASSPHRASE);
    const all = [RUNNER, this.#folder, ...args, secret.reveal()];
    // what the first of them compiled the others have
    const env = { NODE_COMPILE_CACHE: `${this.#folder}-compiled`, ...process.env };
    const done = spawnSync(process.execPath, all, { encoding: "utf8", timeout: 60_000, env });
    const isKilled = done.signal === "SIGKILL";
    assert.ok(isKilled || done.status === 0, done.stderr);
    if (done.stdout !== "") this.#promised.add(done.stdout);
    return isKilled;
  }

  async #check(vault: Vault, when: string): Promise<void> {
    const { damaged } = await vault.verify({ readDataPercent: 100 });
    assert.deepEqual(damaged, [], when);
    const there = new Set<string>();
    for await (const { id, machine } of vault.points()) {
      const point = await vault.findPoint(id);
      await assertKept(vault, [promisedOf(point, killedFiles(seedOfMachine(machine.name)))], when);
      there.add(id);
    }
    for (const id of this.#promised) assert.ok(there.has(id), `${id} is lost: ${when}`);
    this.#promised = there; // one whose program was killed right behind its commit stands too
  }

  /** Copies are whole, and each is what its original was. */
  async #checkCopies(when: string): Promise<void> {
    await copyTo(`${this.#folder}-copies`, async (target) => {
      assert.deepEqual((await target.verify({ readDataPercent: 100 })).damaged, [], when);
      for await (const { id, machine } of target.points()) {
        const files = killedFiles(seedOfMachine(machine.name));
        await assertKept(target, [promisedOf(await target.findPoint(id), files)], `${when}, copied`);
      }
      const points = await Array.fromAsync(target.points());
      for (const { id } of points.slice(0, -MOST_POINTS)) await target.trash(id, { until: LONG_AGO });
      await target.prune(PRUNE);
    });
  }

  /** Damage of which nothing is lost, known to the vault or not. */
  async #damage(isKnown: boolean): Promise<void> {
    const store = new MemoryStorage();
    for (const name of filesIn(this.#folder)) store.replace(name, readFileSync(join(this.#folder, name)));
    const before = store.clone();
    damageHarmlessly(store, this.#random);
    for (const name of before.names()) {
      if (!store.names().includes(name)) rmSync(join(this.#folder, name));
      else if (Buffer.compare(before.peek(name), store.peek(name)) !== 0)
        writeFileSync(join(this.#folder, name), store.peek(name));
    }
    if (isKnown)
      await this.#inVault(
        async (vault) => void (await vault.verify({ readDataPercent: 100, keepFindings: true })),
      );
  }

  /** The next repair loses nothing, and prunes take what was damaged. */
  async #heal(when: string): Promise<void> {
    await using storage = await openLocalStorage(this.#folder);
    for await (const { name } of storage.list("leases/")) await storage.delete(name);
    await this.#inVault(async (vault) => {
      await vault.verify({ readDataPercent: 100, keepFindings: true });
      const { lost } = await vault.repair({ execute: true });
      assert.deepEqual(lost, [], when);
    });
    await this.#inVault(async (vault) => {
      await vault.verify({ readDataPercent: 100, keepFindings: true });
      await vault.prune(PRUNE);
      await vault.prune(PRUNE);
    });
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

  /** With the newest passphrase that opens it: a rotation may have been killed before its slot was there. */
  async #inVault(work: (vault: Vault) => Promise<void>): Promise<void> {
    await using storage = await openLocalStorage(this.#folder);
    const [newest, ...older] = this.#passphrases;
    for (const passphrase of [newest, ...older]) {
      try {
        await using vault = await openVault({
          storage,
          clock: systemClock,
          entropy: systemEntropy,
          passphrase: passphrase ?? TEST_PASSPHRASE,
          workers: 1,
        });
        this.#passphrases = [
          passphrase ?? TEST_PASSPHRASE,
          ...this.#passphrases.filter((one) => one !== passphrase),
        ];
        await work(vault);
        return;
      } catch (error) {
        if (!(error instanceof VaultPassphraseWrongError)) throw error;
      }
    }
    assert.fail("no passphrase opens the vault");
  }
}

async function copyTo(folder: string, work: (target: Vault) => Promise<void>): Promise<void> {
  await using storage = await openLocalStorage(folder);
  const world = { clock: systemClock, entropy: systemEntropy, workers: 1 };
  await using target = await openVault({ ...world, storage, passphrase: TEST_PASSPHRASE });
  await work(target);
}

/** As the storage names them. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    );
}

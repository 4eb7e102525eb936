import type { RestorePointId } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { MemoryStorage, RecordingStorage } from "../../src/storage/testing/index.ts";
import type { Vault } from "../../src/vault/index.ts";
import { backUp, createSmallVault, openSmallVault, someBytes } from "../../src/vault/testing/index.ts";
import { type Promised, promisedOf } from "./promises.ts";

const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");
/** So long is every change on its way: the two packs of a session, and the deletes of a prune, overlap. */
const TURNS = 4;

/** What was recorded, and what was promised before and meanwhile. */
export interface RecordedLife {
  readonly name: string;
  readonly storage: RecordingStorage;
  readonly promised: readonly Promised[];
  /** In the trash before: may be gone, and is shown to nobody. */
  readonly removed: ReadonlySet<RestorePointId>;
}

/** A vault with some restore points whose disks share much, and what a further write would be. */
class Prepared {
  readonly random: SeededEntropy;
  readonly start = new MemoryStorage();
  readonly promised: Promised[] = [];
  readonly #disk: Uint8Array;

  constructor(seed: number) {
    this.random = new SeededEntropy(seed);
    this.#disk = someBytes(seed, 60_000 + this.random.below(60_000));
    this.#disk.fill(0, 20_000, 30_000);
  }

  async fill(points: number): Promise<void> {
    await using vault = (await createSmallVault(this.start, { seed: this.random.next() })).vault;
    for (let i = 0; i < points; i++) await this.backUp(vault);
  }

  async backUp(vault: Vault): Promise<void> {
    for (let i = 0; i < 3; i++) {
      const at = this.random.below(this.#disk.length - 9000);
      this.#disk.set(this.random.bytes(1 + this.random.below(9000)), at);
    }
    const files = { disk: this.#disk.slice(), config: this.random.bytes(300) };
    this.promised.push(promisedOf(await backUp(vault, files), files));
  }

  /** Records what the work does, in as many programs as it takes. */
  async record(
    name: string,
    work: (open: () => Promise<Vault>) => Promise<void>,
    removed: ReadonlySet<RestorePointId> = new Set(),
  ): Promise<RecordedLife> {
    const storage = new RecordingStorage(this.start, { turnsOnTheWay: TURNS });
    const vaults: Vault[] = [];
    try {
      await work(async () => {
        const vault = await openSmallVault(storage, { seed: this.random.next() });
        vaults.push(vault);
        return vault;
      });
    } finally {
      for (const vault of vaults) await vault[Symbol.asyncDispose]();
    }
    return { name, storage, promised: this.promised, removed };
  }

  /** Puts all but the newest restore points into the trash, their time long over. */
  async trash(vault: Vault, keep: number): Promise<ReadonlySet<RestorePointId>> {
    const removed = new Set(this.promised.slice(0, -keep).map(({ point }) => point.id));
    for (const id of removed) await vault.trash(id, { until: LONG_AGO });
    return removed;
  }
}

/** The operations whose storage calls are recorded, each by its name. */
export const RECORDED: Readonly<Record<string, (seed: number) => Promise<RecordedLife>>> = {
  backup: async (seed) => {
    const prepared = new Prepared(seed);
    await prepared.fill(1);
    return await prepared.record("backup", async (open) => await prepared.backUp(await open()));
  },
  "two backups": async (seed) => {
    const prepared = new Prepared(seed);
    await prepared.fill(1);
    return await prepared.record("two backups", async (open) => {
      const vaults = [await open(), await open()];
      await Promise.all(vaults.map(async (vault) => await prepared.backUp(vault)));
    });
  },
  prune: async (seed) => await recordPrune("prune", seed, { moveBelow: 0 }),
  compaction: async (seed) => await recordPrune("compaction", seed, { moveBelow: 1 }),
  repair: async (seed) => {
    const prepared = new Prepared(seed);
    await prepared.fill(3);
    for (const name of prepared.start.names()) {
      if (name.startsWith("index/")) prepared.start.replace(name, undefined);
    }
    return await prepared.record("repair", async (open) => {
      await (await open()).repair({ execute: true });
    });
  },
  "two prunes": async (seed) => {
    const prepared = new Prepared(seed);
    await prepared.fill(4);
    const removed = await inTrash(prepared, 2);
    const work = async (open: () => Promise<Vault>): Promise<void> => {
      const vaults = [await open(), await open()];
      await Promise.all(vaults.map(async (vault) => await vault.prune({ moveBelow: 0.9 })));
    };
    return await prepared.record("two prunes", work, removed);
  },
  "backup beside a prune": async (seed) => {
    const prepared = new Prepared(seed);
    await prepared.fill(4);
    const removed = await inTrash(prepared, 2);
    const work = async (open: () => Promise<Vault>): Promise<void> => {
      const [writer, pruner] = [await open(), await open()];
      await Promise.all([prepared.backUp(writer), pruner.prune({ moveBelow: 0.9 })]);
      await pruner.prune({ moveBelow: 0.9 });
    };
    return await prepared.record("backup beside a prune", work, removed);
  },
};

async function recordPrune(
  name: string,
  seed: number,
  options: { readonly moveBelow: number },
): Promise<RecordedLife> {
  const prepared = new Prepared(seed);
  await prepared.fill(4);
  const removed = await inTrash(prepared, 2);
  return await prepared.record(
    name,
    async (open) => {
      await (await open()).prune(options);
    },
    removed,
  );
}

async function inTrash(prepared: Prepared, keep: number): Promise<ReadonlySet<RestorePointId>> {
  await using vault = await openSmallVault(prepared.start, { seed: prepared.random.next() });
  return await prepared.trash(vault, keep);
}

import type { RestorePointId, Secret } from "../../src/base/index.ts";
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
  /** It was damaged when it began, so that a repair comes first. */
  readonly isDamaged: boolean;
  /** One of these opens it at any moment. */
  readonly secrets: readonly Secret[];
}

export interface PreparedOptions {
  readonly points: number;
  /** With sidecars. @default every other seed */
  readonly parity?: boolean;
}

/** What a program does, in as many openings of the vault as it takes. */
export type RecordedWork = (open: () => Promise<Vault>, storage: RecordingStorage) => Promise<void>;

/** A vault with some restore points whose disks share much, and what a further write would be. */
export class PreparedVault {
  readonly random: SeededEntropy;
  readonly start = new MemoryStorage();
  readonly promised: Promised[] = [];
  readonly #disk: Uint8Array;
  isDamaged = false;
  secrets: readonly Secret[] = [];

  private constructor(seed: number) {
    this.random = new SeededEntropy(seed);
    this.#disk = someBytes(seed, 60_000 + this.random.below(60_000));
    this.#disk.fill(0, 20_000, 30_000);
  }

  static async create(seed: number, options: PreparedOptions): Promise<PreparedVault> {
    const prepared = new PreparedVault(seed);
    const parity = (options.parity ?? seed % 2 === 1) ? { parity: true as const } : {};
    const made = await createSmallVault(prepared.start, { seed: prepared.random.next(), ...parity });
    await using vault = made.vault;
    for (let i = 0; i < options.points; i++) await prepared.backUp(vault);
    return prepared;
  }

  async backUp(vault: Vault): Promise<void> {
    const files = this.write();
    this.promised.push(promisedOf(await backUp(vault, files), files));
  }

  /** What a guest has written now. */
  write(): Readonly<Record<string, Uint8Array>> {
    for (let i = 0; i < 3; i++) {
      const at = this.random.below(this.#disk.length - 9000);
      this.#disk.set(this.random.bytes(1 + this.random.below(9000)), at);
    }
    return { disk: this.#disk.slice(), config: this.random.bytes(300) };
  }

  /** Before anything is recorded. */
  async prepare(work: (vault: Vault) => Promise<void>): Promise<void> {
    await using vault = await openSmallVault(this.start, { seed: this.random.next() });
    await work(vault);
  }

  async record(
    name: string,
    work: RecordedWork,
    removed: ReadonlySet<RestorePointId> = new Set(),
  ): Promise<RecordedLife> {
    const storage = new RecordingStorage(this.start, { turnsOnTheWay: TURNS });
    const vaults: Vault[] = [];
    try {
      await work(async () => {
        const vault = await openSmallVault(storage, { seed: this.random.next() });
        vaults.push(vault);
        return vault;
      }, storage);
    } finally {
      for (const vault of vaults) await vault[Symbol.asyncDispose]();
    }
    const { promised, isDamaged, secrets } = this;
    return { name, storage, promised, removed, isDamaged, secrets };
  }

  /** Puts all but the newest restore points into the trash, their time long over. */
  async trash(keep: number): Promise<ReadonlySet<RestorePointId>> {
    const removed = new Set(this.promised.slice(0, -keep).map(({ point }) => point.id));
    await this.prepare(async (vault) => {
      for (const id of removed) await vault.trash(id, { until: LONG_AGO });
    });
    return removed;
  }
}

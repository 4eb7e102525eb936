import type { Guid, RestorePointId } from "../../base/index.ts";
import type { WriterKeys } from "../crypto/vault-keys.ts";
import type { VaultConfig } from "../format/config-document.ts";
import { POINTS_PREFIX, pointFromName } from "../format/object-names.ts";
import { LoadedIndex } from "../index/load-index.ts";
import { newEngine } from "../new-engine.ts";
import type { Engine } from "../pipeline/engine.ts";
import { PassingReceiptBook } from "../receipts/receipt-book.ts";
import { ReceiptChain } from "../receipts/receipt-chain.ts";
import { RemovalNotes } from "../removal/removal-notes.ts";
import type { StoredFile } from "../restore-points/restore-point.ts";
import { deletePoint, writePoint } from "../restore-points/write-point.ts";
import { VaultSession } from "../sessions/vault-session.ts";
import type { VaultFacts, VaultOptions } from "../vault-options.ts";

/** A vault as a write-only host has it: sessions, and nothing else. Comes from `openWriteOnlyVault`. */
export class WriteOnlyVault implements AsyncDisposable {
  readonly facts: VaultFacts;
  /** The host's name, as whoever made its key called it. */
  readonly host: string;
  readonly #options: VaultOptions;
  readonly #keys: WriterKeys;
  readonly #engine: Engine;
  readonly #loaded: LoadedIndex;

  /** For `openWriteOnlyVault` only. */
  constructor(
    options: VaultOptions,
    opened: { readonly config: VaultConfig; readonly keys: WriterKeys; readonly host: string },
  ) {
    const { storage } = options;
    const { config, keys, host } = opened;
    this.#options = options;
    this.#keys = keys;
    this.host = host;
    this.#engine = newEngine(options, opened);
    this.#loaded = new LoadedIndex({ storage, keys, local: options.localIndex });
    this.facts = {
      id: config.id,
      formatVersion: config.version,
      created: Temporal.Instant.from(config.created),
      chunkBytes: config.chunkBytes,
      hash: config.identity,
      location: storage.location,
    };
  }

  /** A writer. Several may be open at once, in several programs. The signal ends whatever the session does. */
  async openSession(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<VaultSession> {
    const { storage, clock, entropy, receiptBook } = this.#options;
    const writing = { storage, clock, entropy, keys: this.#keys };
    const chain = new ReceiptChain({ ...writing, book: receiptBook ?? new PassingReceiptBook() });
    return await VaultSession.open(
      {
        ...writing,
        engine: this.#engine,
        loaded: this.#loaded,
        points: {
          write: async (draft) => await writePoint(draft, writing),
          delete: async (point) => await deletePoint(point, storage),
        },
        notes: new RemovalNotes(writing),
        receipts: {
          pointMade: async (point) => {
            await chain.add({ kind: "point", point: { ...point, life: 0 } });
          },
        },
        chunkBytes: this.facts.chunkBytes,
      },
      options.signal,
    );
  }

  /** Empty: a write-only host cannot look at what it stored before. */
  async previousFiles(_machine: Guid, _host: string): Promise<ReadonlyMap<string, StoredFile>> {
    return await Promise.resolve(new Map());
  }

  /** Which restore points are there, those in the trash too; what they are stays unknown. */
  async pointIds(): Promise<ReadonlySet<RestorePointId>> {
    const ids = new Set<RestorePointId>();
    for await (const { name } of this.#options.storage.list(POINTS_PREFIX)) {
      const id = pointFromName(name)?.id;
      if (id !== undefined) ids.add(id);
    }
    return ids;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#loaded.close();
    await this.#engine[Symbol.asyncDispose]();
  }
}

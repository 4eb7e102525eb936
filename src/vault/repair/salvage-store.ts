import type { Entropy } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { SessionKeys } from "../crypto/session-keys.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import type { Engine } from "../pipeline/engine.ts";
import { FrameFeed } from "../pipeline/frame-feed.ts";
import { PendingChunks } from "../sessions/pending-chunks.ts";
import { type PackClass, SessionPacks } from "../sessions/session-packs.ts";
import { writeSegment } from "../sessions/write-segment.ts";

export interface SalvageStoreOptions {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly entropy: Entropy;
  readonly engine: Engine;
  readonly session: SessionKeys;
  readonly loaded: LoadedIndex;
}

/** Stores chunks that were taken out of damaged packs, in packs of a session of its own. */
export class SalvageStore implements AsyncDisposable {
  readonly #options: SalvageStoreOptions;
  readonly #packs: SessionPacks;
  readonly #feeds: Readonly<Record<PackClass, FrameFeed>>;
  readonly #durable: PackContents[] = [];
  /** Digests of the packs that `finish` named. */
  readonly written: Uint8Array[] = [];

  constructor(options: SalvageStoreOptions) {
    this.#options = options;
    this.#packs = new SessionPacks({
      ...options,
      onDurable: async (contents) => {
        this.#durable.push(contents);
      },
    });
    const pending = new PendingChunks();
    const { engine, session } = options;
    const feed = (packClass: PackClass): FrameFeed =>
      new FrameFeed({
        engine,
        packs: this.#packs,
        pending,
        packClass,
        frameKey: session.frameKey,
        owner: this,
      });
    this.#feeds = { data: feed("data"), meta: feed("meta") };
  }

  /** The bytes are the store's from now on. */
  async add(
    packClass: PackClass,
    chunk: { readonly id: Uint8Array; readonly bytes: Uint8Array },
  ): Promise<void> {
    const feed = this.#feeds[packClass];
    feed.addCopy(chunk.bytes, chunk.id);
    await feed.endStretch(() => {
      // nothing is lent
    });
  }

  /** Everything is durable, named, and in the index when it resolves. */
  async finish(): Promise<void> {
    await this.#feeds.data.flush();
    await this.#feeds.meta.flush();
    await this.#packs.flush();
    const packs = this.#durable.splice(0);
    if (packs.length > 0) {
      this.written.push(...packs.map(({ digest }) => digest));
      this.#options.loaded.noteWritten(await writeSegment(packs, this.#options), packs);
    }
  }

  /** Resolves when nothing is on its way any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#feeds.data.settled();
    await this.#feeds.meta.settled();
    await this.#packs.end();
  }
}

import { type Clock, type Entropy, throwIfInterrupted } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { type Storage, StorageDeniedError, StorageLockedError } from "../../storage/index.ts";
import { newSessionKeys, type SessionKeys } from "../crypto/session-keys.ts";
import { hasFullKey, type WriterKeys } from "../crypto/vault-keys.ts";
import { VaultSessionLostError } from "../errors.ts";
import { HASH_BYTES } from "../format/layout.ts";
import type { LoadedIndex, LookedAt } from "../index/load-index.ts";
import { outwaitListings } from "../outwait-listings.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import type { Engine } from "../pipeline/engine.ts";
import { FrameFeed } from "../pipeline/frame-feed.ts";
import { FileStoring, type FileStoringOptions, type StoredContent } from "../pipeline/store-file.ts";
import type { Receipts } from "../receipts/receipts.ts";
import type { RemovalNotes } from "../removal/removal-notes.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import type { RestorePoint, RestorePointDraft, StoredFile } from "../restore-points/restore-point.ts";
import { Lease } from "./lease.ts";
import { nameAdopted } from "./name-adopted.ts";
import { PendingChunks } from "./pending-chunks.ts";
import { type PackClass, SessionPacks } from "./session-packs.ts";
import { writeSegment } from "./write-segment.ts";

/** When this many chunks are durable, a segment names them: what a killed session had by then is found without footers. */
const SEGMENT_CHUNKS = 65_536;

export interface SessionParts {
  readonly storage: Storage;
  readonly keys: WriterKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly engine: Engine;
  readonly loaded: LoadedIndex;
  readonly points: Pick<PointStore, "write" | "delete">;
  readonly notes: RemovalNotes;
  readonly receipts: Pick<Receipts, "pointMade">;
  /** Told, after a commit, in which packs of other sessions chunks were found. */
  readonly onReliedOn?: ((packs: readonly string[]) => void) | undefined;
  readonly chunkBytes: number;
}

export interface StoreFileOptions extends FileStoringOptions {
  /** The same file in the machine's last restore point. Not needed: equal chunks are found by their identity. */
  readonly previous?: StoredFile | undefined;
}

/**
 * A writer. Files may be stored at the same time. Disposing of a session without a commit leaves only packs that nobody
 * refers to. After a failed write to the storage every call throws that failure again: open another session.
 */
export class VaultSession implements AsyncDisposable {
  readonly #parts: SessionParts;
  readonly #keys: SessionKeys;
  readonly #lease: Lease;
  readonly #looked: LookedAt;
  /** Packs that were seen to be there although nobody looked for all of them. */
  readonly #seen = new Set<number>();
  readonly #signal: AbortSignal | undefined;
  readonly #pending = new PendingChunks();
  /** Packs of the index that chunks were found in, by their numbers. */
  readonly #reliedOn = new Set<number>();
  /** Those of them that this session put. */
  readonly #own = new Set<number>();
  readonly #packs: SessionPacks;
  #unnamed: PackContents[] = [];
  #unnamedChunks = 0;
  #naming: Promise<void> = Promise.resolve();
  #ended = false;

  private constructor(
    parts: SessionParts,
    opened: {
      readonly keys: SessionKeys;
      readonly lease: Lease;
      readonly looked: LookedAt;
      readonly signal: AbortSignal | undefined;
    },
  ) {
    this.#parts = parts;
    this.#keys = opened.keys;
    this.#lease = opened.lease;
    this.#looked = opened.looked;
    this.#signal = opened.signal;
    this.#packs = new SessionPacks({
      storage: parts.storage,
      keys: parts.keys,
      session: opened.keys,
      engine: parts.engine,
      onDurable: async (contents) => await this.#noteDurable(contents),
    });
  }

  /** Made by `Vault.openSession`. */
  static async open(parts: SessionParts, signal?: AbortSignal): Promise<VaultSession> {
    throwIfInterrupted(signal);
    const keys = newSessionKeys(parts.keys, parts.entropy);
    await using cleanup = new AsyncDisposableStack();
    const lease = cleanup.use(await Lease.open(parts.storage, parts.clock, keys.envelope.session));
    // after the lease: a prune waits for every session that may not have seen its list
    for (const { packs } of await parts.notes.doomedLists(signal)) parts.loaded.index.doom(packs);
    for (const { packs } of await parts.notes.damageNotes(signal)) parts.loaded.heed(packs);
    await outwaitListings(1, { ...parts, signal }); // packs of lists that were struck are not listed any more then
    await parts.loaded.refresh(signal);
    parts.loaded.index.runs?.loadFilters(); // most of what a session asks for is new, or all of it known
    const looked = await parts.loaded.reconcileSome(keys.envelope.session[0] ?? 0, signal);
    await nameAdopted(parts, signal);
    cleanup.move();
    return new VaultSession(parts, { keys, lease, looked, signal });
  }

  /**
   * Stores a file; it belongs to the vault when a commit names its recipe. Everything is read. The source stays the
   * caller's. @throws {SourceEndedError} when the file is shorter than its layout, and whatever the storage throws
   */
  async storeFile(source: ByteSource, options: StoreFileOptions): Promise<StoredContent> {
    this.#throwIfEnded();
    const owner = {};
    const feed = (packClass: PackClass): FrameFeed =>
      new FrameFeed({
        engine: this.#parts.engine,
        packs: this.#packs,
        pending: this.#pending,
        packClass,
        frameKey: this.#keys.frameKey,
        owner,
      });
    const storing = new FileStoring(
      source,
      { ...options, signal: anyOf(options.signal, this.#signal) },
      {
        engine: this.#parts.engine,
        chunkBytes: this.#parts.chunkBytes,
        feeds: { data: feed("data"), meta: feed("meta") },
        isKnown: (ids, at) => this.#isInIndex(ids, at) || this.#pending.isKnown(ids, at, owner),
      },
    );
    return await storing.run();
  }

  /** The only commit: the restore point exists, and will stay whole, when this resolves. May be called again. */
  async commit(draft: RestorePointDraft): Promise<RestorePoint> {
    this.#throwIfEnded();
    throwIfInterrupted(this.#signal);
    await this.#packs.flush();
    await this.#nameDurable();
    await this.#confirmReliedOn();
    await this.#lease.check();
    throwIfInterrupted(this.#signal);
    const { point, described } = await this.#parts.points.write(draft);
    if (!(await this.#lease.isThere())) await this.#keepOrTakeBack(point);
    await this.#parts.receipts.pointMade(described);
    this.#tellReliedOn();
    return point;
  }

  /** With the lease, what is there now stays. @throws {VaultSessionLostError} */
  async #confirmReliedOn(): Promise<void> {
    const unseen = [...this.#reliedOn].filter((pack) => !this.#own.has(pack) && !this.#seen.has(pack));
    if (!(await this.#parts.loaded.confirm(unseen, this.#looked, this.#signal)))
      throw new VaultSessionLostError(
        "Cannot commit the restore point: packs that the index names, and that it relies on, are gone",
      );
    for (const pack of unseen) this.#seen.add(pack);
  }

  /**
   * The lease went away while the restore point was put: a prune that saw no restore point may have begun to delete what
   * this one relies on. docs/vault-format.md 10.
   */
  async #keepOrTakeBack(point: RestorePoint): Promise<void> {
    const { loaded, notes } = this.#parts;
    for (const { packs } of await notes.doomedLists()) loaded.index.doom(packs);
    await outwaitListings(1, this.#parts);
    await loaded.reconcile();
    const isWhole = [...this.#reliedOn].every((pack) => loaded.index.lasts(pack));
    if (isWhole) return;
    await this.#takeAway(point);
    throw new VaultSessionLostError("Cannot commit the restore point: the session was ended by a prune");
  }

  /** Whoever may only add, or put it under a lock, hides it; it was never promised. */
  async #takeAway(point: RestorePoint): Promise<void> {
    const { points, notes, clock, keys } = this.#parts;
    try {
      await points.delete(point);
    } catch (error) {
      if (!(error instanceof StorageDeniedError || error instanceof StorageLockedError)) throw error;
      // nobody believes what a write-only host says of removal: verify tells of the restore point
      if (hasFullKey(keys)) await notes.trash.put(point.id, clock.now().epochMilliseconds);
    }
  }

  #tellReliedOn(): void {
    const { loaded, onReliedOn } = this.#parts;
    const packs = [...this.#reliedOn].filter((pack) => !this.#own.has(pack));
    onReliedOn?.(packs.map((pack) => loaded.index.pack(pack).object));
  }

  #isInIndex(ids: Uint8Array, at: number): boolean {
    const { index } = this.#parts.loaded;
    const frame = index.find(ids, at);
    if (frame === undefined) return false;
    this.#reliedOn.add(index.packOf(frame));
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#packs.end();
    await this.#lease[Symbol.asyncDispose]();
  }

  async #noteDurable(contents: PackContents): Promise<void> {
    this.#unnamed.push(contents);
    for (const { ids } of contents.frames) this.#unnamedChunks += ids.length / HASH_BYTES;
    if (this.#unnamedChunks >= SEGMENT_CHUNKS) await this.#nameDurable();
  }

  /** One segment at a time: who commits waits for the segment that another commit is writing. */
  async #nameDurable(): Promise<void> {
    const naming = this.#naming.then(async () => await this.#nameNow());
    this.#naming = naming.catch((error: unknown) => {
      this.#packs.fail(error); // these packs will never be named by this session
    });
    await naming;
  }

  async #nameNow(): Promise<void> {
    this.#packs.throwIfFailed();
    const packs = this.#unnamed;
    if (packs.length === 0) return;
    this.#unnamed = [];
    this.#unnamedChunks = 0;
    const { loaded } = this.#parts;
    const known = loaded.index.packCount;
    loaded.noteWritten(await writeSegment(packs, this.#parts), packs);
    for (let pack = known; pack < loaded.index.packCount; pack++) {
      this.#reliedOn.add(pack);
      this.#own.add(pack);
    }
    for (const { frames } of packs) for (const { number } of frames) this.#pending.indexed(number);
  }

  #throwIfEnded(): void {
    if (this.#ended) throw new VaultSessionLostError("Cannot store: the session was closed");
    this.#packs.throwIfFailed();
  }
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}

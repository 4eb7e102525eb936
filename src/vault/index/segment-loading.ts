import { forEachBounded, type Guid, guidFromBytes, throwIfInterrupted } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { hasFullKey, type WriterKeys } from "../crypto/vault-keys.ts";
import { HASH_BYTES } from "../format/layout.ts";
import { INDEX_PREFIX } from "../format/object-names.ts";
import type { ChunkIndex } from "./chunk-index.ts";
import { type LocalIndexOptions, LocalRuns } from "./local-runs.ts";
import type { Scratch } from "./scratch/scratch-file.ts";
import type { SegmentReader } from "./segment-reader.ts";

const MOST_LISTINGS = 10;
const STATS_AT_ONCE = 16;

export interface SegmentLoadingParts {
  readonly storage: Storage;
  readonly keys: WriterKeys;
  /** Where an index beyond its memory is kept; left out: all of it is in memory, whatever that takes. */
  readonly local?: LocalIndexOptions | undefined;
  readonly index: ChunkIndex;
  readonly segments: SegmentReader;
}

/** Fills an index with what segments say, from the vault or from runs on the local disk. One call at a time. */
export class SegmentLoading {
  readonly #parts: SegmentLoadingParts;
  readonly #loaded = new Set<string>();
  /** Whether all segments are read again, also those that runs hold. */
  #provesNames = false;
  #local: LocalRuns | undefined;
  #isFirst = true;
  #damagedRuns = 0;
  /** Digests of packs that were looked for and are gone, also by whoever opened the index before; only where there are runs. */
  readonly #gone = new Set<string>();

  constructor(parts: SegmentLoadingParts) {
    this.#parts = parts;
  }

  /** Whether the index may be beyond memory. */
  get isLocal(): boolean {
    return this.#local !== undefined;
  }

  /** Room on the local disk for whoever works with the index; undefined when it has room in memory. */
  get scratch(): Scratch | undefined {
    return this.#local?.scratch;
  }

  /** Reads the segments that were not read yet. A prune puts new ones before it deletes old ones: where one was gone, there is one that was not listed. */
  async readNew(signal?: AbortSignal): Promise<void> {
    for (let listing = 1; listing <= MOST_LISTINGS && !(await this.#readListed(signal)); listing++) {
      throwIfInterrupted(signal);
    }
  }

  /** The next reading reads all of them, also those that runs hold. */
  proveAll(): void {
    this.#loaded.clear();
    this.#parts.segments.damaged.clear();
    this.#provesNames = true;
    this.#parts.index.runs?.prove();
  }

  /** Segments are read again, but for those that runs hold: these know all places of their chunks. */
  forget(): void {
    this.#loaded.clear();
    for (const segment of this.#parts.index.runs?.segments() ?? []) this.#loaded.add(INDEX_PREFIX + segment);
  }

  /** A segment that this program just wrote is in the index already. */
  noteWritten(name: string): void {
    this.#loaded.add(name);
    this.#local?.spill(this.#parts.index, "full");
  }

  /** Everything is in runs from now on, where there are any. */
  settle(): void {
    this.#local?.spill(this.#parts.index, "now");
  }

  /** Whether a pack is there, by its name in the storage. */
  noteWhether(object: string, isThere: boolean): void {
    if (this.#local === undefined) return;
    const digest = object.slice(-2 * HASH_BYTES);
    if (isThere) this.#gone.delete(digest);
    else this.#gone.add(digest);
  }

  /** Which packs are gone, for the next time, when not all are looked for. */
  keepGone(): void {
    if (this.#local === undefined) return;
    for (const digest of this.#gone)
      if (!this.#parts.index.hasPack(Buffer.from(digest, "hex"))) this.#gone.delete(digest);
    this.#local.noteGone([...this.#gone]);
  }

  /** Keeps what is worth it for the next time. Nothing may be asked of the index any more. */
  close(): void {
    this.#local?.spill(this.#parts.index, "worth");
    this.#local?.[Symbol.dispose]();
    this.#local = undefined;
  }

  /** Whether all segments that were listed could be read, well or damaged. */
  async #readListed(signal?: AbortSignal): Promise<boolean> {
    const sizes = new Map<string, number>();
    for await (const { name, sizeBytes } of this.#parts.storage.list(INDEX_PREFIX, { signal }))
      sizes.set(name, sizeBytes);
    const names = new Set(sizes.keys());
    const totalBytes = sizes.values().reduce((sum, bytes) => sum + bytes, 0);
    await this.#addUnlisted(names, signal);
    const areSame = await this.#useLocal(names, totalBytes, signal);
    const areRead = await this.#readThose(names, sizes, signal);
    const hasMerged = await this.#settleFirst(names, signal);
    this.#heedGone();
    return !hasMerged && areSame && areRead;
  }

  /** Holds one of them at a time. False when one was gone. */
  async #readThose(
    names: ReadonlySet<string>,
    sizes: ReadonlyMap<string, number>,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { local, segments, index } = this.#parts;
    const unread = [...names].filter((name) => !this.#loaded.has(name));
    const bytesOf = (name: string): number => sizes.get(name) ?? 0;
    const totalBytes = unread.reduce((sum, name) => sum + bytesOf(name), 0);
    let doneBytes = 0;
    let areRead = true;
    for (const name of unread) {
      throwIfInterrupted(signal);
      const became = await segments.read(name, signal);
      if (became === "read") this.#loaded.add(name);
      else if (became === "gone") areRead = false;
      this.#local?.spill(index, "full");
      doneBytes += bytesOf(name);
      local?.onProgress?.({ doing: "reading", doneBytes, totalBytes });
    }
    return areRead;
  }

  /** Segments that runs hold and that are there all the same: some stores list late, and what is known is not forgotten for that. */
  async #addUnlisted(names: Set<string>, signal?: AbortSignal): Promise<void> {
    const { storage, index } = this.#parts;
    const unlisted = index.runs?.missing(digestsOf(names)) ?? [];
    const look = async (digest: string): Promise<void> => {
      const name = INDEX_PREFIX + digest;
      if ((await storage.stat(name)) !== undefined) names.add(name);
    };
    await forEachBounded(unlisted, look, { limit: STATS_AT_ONCE, signal });
  }

  /** False when segments have gone that runs hold: what replaces them may be missing from the same listing. */
  async #useLocal(names: ReadonlySet<string>, bytes: number, signal?: AbortSignal): Promise<boolean> {
    const { keys, local, index } = this.#parts;
    const present = digestsOf(names);
    if (this.#isFirst && local !== undefined && this.#local === undefined) {
      const opened = LocalRuns.openFor(bytes, ownerOf(keys), local);
      const gone = await opened?.attach(index, present, signal);
      this.#local = opened;
      for (const digest of gone ?? []) this.#gone.add(digest);
      if (this.#provesNames) index.runs?.prove();
      else this.forget();
      return true;
    }
    const { runs } = index;
    if (runs === undefined) return true;
    const isDamaged = runs.damagedRuns > this.#damagedRuns;
    this.#damagedRuns = runs.damagedRuns;
    const hasChanged = index.keepOnly(present);
    if (isDamaged || hasChanged) this.forget();
    return !hasChanged;
  }

  /** After the first reading nobody has numbers yet: the moment to keep what was read, and to merge runs. Whether it did. */
  async #settleFirst(names: ReadonlySet<string>, signal?: AbortSignal): Promise<boolean> {
    const { index } = this.#parts;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (!isFirst || this.#local === undefined) return false;
    const present = digestsOf(names);
    this.#local.spill(index, "worth");
    const isUntidy = this.#local.isUntidy(present);
    if (isUntidy) {
      this.#local.spill(index, "now");
      await this.#local.attach(index, present, signal); // what is gone is known already
      this.forget();
    }
    this.#local.mergeBeside(present);
    return isUntidy;
  }

  /** Segments that were just read may name packs that were looked for before. */
  #heedGone(): void {
    const { index } = this.#parts;
    for (const digest of this.#gone)
      for (const number of index.packsNamed(Buffer.from(digest, "hex"))) index.setThere(number, false);
  }
}

/** Whose runs these are: what a write-only host believes, a full-key holder does not. */
function ownerOf(keys: WriterKeys): Guid {
  return hasFullKey(keys) ? keys.vault : guidFromBytes(keys.writer);
}

function digestsOf(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].map((name) => name.slice(INDEX_PREFIX.length)));
}

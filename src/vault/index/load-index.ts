import {
  forEachBounded,
  type Guid,
  guidFromBytes,
  hexFromBytes,
  throwIfInterrupted,
} from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import { hasFullKey, isFullKeyWriter, type WriterKeys } from "../crypto/vault-keys.ts";
import { damageIn, VaultDamagedError } from "../errors.ts";
import { HASH_BYTES } from "../format/layout.ts";
import { digestFromName, INDEX_PREFIX, PACKS_PREFIX } from "../format/object-names.ts";
import { HostBook } from "../hosts/host-book.ts";
import { HostClaims } from "../hosts/host-claims.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { type ReadPack, readPackContents } from "../packs/read-pack-contents.ts";
import { ChunkIndex } from "./chunk-index.ts";
import { LocalIndexDamagedError } from "./local/errors.ts";
import { type LocalIndexOptions, LocalRuns } from "./local-runs.ts";
import type { Scratch } from "./scratch/scratch-file.ts";
import { SegmentReader } from "./segment-reader.ts";
import type { DamagedPack } from "./struck-packs.ts";

/** A pack of 64 KiB chunks holds some hundreds of them. */
const PACKS_A_SEGMENT = 128;
const MOST_LISTINGS = 10;

/** More packs than these are not listed at once, and not all of them whenever a session opens. */
const PACKS_LISTED = 65_536;
const FIRST_BYTES = 256;
/** What one page of a listing names, in most stores. */
const LISTED_A_PAGE = 1000;
const STATS_AT_ONCE = 16;

/** Of the packs whose names begin with these bytes it was looked whether they are there. */
export type LookedAt = ReadonlySet<number>;

export interface IndexPlace {
  readonly storage: Storage;
  readonly keys: WriterKeys;
  /** Where an index beyond its memory is kept; left out: all of it is in memory, whatever that takes. */
  readonly local?: LocalIndexOptions | undefined;
}

/**
 * The index of an open vault, which grows by what other sessions add. One load runs at a time. In it is what full-key holders
 * say, and what these keys' own writer says; a full-key holder has the claims of write-only hosts beside it.
 */
export class LoadedIndex {
  readonly index = new ChunkIndex();
  readonly claims = new HostClaims();
  /** Packs whose footer cannot be used and that no segment names, or names with another length. */
  readonly unreadablePacks = new Map<string, VaultDamagedError>();
  readonly #adopted: PackContents[] = [];
  readonly #found: DamagedPack[] = [];
  readonly #place: IndexPlace;
  /** Opens packs; a write-only host cannot. */
  readonly #keyring: SessionKeyring | undefined;
  readonly #hosts: HostBook | undefined;
  readonly #segments: SegmentReader;
  readonly #loaded = new Set<string>();
  /** Whether all segments are read again, also those that runs hold. */
  #provesNames = false;
  #doubtsClaims = false;
  #local: LocalRuns | undefined;
  #isFirst = true;
  #damagedRuns = 0;
  /** Digests of packs that were looked for and are gone, also by whoever opened the index before; only where there are runs. */
  readonly #gone = new Set<string>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(place: IndexPlace) {
    this.#place = place;
    const { storage, keys } = place;
    this.#keyring = hasFullKey(keys) ? new SessionKeyring(keys) : undefined;
    this.#hosts = hasFullKey(keys) ? new HostBook({ storage, keys }) : undefined;
    const { index, claims } = this;
    this.#segments = new SegmentReader({ storage, keys, index, claims, hosts: this.#hosts });
  }

  /** Segments that could not be read, with the reason; their packs are read from footers instead. */
  get damagedSegments(): ReadonlyMap<string, VaultDamagedError> {
    return this.#segments.damaged;
  }

  /** Reads the segments that were not read yet. Holds one of them at a time. */
  async refresh(signal?: AbortSignal): Promise<void> {
    await this.#whole(async () => {
      await this.#readNew(signal);
    });
  }

  /** Reads all segments, also those that were read before: to see whether they still are what they were. */
  async reread(signal?: AbortSignal): Promise<void> {
    this.#loaded.clear();
    this.#segments.damaged.clear();
    this.#provesNames = true;
    this.index.runs?.prove();
    await this.refresh(signal);
  }

  /** Chunks find their places anew, by what is doomed, gone and damaged now. */
  async placeAnew(signal?: AbortSignal): Promise<void> {
    this.#forget();
    await this.refresh(signal);
  }

  /**
   * Everything is in runs from now on where there are any, so that places keep their numbers whatever is added; where that cannot be, or
   * there are none, the index says so.
   */
  settle(): void {
    this.#local?.spill(this.index, "now");
  }

  /** Room on the local disk for whoever works with the index; undefined when it has room in memory. */
  get scratch(): Scratch | undefined {
    return this.#local?.scratch;
  }

  /** What is known to be damaged is unknown to writers and read last, from the next `refresh` on. */
  heed(damage: readonly DamagedPack[]): boolean {
    const struck = damage.filter((pack) => this.index.strike(pack));
    if (struck.length > 0) this.#forget(); // chunks find their other places
    return struck.length > 0;
  }

  /** Damage that this program met itself; whether it is new. */
  noteDamage(damage: DamagedPack): boolean {
    const isNew = this.heed([damage]);
    if (isNew) this.#found.push(damage);
    return isNew;
  }

  /** Damage that was met since this was asked the last time. */
  takeFound(): readonly DamagedPack[] {
    return this.#found.splice(0);
  }

  /**
   * Holds the index against the packs that are there: packs that are gone or have another length lose their chunks, packs
   * that no segment names (of a session that was killed, or whose segment is lost) are read from their footers.
   */
  async reconcile(signal?: AbortSignal): Promise<void> {
    await this.#whole(async () => {
      this.unreadablePacks.clear();
      if (!this.#isLarge) await this.#reconcileUnder(undefined, signal);
      else
        for (let first = 0; first < FIRST_BYTES; first++) {
          throwIfInterrupted(signal);
          await this.#reconcileUnder(first, signal);
        }
      this.#keepGone();
    });
  }

  /**
   * The same for as many packs as can be listed in a moment: all of a vault up to about a tebibyte, a part of a larger one, which
   * begins where `from` says. Whoever opens a session does it, so each pack has its turn.
   */
  async reconcileSome(from: number, signal?: AbortSignal): Promise<LookedAt> {
    const looked = new Set<number>();
    if (!this.#isLarge) {
      await this.reconcile(signal);
      for (let first = 0; first < FIRST_BYTES; first++) looked.add(first);
      return looked;
    }
    await this.#alone(async () => {
      const count = Math.max(1, Math.floor((FIRST_BYTES * this.#packsListed) / this.index.packCount));
      for (let i = 0; i < Math.min(count, FIRST_BYTES); i++) {
        const first = (from + i) % FIRST_BYTES;
        await this.#reconcileUnder(first, signal);
        looked.add(first);
      }
      this.#keepGone();
    });
    return looked;
  }

  /**
   * Looks for packs that chunks were found in and that nobody has looked at since the session opened: segments may name packs that
   * are gone (docs/vault-format.md 7), so before a commit relies on them each was seen. Those that are gone lose their chunks, and
   * false is given.
   */
  async confirm(packs: Iterable<number>, looked: LookedAt, signal?: AbortSignal): Promise<boolean> {
    const byByte = new Map<number, string[]>();
    for (const number of packs) {
      const { object } = this.index.pack(number);
      const first = digestFromName(object)?.[0] ?? 0;
      if (!looked.has(first)) byByte.set(first, [...(byByte.get(first) ?? []), object]);
    }
    if (byByte.size === 0) return true;
    const bounded = { limit: STATS_AT_ONCE, signal };
    const pages = Math.ceil(this.index.packCount / FIRST_BYTES / LISTED_A_PAGE);
    await this.#alone(async () => {
      for (const [first, objects] of byByte) {
        if (objects.length > pages) await this.#reconcileUnder(first, signal);
        else await forEachBounded(objects, async (object) => await this.#lookFor(object), bounded);
      }
      this.#keepGone();
    });
    return [...packs].every((number) => this.index.lasts(number));
  }

  /** A host may say of somebody else's pack that it is its own: what it claims is looked at, pack for pack. */
  async doubtClaims(signal?: AbortSignal): Promise<void> {
    if (this.#doubtsClaims || this.claims.packs.length === 0) return;
    this.#doubtsClaims = true;
    await this.reconcile(signal);
  }

  /** Writes segments for packs that were adopted: before anybody relies on them. */
  async nameAdopted(write: (packs: readonly PackContents[]) => Promise<void>): Promise<void> {
    await this.#alone(async () => {
      while (this.#adopted.length > 0) {
        await write(this.#adopted.slice(0, PACKS_A_SEGMENT));
        this.#adopted.splice(0, PACKS_A_SEGMENT);
      }
    });
  }

  /** A segment that this program just wrote. */
  noteWritten(name: string, packs: readonly PackContents[]): void {
    this.#loaded.add(name);
    this.index.addWritten(digestFromName(name) as Uint8Array, packs);
    this.#local?.spill(this.index, "full");
  }

  /** False when a local run was damaged: what was not found in it may be there all the same. */
  get isWhole(): boolean {
    return (this.index.runs?.damagedRuns ?? 0) === 0;
  }

  /** Whoever is about to do what cannot be undone asks first. @throws {LocalIndexDamagedError} when a local run was damaged: begin again */
  assertWhole(): void {
    const damage = this.index.runs?.damage;
    if (damage !== undefined)
      throw new LocalIndexDamagedError(damage.path, "it was damaged", { cause: damage });
  }

  /** Keeps what is worth it for the next time. Nothing may be asked of the index any more. */
  close(): void {
    this.#local?.spill(this.index, "worth");
    this.#local?.[Symbol.dispose]();
    this.#local = undefined;
  }

  /** What no segment named when the index was held against the packs. */
  get adoptedPacks(): readonly PackContents[] {
    return this.#adopted;
  }

  get #packsListed(): number {
    return this.#place.local?.packsListed ?? PACKS_LISTED;
  }

  get #isLarge(): boolean {
    return this.#local !== undefined && this.index.packCount > this.#packsListed;
  }

  /** Packs whose names begin with a byte, or all: all that are known, and all that are there. */
  async #reconcileUnder(first: number | undefined, signal?: AbortSignal): Promise<void> {
    const { index } = this;
    const known = index.packCount; // packs that are added while we list need no looking at
    const there = await this.#listPacks(first, signal);
    this.claims.heed(there, PACKS_PREFIX + underByte(first));
    const named = new Set<string>();
    const resized: string[] = [];
    let areGone = false;
    for (const number of first === undefined ? numbersBelow(known) : index.packsUnder(first)) {
      if (index.isForgotten(number)) continue;
      const { object, sizeBytes, isThere } = index.pack(number);
      if (index.isNamed(number)) named.add(object);
      if (number >= known) continue;
      const isThereNow = there.get(object) === sizeBytes;
      index.setThere(number, isThereNow);
      this.#noteWhether(object, isThereNow);
      if (isThere && !isThereNow) areGone = true;
      if (!isThereNow && there.has(object)) resized.push(object);
    }
    for (const object of named) there.delete(object);
    if (areGone) {
      this.#forget(); // their chunks may be in other packs too, which segments name that were read already
      await this.#readNew(signal);
    }
    await this.#adopt(there, signal);
    for (const object of resized) {
      const damage = new VaultDamagedError(object, "its length is not the one that the index names");
      this.unreadablePacks.set(object, damage);
    }
  }

  /** For the next time, when not all packs are looked for. */
  #keepGone(): void {
    if (this.#local === undefined) return;
    for (const digest of this.#gone)
      if (!this.index.hasPack(Buffer.from(digest, "hex"))) this.#gone.delete(digest);
    this.#local.noteGone([...this.#gone]);
  }

  /** Segments that were just read may name packs that were looked for before. */
  #heedGone(): void {
    for (const digest of this.#gone)
      for (const number of this.index.packsNamed(Buffer.from(digest, "hex")))
        this.index.setThere(number, false);
  }

  async #lookFor(object: string): Promise<void> {
    const sizeBytes = (await this.#place.storage.stat(object))?.sizeBytes;
    for (const number of this.index.packsNamed(digestFromName(object) as Uint8Array)) {
      const isThere = sizeBytes === this.index.pack(number).sizeBytes;
      this.index.setThere(number, isThere);
      this.#noteWhether(object, isThere);
    }
  }

  async #listPacks(first: number | undefined, signal?: AbortSignal): Promise<Map<string, number>> {
    const there = new Map<string, number>();
    for await (const { name, sizeBytes } of this.#place.storage.list(PACKS_PREFIX + underByte(first), {
      signal,
    })) {
      if (digestFromName(name) !== undefined) there.set(name, sizeBytes);
    }
    return there;
  }

  #noteWhether(object: string, isThere: boolean): void {
    if (this.#local === undefined) return;
    const digest = object.slice(-2 * HASH_BYTES);
    if (isThere) this.#gone.delete(digest);
    else this.#gone.add(digest);
  }

  /** Segments are read again, but for those that runs hold: these know all places of their chunks. */
  #forget(): void {
    this.#loaded.clear();
    for (const segment of this.index.runs?.segments() ?? []) this.#loaded.add(INDEX_PREFIX + segment);
  }

  /** A prune puts new segments before it deletes old ones: where one was gone, there is one that was not listed. */
  async #readNew(signal?: AbortSignal): Promise<void> {
    for (let listing = 1; listing <= MOST_LISTINGS && !(await this.#readListed(signal)); listing++) {
      throwIfInterrupted(signal);
    }
  }

  /** Whether all segments that were listed could be read, well or damaged. */
  async #readListed(signal?: AbortSignal): Promise<boolean> {
    const names = new Set<string>();
    let bytes = 0;
    for await (const { name, sizeBytes } of this.#place.storage.list(INDEX_PREFIX, { signal })) {
      names.add(name);
      bytes += sizeBytes;
    }
    await this.#addUnlisted(names, signal);
    let isComplete = await this.#useLocal(names, bytes, signal);
    for (const name of names) {
      if (this.#loaded.has(name)) continue;
      throwIfInterrupted(signal);
      const became = await this.#segments.read(name, signal);
      if (became === "read") this.#loaded.add(name);
      else if (became === "gone") isComplete = false;
      this.#local?.spill(this.index, "full");
    }
    const hasMerged = await this.#settle(names, signal);
    this.#heedGone();
    return !hasMerged && isComplete;
  }

  /** Segments that runs hold and that are there all the same: some stores list late, and what is known is not forgotten for that. */
  async #addUnlisted(names: Set<string>, signal?: AbortSignal): Promise<void> {
    const unlisted = this.index.runs?.missing(digestsOf(names)) ?? [];
    const look = async (digest: string): Promise<void> => {
      const name = INDEX_PREFIX + digest;
      if ((await this.#place.storage.stat(name)) !== undefined) names.add(name);
    };
    await forEachBounded(unlisted, look, { limit: STATS_AT_ONCE, signal });
  }

  /** False when segments have gone that runs hold: what replaces them may be missing from the same listing. */
  async #useLocal(names: ReadonlySet<string>, bytes: number, signal?: AbortSignal): Promise<boolean> {
    const present = digestsOf(names);
    if (this.#isFirst && this.#place.local !== undefined && this.#local === undefined) {
      const local = LocalRuns.openFor(bytes, ownerOf(this.#place.keys), this.#place.local);
      const gone = await local?.attach(this.index, present, signal);
      this.#local = local;
      for (const digest of gone ?? []) this.#gone.add(digest);
      if (this.#provesNames) this.index.runs?.prove();
      else this.#forget();
      return true;
    }
    const { runs } = this.index;
    if (runs === undefined) return true;
    const isDamaged = runs.damagedRuns > this.#damagedRuns;
    this.#damagedRuns = runs.damagedRuns;
    const hasChanged = this.index.keepOnly(present);
    if (isDamaged || hasChanged) this.#forget();
    return !hasChanged;
  }

  /** After the first reading nobody has numbers yet: the moment to keep what was read, and to merge runs. Whether it did. */
  async #settle(names: ReadonlySet<string>, signal?: AbortSignal): Promise<boolean> {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (!isFirst || this.#local === undefined) return false;
    const present = digestsOf(names);
    this.#local.spill(this.index, "worth");
    const isUntidy = this.#local.isUntidy(present);
    if (isUntidy) {
      this.#local.spill(this.index, "now");
      await this.#local.attach(this.index, present, signal); // what is gone is known already
      this.#forget();
    }
    this.#local.mergeBeside(present);
    return isUntidy;
  }

  async #adopt(packs: ReadonlyMap<string, number>, signal?: AbortSignal): Promise<void> {
    const { keys, storage } = this.#place;
    const keyring = this.#keyring;
    if (keyring === undefined || !hasFullKey(keys)) return;
    for (const [object, sizeBytes] of packs) {
      if (this.index.isDoomed(object)) continue; // nobody begins to rely on it
      if (this.index.hasPack(digestFromName(object) as Uint8Array)) continue; // a segment names it by now
      if (!this.#doubtsClaims && this.claims.hasPack(object)) continue;
      try {
        const contents = await readPackContents(object, sizeBytes, { storage, keys, keyring, signal });
        if (isFullKeyWriter(contents.writer)) {
          this.index.addPack(contents);
          this.#adopted.push(contents);
        } else await this.#adoptClaim(contents);
      } catch (error) {
        this.unreadablePacks.set(object, damageIn(error));
      }
    }
  }

  /** Of a host whose key was taken away, only packs count that its segments of then name. */
  async #adoptClaim(contents: ReadPack): Promise<void> {
    const host = hexFromBytes(contents.writer);
    if (!(await this.#hosts?.hasEnded(host))) this.claims.addPack(host, contents);
  }

  /** Begins again when a local run turns out to be damaged: it is not asked again, and its segments are read. */
  async #whole(work: () => Promise<void>): Promise<void> {
    await this.#alone(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          await work();
          return;
        } catch (error) {
          if (!(error instanceof LocalIndexDamagedError) || attempt === MOST_LISTINGS) throw error;
          await this.#readNew();
        }
      }
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#running;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }
}

function* numbersBelow(count: number): Generator<number> {
  for (let number = 0; number < count; number++) yield number;
}

function underByte(first: number | undefined): string {
  return first === undefined ? "" : `${first.toString(16).padStart(2, "0")}/`;
}

/** Whose runs these are: what a write-only host believes, a full-key holder does not. */
function ownerOf(keys: WriterKeys): Guid {
  return hasFullKey(keys) ? keys.vault : guidFromBytes(keys.writer);
}

function digestsOf(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].map((name) => name.slice(INDEX_PREFIX.length)));
}

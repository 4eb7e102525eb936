import type { Storage } from "../../storage/index.ts";
import { hasFullKey, type WriterKeys } from "../crypto/vault-keys.ts";
import type { VaultDamagedError } from "../errors.ts";
import { digestFromName } from "../format/object-names.ts";
import { HostBook } from "../hosts/host-book.ts";
import { HostClaims } from "../hosts/host-claims.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { ChunkIndex } from "./chunk-index.ts";
import { LocalIndexDamagedError } from "./local/errors.ts";
import type { LocalIndexOptions } from "./local-runs.ts";
import { FIRST_BYTES, type LookedAt, PackPresence } from "./pack-presence.ts";
import type { Scratch } from "./scratch/scratch-file.ts";
import { SegmentLoading } from "./segment-loading.ts";
import { SegmentReader } from "./segment-reader.ts";
import type { DamagedPack } from "./struck-packs.ts";

export type { LookedAt } from "./pack-presence.ts";

/** A pack of 64 KiB chunks holds some hundreds of them. */
const PACKS_A_SEGMENT = 128;
const MOST_ATTEMPTS = 10;

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
  readonly #found: DamagedPack[] = [];
  readonly #segments: SegmentReader;
  readonly #loading: SegmentLoading;
  readonly #presence: PackPresence;
  #running: Promise<unknown> = Promise.resolve();

  constructor({ storage, keys, local }: IndexPlace) {
    const { index, claims } = this;
    const hosts = hasFullKey(keys) ? new HostBook({ storage, keys }) : undefined;
    const parts = { storage, keys, index, claims, hosts };
    this.#segments = new SegmentReader(parts);
    this.#loading = new SegmentLoading({ ...parts, local, segments: this.#segments });
    const packsListed = local?.packsListed;
    this.#presence = new PackPresence({ ...parts, loading: this.#loading, packsListed });
  }

  /** Segments that could not be read, with the reason; their packs are read from footers instead. */
  get damagedSegments(): ReadonlyMap<string, VaultDamagedError> {
    return this.#segments.damaged;
  }

  /** Packs whose footer cannot be used and that no segment names, or names with another length. */
  get unreadablePacks(): ReadonlyMap<string, VaultDamagedError> {
    return this.#presence.unreadable;
  }

  /** Reads the segments that were not read yet. Holds one of them at a time. */
  async refresh(signal?: AbortSignal): Promise<void> {
    await this.#whole(async () => {
      await this.#loading.readNew(signal);
    });
  }

  /** Reads all segments, also those that were read before: to see whether they still are what they were. */
  async reread(signal?: AbortSignal): Promise<void> {
    this.#loading.proveAll();
    await this.refresh(signal);
  }

  /** Chunks find their places anew, by what is doomed, gone and damaged now. */
  async placeAnew(signal?: AbortSignal): Promise<void> {
    this.#loading.forget();
    await this.refresh(signal);
  }

  /**
   * Everything is in runs from now on where there are any, so that places keep their numbers whatever is added; where that cannot be, or
   * there are none, the index says so.
   */
  settle(): void {
    this.#loading.settle();
  }

  /** Room on the local disk for whoever works with the index; undefined when it has room in memory. */
  get scratch(): Scratch | undefined {
    return this.#loading.scratch;
  }

  /** What is known to be damaged is unknown to writers and read last, from the next `refresh` on. */
  heed(damage: readonly DamagedPack[]): boolean {
    const struck = damage.filter((pack) => this.index.strike(pack));
    if (struck.length > 0) this.#loading.forget(); // chunks find their other places
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
      await this.#presence.reconcile(signal);
    });
  }

  /**
   * The same for as many packs as can be listed in a moment: all of a vault up to about a tebibyte, a part of a larger one, which
   * begins where `from` says. Whoever opens a session does it, so each pack has its turn.
   */
  async reconcileSome(from: number, signal?: AbortSignal): Promise<LookedAt> {
    const looked = await this.#alone(async () => await this.#presence.reconcileSome(from, signal));
    if (looked !== undefined) return looked;
    await this.reconcile(signal);
    return new Set(Array.from({ length: FIRST_BYTES }, (_, first) => first));
  }

  /**
   * Looks for packs that chunks were found in and that nobody has looked at since the session opened: segments may name packs that
   * are gone (docs/vault-format.md 7), so before a commit relies on them each was seen. Those that are gone lose their chunks, and
   * false is given.
   */
  async confirm(packs: Iterable<number>, looked: LookedAt, signal?: AbortSignal): Promise<boolean> {
    const numbers = [...packs];
    const hasLooked = await this.#alone(
      async () => await this.#presence.lookForOthers(numbers, looked, signal),
    );
    return !hasLooked || numbers.every((number) => this.index.lasts(number));
  }

  /** A host may say of somebody else's pack that it is its own: what it claims is looked at, pack for pack. */
  async doubtClaims(signal?: AbortSignal): Promise<void> {
    if (this.claims.packs.length === 0) return;
    if (this.#presence.doubtClaims()) await this.reconcile(signal);
  }

  /** Writes segments for packs that were adopted: before anybody relies on them. */
  async nameAdopted(write: (packs: readonly PackContents[]) => Promise<void>): Promise<void> {
    const { adopted } = this.#presence;
    await this.#alone(async () => {
      while (adopted.length > 0) {
        await write(adopted.slice(0, PACKS_A_SEGMENT));
        adopted.splice(0, PACKS_A_SEGMENT);
      }
    });
  }

  /** A segment that this program just wrote. */
  noteWritten(name: string, packs: readonly PackContents[]): void {
    this.index.addWritten(digestFromName(name) as Uint8Array, packs);
    this.#loading.noteWritten(name);
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
    this.#loading.close();
  }

  /** What no segment named when the index was held against the packs. */
  get adoptedPacks(): readonly PackContents[] {
    return this.#presence.adopted;
  }

  /** Begins again when a local run turns out to be damaged: it is not asked again, and its segments are read. */
  async #whole(work: () => Promise<void>): Promise<void> {
    await this.#alone(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          await work();
          return;
        } catch (error) {
          if (!(error instanceof LocalIndexDamagedError) || attempt === MOST_ATTEMPTS) throw error;
          await this.#loading.readNew();
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

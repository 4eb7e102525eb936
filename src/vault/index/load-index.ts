import { throwIfInterrupted } from "../../base/index.ts";
import { type Storage, StorageObjectMissingError } from "../../storage/index.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import { openSegment } from "../crypto/sealed-object.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { digestFromName, INDEX_PREFIX, PACKS_PREFIX } from "../format/object-names.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { readPackContents } from "../packs/read-pack-contents.ts";
import { ChunkIndex, type DamagedPack } from "./chunk-index.ts";
import { decodeSegment } from "./segment-codec.ts";

/** A pack of 64 KiB chunks holds some hundreds of them. */
const PACKS_A_SEGMENT = 128;
const MOST_LISTINGS = 10;

export interface IndexPlace {
  readonly storage: Storage;
  readonly keys: VaultKeys;
}

/** The index of an open vault, which grows by what other sessions add. One load runs at a time. */
export class LoadedIndex {
  readonly index = new ChunkIndex();
  /** Segments that could not be read, with the reason; their packs are read from footers instead. */
  readonly damagedSegments = new Map<string, VaultDamagedError>();
  /** Packs that no segment names and whose footer cannot be used. */
  readonly unreadablePacks = new Map<string, VaultDamagedError>();
  readonly #adopted: PackContents[] = [];
  readonly #found: DamagedPack[] = [];
  readonly #place: IndexPlace;
  readonly #keyring: SessionKeyring;
  readonly #loaded = new Set<string>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(place: IndexPlace) {
    this.#place = place;
    this.#keyring = new SessionKeyring(place.keys);
  }

  /** Reads the segments that were not read yet. Holds one of them at a time. */
  async refresh(signal?: AbortSignal): Promise<void> {
    await this.#alone(async () => {
      await this.#readNew(signal);
    });
  }

  /** Reads all segments, also those that were read before: to see whether they still are what they were. */
  async reread(signal?: AbortSignal): Promise<void> {
    this.#loaded.clear();
    this.damagedSegments.clear();
    await this.refresh(signal);
  }

  /** What is known to be damaged is unknown to writers and read last, from the next `refresh` on. */
  heed(damage: readonly DamagedPack[]): boolean {
    const struck = damage.filter((pack) => this.index.strike(pack));
    if (struck.length > 0) this.#loaded.clear(); // chunks find their other places
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
    await this.#alone(async () => {
      const known = this.index.packs.length; // packs that are added while we list need no looking at
      const there = new Map<string, number>();
      for await (const { name, sizeBytes } of this.#place.storage.list(PACKS_PREFIX, { signal })) {
        if (digestFromName(name) !== undefined) there.set(name, sizeBytes);
      }
      let areGone = false;
      for (const [pack, { object, sizeBytes, isThere }] of this.index.packs.entries()) {
        const isThereNow = there.get(object) === sizeBytes;
        if (pack < known) this.index.setThere(pack, isThereNow);
        if (pack < known && isThere && !isThereNow) areGone = true;
        there.delete(object);
      }
      if (areGone) {
        this.#loaded.clear(); // their chunks may be in other packs too, which segments name that were read already
        await this.#readNew(signal);
      }
      await this.#adopt(there, signal);
    });
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
    for (const pack of packs) this.index.addPack(pack);
  }

  /** What no segment named when the index was held against the packs. */
  get adoptedPacks(): readonly PackContents[] {
    return this.#adopted;
  }

  /** A prune puts new segments before it deletes old ones: where one was gone, there is one that was not listed. */
  async #readNew(signal?: AbortSignal): Promise<void> {
    for (let listing = 1; listing <= MOST_LISTINGS && !(await this.#readListed(signal)); listing++) {
      throwIfInterrupted(signal);
    }
  }

  /** Whether all segments that were listed could be read, well or damaged. */
  async #readListed(signal?: AbortSignal): Promise<boolean> {
    let isComplete = true;
    for await (const { name } of this.#place.storage.list(INDEX_PREFIX, { signal })) {
      if (!this.#loaded.has(name) && !(await this.#load(name, signal))) isComplete = false;
    }
    return isComplete;
  }

  async #adopt(packs: ReadonlyMap<string, number>, signal?: AbortSignal): Promise<void> {
    this.unreadablePacks.clear();
    for (const [object, sizeBytes] of packs) {
      if (this.index.isDoomed(object)) continue; // nobody begins to rely on it
      if (this.index.hasPack(digestFromName(object) as Uint8Array)) continue; // a segment names it by now
      try {
        const place = { ...this.#place, keyring: this.#keyring, signal };
        const contents = await readPackContents(object, sizeBytes, place);
        this.index.addPack(contents);
        this.#adopted.push(contents);
      } catch (error) {
        if (!(error instanceof VaultDamagedError)) throw error;
        this.unreadablePacks.set(object, error);
      }
    }
  }

  /** False when it is gone since it was listed. */
  async #load(name: string, signal?: AbortSignal): Promise<boolean> {
    try {
      const bytes = await this.#place.storage.get(name, { signal });
      this.index.addSegment(decodeSegment(openSegment(bytes, name, this.#place.keys), name));
      this.damagedSegments.delete(name);
      this.#loaded.add(name);
    } catch (error) {
      if (error instanceof StorageObjectMissingError) return false;
      if (!(error instanceof VaultDamagedError)) throw error;
      this.damagedSegments.set(name, error);
    }
    return true;
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

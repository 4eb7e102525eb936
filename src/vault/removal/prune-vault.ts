import {
  type Clock,
  type Entropy,
  forEachBounded,
  hexFromBytes,
  InternalError,
  throwIfInterrupted,
} from "../../base/index.ts";
import { type Storage, StorageDeniedError } from "../../storage/index.ts";
import { openHeader } from "../crypto/open-header.ts";
import { newSessionKeys, type SessionKeys } from "../crypto/session-keys.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { SealedHeader } from "../format/layout.ts";
import { LEASES_PREFIX, leaseFromName, PACKS_PREFIX, packName } from "../format/object-names.ts";
import type { IndexedPack } from "../index/chunk-index.ts";
import { LoadedIndex } from "../index/load-index.ts";
import { getOrDamaged, isGone } from "../packs/get-or-damaged.ts";
import type { Engine } from "../pipeline/engine.ts";
import { FrameReader } from "../reading/frame-reader.ts";
import type { PointName, PointStore } from "../restore-points/point-store.ts";
import { Lease } from "../sessions/lease.ts";
import { PendingChunks } from "../sessions/pending-chunks.ts";
import { writeSegment } from "../sessions/write-segment.ts";
import { choosePacks, type PackUse } from "./choose-packs.ts";
import { type MovingParts, moveChunks } from "./move-chunks.ts";
import { NeededChunks } from "./needed-chunks.ts";
import type { DoomedList, RemovalNotes } from "./removal-notes.ts";
import { rewriteSegments } from "./rewrite-segments.ts";

const DELETES_AT_ONCE = 8;
const MOST_MARKINGS = 5;
const MOST_ATTEMPTS = 10;
/** A pack of which less than half is needed is rewritten: its twin in reading costs less than its waste in keeping. */
export const MOVE_BELOW = 0.5;
/** A session of a backup takes hours; one of a week is dead, or finds out at its commit that it was taken for dead. */
const STALE_AFTER_MS = 7 * 24 * 3_600_000;

export interface PruneOptions {
  /** Packs of which a smaller share is needed are rewritten. @default 0.5 */
  readonly moveBelow?: number | undefined;
  /** A lease that is older counts as dead. @default a week */
  readonly staleAfterMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PruneReport {
  /** Restore points whose time in the trash was over. */
  readonly removedPoints: number;
  readonly packsDropped: number;
  readonly packsMoved: number;
  /** What was deleted, less what was written. */
  readonly bytesFreed: number;
  /** What goes as soon as the sessions have ended that may still use it. */
  readonly bytesDoomed: number;
  /** Sessions that are open and waited for, by the names of their leases. */
  readonly waitingFor: readonly string[];
  /** Leases that were too old. */
  readonly revoked: readonly string[];
  /** What cannot be read and so was not moved. */
  readonly damaged: readonly VaultDamagedError[];
  /** Objects that this credential may not delete. */
  readonly denied: number;
}

export interface PruneParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly engine: Engine;
  readonly notes: RemovalNotes;
  readonly points: PointStore;
}

/**
 * Removes what no restore point needs, beside anything else that runs: docs/vault-format.md 10. May be killed at any moment
 * and run twice at once. @throws {VaultDamagedError} when what is needed cannot be told
 */
export async function pruneVault(options: PruneOptions, parts: PruneParts): Promise<PruneReport> {
  const session = newSessionKeys(parts.keys, parts.entropy);
  const pending = new PendingChunks(); // over all attempts: a frame's number is used once with a key
  await using lease = await Lease.open(parts.storage, parts.clock, session.envelope.session);
  for (let attempt = 1; ; attempt++) {
    try {
      return await new Prune(options, { ...parts, session, pending, lease }).run();
    } catch (error) {
      // another prune took it away meanwhile: what is there now is as good a beginning
      if (!isGone(error) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

interface PruningParts extends PruneParts {
  readonly session: SessionKeys;
  readonly pending: PendingChunks;
  readonly lease: Lease;
}

class Prune {
  readonly #options: PruneOptions;
  readonly #parts: PruningParts;
  readonly #loaded: LoadedIndex;
  readonly #frames: FrameReader;
  readonly #damaged: VaultDamagedError[] = [];
  readonly #revoked: string[] = [];
  readonly #waitingFor = new Set<string>();
  readonly #sizes = new Map<string, number>();
  #removedPoints = 0;
  #packsDropped = 0;
  #packsMoved = 0;
  #writtenBytes = 0;
  #deletedBytes = 0;
  #doomedBytes = 0;
  #denied = 0;

  constructor(options: PruneOptions, parts: PruningParts) {
    this.#options = options;
    this.#parts = parts;
    this.#loaded = new LoadedIndex(parts);
    this.#frames = new FrameReader({ ...parts, loaded: this.#loaded });
  }

  async run(): Promise<PruneReport> {
    const { notes } = this.#parts;
    const { signal } = this.#options;
    // the order of these listings is the proof: packs, then leases, then lists, then restore points
    await this.#listPacks();
    const open = await this.#openSessions();
    const lists = await notes.doomedLists(signal);
    for (const { packs } of lists) this.#loaded.index.doom(packs);
    await this.#loaded.refresh(signal);
    await this.#loaded.reconcile(signal);
    await this.#emptyTrash();
    const seen = new Set<string>();
    const needed = await this.#markNew(seen);
    const list = await this.#doom(needed, open);
    const all = list === undefined ? lists : [...lists, list];
    await this.#heedOthers(all, seen);
    const ready = await this.#readyLists(all);
    await this.#moveWhatIsNeededNow(seen);
    for (const each of ready) await this.#finish(each);
    return this.#report(all, ready);
  }

  async #listPacks(): Promise<void> {
    const { storage } = this.#parts;
    for await (const { name, sizeBytes } of storage.list(PACKS_PREFIX, { signal: this.#options.signal })) {
      this.#sizes.set(name, sizeBytes);
    }
  }

  /** Sessions of others that are open, by their ids, with the names of their leases. Dead ones are ended. */
  async #openSessions(): Promise<ReadonlyMap<string, string>> {
    const { storage, clock, lease } = this.#parts;
    const oldest = clock.now().epochMilliseconds - (this.#options.staleAfterMs ?? STALE_AFTER_MS);
    const open = new Map<string, string>();
    for await (const { name } of storage.list(LEASES_PREFIX, { signal: this.#options.signal })) {
      const named = leaseFromName(name);
      if (named === undefined || name === lease.name) continue;
      if (named.milliseconds < oldest && (await this.#tryDelete(name))) this.#revoked.push(name);
      else open.set(named.session, name);
    }
    return open;
  }

  /** Restore points whose time in the trash is over go for good. */
  async #emptyTrash(): Promise<void> {
    const { notes, points, storage, clock } = this.#parts;
    const now = clock.now().epochMilliseconds;
    const entries = await notes.trashEntries(this.#options.signal);
    const due = new Set(
      entries.filter(({ untilMilliseconds }) => untilMilliseconds <= now).map(({ point }) => point),
    );
    if (due.size === 0) return;
    const objects = new Map<string, string>();
    for await (const { id, object } of points.allNames()) objects.set(id, object);
    for (const point of due) {
      throwIfInterrupted(this.#options.signal);
      const object = objects.get(point);
      if (object !== undefined) {
        if (!(await this.#tryDelete(object))) continue;
        this.#removedPoints++;
      }
      for (const entry of entries) if (entry.point === point) await storage.delete(entry.name);
    }
  }

  /** What the restore points need that were not looked at yet. */
  async #markNew(seen: Set<string>): Promise<NeededChunks> {
    const { points } = this.#parts;
    const { signal } = this.#options;
    const { index } = this.#loaded;
    const names: PointName[] = [];
    for await (const name of points.allNames()) if (!seen.has(name.object)) names.push(name);
    for (let attempt = 1; ; attempt++) {
      const places = index.chunkPlaces;
      const needed = new NeededChunks({ index, frames: this.#frames, signal });
      for (const name of names) {
        await this.#markPoint(name, needed);
        seen.add(name.object);
      }
      if (index.chunkPlaces === places) return needed;
      // looking for a chunk list made the index learn of new packs, and its places moved
      if (attempt === MOST_MARKINGS)
        throw new InternalError("Cannot tell what is needed: the index keeps growing");
    }
  }

  /** A restore point that cannot be read whole stops everything, unless it is just being taken back or removed. */
  async #markPoint(name: PointName, needed: NeededChunks): Promise<void> {
    const { points } = this.#parts;
    try {
      const point = await points.readIfThere(name);
      if (point !== undefined) await needed.add(point);
    } catch (error) {
      if (!(error instanceof VaultDamagedError) || isGone(error)) throw error;
      if ((await points.readIfThere(name)) === undefined) return;
      throw new VaultDamagedError(
        error.object,
        `${error.what}, and restore point ${name.id} needs it: what else it needs cannot be told`,
        { cause: error },
      );
    }
  }

  /** Moves what is needed of wasteful packs, then says that they and the useless ones go. */
  async #doom(needed: NeededChunks, open: ReadonlyMap<string, string>): Promise<DoomedList | undefined> {
    const { index } = this.#loaded;
    const choice = choosePacks({ index, needed, moveBelow: this.#options.moveBelow ?? MOVE_BELOW });
    const drop = await this.#withoutProtected(choice.drop, open);
    const move = await this.#withoutProtected(choice.move, open);
    const sources = move.map(({ pack }) => pack);
    const wasDoomed = new Set(index.packs.filter((pack) => pack.isDoomed));
    await this.#move(sources, needed);
    this.#packsMoved += sources.filter((pack) => !wasDoomed.has(pack)).length;
    this.#packsDropped += drop.filter(({ pack }) => !wasDoomed.has(pack)).length;
    const packs = [...drop.map(({ pack }) => pack), ...sources].filter((pack) => !wasDoomed.has(pack));
    const names = packs.map(({ object }) => object);
    index.doom(names);
    await this.#nameOrphans();
    const goes = new Set([...names, ...[...wasDoomed].map(({ object }) => object)]);
    for (const { object } of this.#damaged) goes.delete(object); // it stays, and the index goes on naming it
    if (goes.size === 0 && names.length === 0) return undefined;
    const segments = await rewriteSegments(goes, { ...this.#parts, signal: this.#options.signal });
    if (names.length === 0 && segments.length === 0) return undefined;
    return await this.#parts.notes.doom({ packs: names, segments });
  }

  /** Packs that no segment names and that stay get a name: their sessions are dead. */
  async #nameOrphans(): Promise<void> {
    const stays = this.#loaded.adoptedPacks.filter(
      ({ digest }) => !this.#loaded.index.isDoomed(packName(digest)),
    );
    if (stays.length > 0) await writeSegment(stays, this.#parts);
  }

  async #move(packs: readonly IndexedPack[], needed: NeededChunks): Promise<void> {
    if (packs.length === 0) return;
    const moving: MovingParts = {
      ...this.#parts,
      loaded: this.#loaded,
      frames: this.#frames,
      signal: this.#options.signal,
    };
    const moved = await moveChunks(packs, needed, moving);
    this.#writtenBytes += moved.writtenBytes;
    const gone = moved.damaged.find(isGone);
    if (gone !== undefined) throw gone;
    this.#damaged.push(...moved.damaged);
  }

  /** Packs that were there before the leases were listed, and of whose sessions none is open. */
  async #withoutProtected(
    uses: readonly PackUse[],
    open: ReadonlyMap<string, string>,
  ): Promise<readonly PackUse[]> {
    const free: PackUse[] = [];
    for (const use of uses) {
      if (!this.#sizes.has(use.pack.object)) continue;
      if (use.pack.isDoomed || open.size === 0 || !open.has(await this.#sessionOf(use.pack))) free.push(use);
    }
    return free;
  }

  async #sessionOf({ object }: IndexedPack): Promise<string> {
    const { storage, keys } = this.#parts;
    const header = await getOrDamaged(storage, object, { offset: 0, length: SealedHeader.sizeBytes });
    return hexFromBytes(openHeader(keys, header, { kind: "pack", object }).session);
  }

  /**
   * Another prune may have doomed the place that this one counts on for a chunk, and count on a place that this one dooms.
   * Each looks for the other's list, and for what is gone already, after its own list is durable: so at least one of them
   * knows of both, and moves the chunk.
   */
  async #heedOthers(known: readonly DoomedList[], seen: Set<string>): Promise<void> {
    const { signal } = this.#options;
    const { index } = this.#loaded;
    const names = new Set(known.map(({ name }) => name));
    const others = (await this.#parts.notes.doomedLists(signal)).filter(({ name }) => !names.has(name));
    const there = index.packs.filter(({ isThere }) => isThere);
    await this.#loaded.reconcile(signal);
    if (others.length === 0 && there.every(({ isThere }) => isThere)) return;
    for (const { packs } of others) index.doom(packs);
    await this.#loaded.reread(signal); // chunks find their places anew
    seen.clear();
  }

  /** Lists whose packs nobody may use any more. */
  async #readyLists(lists: readonly DoomedList[]): Promise<readonly DoomedList[]> {
    const { notes } = this.#parts;
    const ready: DoomedList[] = [];
    const leases = new Set((await this.#openSessions()).values());
    for (const list of lists) {
      const awaited = (await notes.awaited(list)) ?? (await notes.await(list, [...leases]));
      const stillOpen = awaited.filter((name) => leases.has(name));
      if (stillOpen.length === 0) ready.push(list);
      for (const name of stillOpen) this.#waitingFor.add(name);
    }
    return ready;
  }

  /** A session that ended meanwhile may have committed a restore point that needs what is doomed. */
  async #moveWhatIsNeededNow(seen: Set<string>): Promise<void> {
    await this.#loaded.refresh(this.#options.signal);
    const needed = await this.#markNew(seen);
    const { index } = this.#loaded;
    const { move } = choosePacks({ index, needed, moveBelow: 0 });
    await this.#move(
      move.map(({ pack }) => pack),
      needed,
    );
  }

  async #finish(list: DoomedList): Promise<void> {
    const stuck = new Set(this.#damaged.map(({ object }) => object));
    let isGone = true;
    const remove = async (object: string): Promise<void> => {
      if (stuck.has(object) || !(await this.#tryDelete(object))) isGone = false;
      else this.#deletedBytes += this.#sizes.get(object) ?? 0;
    };
    const bounds = { limit: DELETES_AT_ONCE, signal: this.#options.signal };
    await forEachBounded(list.packs, remove, bounds);
    await forEachBounded(list.segments, remove, bounds);
    if (isGone) await this.#parts.notes.strike(list);
  }

  /** False when this credential may not. */
  async #tryDelete(object: string): Promise<boolean> {
    try {
      await this.#parts.storage.delete(object);
      return true;
    } catch (error) {
      if (!(error instanceof StorageDeniedError)) throw error;
      this.#denied++;
      return false;
    }
  }

  #report(all: readonly DoomedList[], ready: readonly DoomedList[]): PruneReport {
    for (const list of all) {
      if (ready.includes(list)) continue;
      for (const pack of list.packs) this.#doomedBytes += this.#sizes.get(pack) ?? 0;
    }
    return {
      removedPoints: this.#removedPoints,
      packsDropped: this.#packsDropped,
      packsMoved: this.#packsMoved,
      bytesFreed: this.#deletedBytes - this.#writtenBytes,
      bytesDoomed: this.#doomedBytes,
      waitingFor: [...this.#waitingFor].sort(),
      revoked: this.#revoked,
      damaged: this.#damaged,
      denied: this.#denied,
    };
  }
}

import {
  type Clock,
  type Entropy,
  forEachBounded,
  hexFromBytes,
  throwIfInterrupted,
} from "../../base/index.ts";
import {
  type Storage,
  StorageDeniedError,
  StorageFullError,
  StorageLockedError,
} from "../../storage/index.ts";
import { openHeader } from "../crypto/open-header.ts";
import { newSessionKeys, type SessionKeys } from "../crypto/session-keys.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import type { VaultDamagedError } from "../errors.ts";
import { SealedHeader } from "../format/layout.ts";
import {
  ENDED_PREFIX,
  endedName,
  LEASES_PREFIX,
  leaseFromName,
  PACKS_PREFIX,
  packName,
} from "../format/object-names.ts";
import type { DamagedPack, IndexedPack } from "../index/chunk-index.ts";
import { LoadedIndex } from "../index/load-index.ts";
import { getOrDamaged, isGone } from "../packs/get-or-damaged.ts";
import type { Engine } from "../pipeline/engine.ts";
import { FrameReader } from "../reading/frame-reader.ts";
import type { Receipts } from "../receipts/receipts.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import { Lease } from "../sessions/lease.ts";
import { PendingChunks } from "../sessions/pending-chunks.ts";
import { writeSegment } from "../sessions/write-segment.ts";
import { choosePacks, type PackUse } from "./choose-packs.ts";
import { overDamage, tellDamage } from "./known-damage.ts";
import { markNeeded } from "./mark-needed.ts";
import { type MovingParts, moveChunks } from "./move-chunks.ts";
import type { NeededChunks } from "./needed-chunks.ts";
import { OldSidecars } from "./old-sidecars.ts";
import { type PruneOptions, type PruneReport, withBefore } from "./prune-report.ts";
import type { DamageNote, DoomedList, RemovalNotes } from "./removal-notes.ts";
import { rewriteSegments } from "./rewrite-segments.ts";

const DELETES_AT_ONCE = 8;
const MOST_ATTEMPTS = 10;
/** A pack of which less than half is needed is rewritten: its twin in reading costs less than its waste in keeping. */
export const MOVE_BELOW = 0.5;
/** A session of a backup takes hours; one of a week is dead, or finds out at its commit that it was taken for dead. */
const STALE_AFTER_MS = 7 * 24 * 3_600_000;

export interface PruneParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly engine: Engine;
  readonly notes: RemovalNotes;
  readonly points: PointStore;
  readonly receipts: Pick<Receipts, "pointsGo" | "compact">;
}

/**
 * Removes what no restore point needs, beside anything else that runs: docs/vault-format.md 10. May be killed at any moment
 * and run twice at once. @throws {VaultDamagedError} when what is needed cannot be told
 */
export async function pruneVault(options: PruneOptions, parts: PruneParts): Promise<PruneReport> {
  const session = newSessionKeys(parts.keys, parts.entropy);
  const pending = new PendingChunks(); // over all attempts: a frame's number is used once with a key
  const dropped = new Set<string>();
  await using lease = await Lease.open(parts.storage, parts.clock, session.envelope.session);
  const sofar = { removedPoints: 0, packsDropped: 0, bytesFreed: 0 };
  for (let attempt = 1; ; attempt++) {
    const prune = new Prune(options, { ...parts, session, pending, lease, dropped });
    try {
      return withBefore(await prune.run(), sofar);
    } catch (error) {
      if (attempt === MOST_ATTEMPTS) throw error;
      if (error instanceof StorageFullError) {
        const freed = await new Prune(options, {
          ...parts,
          session,
          pending,
          lease,
          dropped,
        }).runWithoutRoom();
        if (freed.bytesFreed <= 0) throw error;
        Object.assign(sofar, withBefore(freed, sofar));
      }
      // another prune took it away meanwhile: what is there now is as good a beginning
      else if (!isGone(error)) throw error;
    } finally {
      await tellDamage(prune.found(), parts.notes);
    }
  }
}

interface PruningParts extends PruneParts {
  readonly session: SessionKeys;
  readonly pending: PendingChunks;
  readonly lease: Lease;
  /** Packs that segments still name although an attempt without room took them. */
  readonly dropped: Set<string>;
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
  readonly #sidecars = new OldSidecars(async (object) => await this.#tryDelete(object));
  /** Segments that lists name. */
  readonly #replaced = new Set<string>();
  #open: ReadonlyMap<string, string> = new Map();
  #damageNotes: readonly DamageNote[] = [];
  #strange: readonly VaultDamagedError[] = [];
  #removedPoints = 0;
  #packsDropped = 0;
  #packsMoved = 0;
  #writtenBytes = 0;
  #deletedBytes = 0;
  #doomedBytes = 0;
  #denied = 0;
  #locked = 0;
  #lockedUntil = 0;

  constructor(options: PruneOptions, parts: PruningParts) {
    this.#options = options;
    this.#parts = parts;
    this.#loaded = new LoadedIndex(parts);
    this.#frames = new FrameReader({ ...parts, loaded: this.#loaded });
  }

  async run(): Promise<PruneReport> {
    const lists = await this.#look();
    const seen = new Set<string>();
    const needed = await this.#markNew(seen);
    const list = await this.#doom(needed);
    const all = list === undefined ? lists : [...lists, list];
    await this.#heedOthers(all, seen);
    const ready = await this.#readyLists(all);
    await this.#moveWhatIsNeededNow(seen);
    for (const each of ready) await this.#finish(each);
    await this.#sidecars.dropOrphans(this.#sizes, this.#options.signal);
    for (const name of await overDamage(this.#damageNotes, this.#parts.storage)) await this.#tryDelete(name);
    await this.#parts.receipts.compact(this.#options.signal);
    return this.#report(all, ready);
  }

  /**
   * Frees what nothing has to be copied for: packs of which nothing is needed. It puts one note; segments go on naming these
   * packs, which is no damage.
   */
  async runWithoutRoom(): Promise<PruneReport> {
    const lists = await this.#look();
    const seen = new Set<string>();
    const list = await this.#doomUseless(await this.#markNew(seen));
    const all = list === undefined ? lists : [...lists, list];
    await this.#heedOthers(all, seen);
    const ready = await this.#readyLists(all);
    await this.#loaded.refresh(this.#options.signal);
    const { move } = choosePacks({
      index: this.#loaded.index,
      needed: await this.#markNew(seen),
      moveBelow: 0,
    });
    const stays = new Set(move.map(({ pack }) => pack.object)); // what had to be moved first
    for (const each of ready) await this.#finish(each, stays);
    return this.#report(all, ready);
  }

  /** What was found damaged while chunks were read. */
  found(): readonly DamagedPack[] {
    return this.#loaded.takeFound();
  }

  async #look(): Promise<readonly DoomedList[]> {
    const { notes } = this.#parts;
    const { signal } = this.#options;
    // the order of these listings is the proof: packs, then leases, then lists, then restore points
    await this.#sidecars.list(this.#parts, signal);
    await this.#listPacks(signal);
    this.#open = await this.#openSessions();
    const { lists, strange } = await notes.doomed.readAndTidy(signal);
    this.#strange = strange;
    for (const { packs, segments } of lists) {
      this.#loaded.index.doom(packs);
      for (const segment of segments) this.#replaced.add(segment);
    }
    this.#damageNotes = await notes.damageNotes(signal);
    for (const { packs } of this.#damageNotes) this.#loaded.heed(packs);
    await this.#loaded.refresh(signal);
    await this.#loaded.reconcile(signal);
    await this.#emptyTrash();
    return lists;
  }

  async #listPacks(signal: AbortSignal | undefined): Promise<void> {
    for await (const { name, sizeBytes } of this.#parts.storage.list(PACKS_PREFIX, { signal })) {
      this.#sizes.set(name, sizeBytes);
    }
  }

  /** Sessions of others that are open, by their ids, with the names of their leases. Leases of ended and dead ones are deleted. */
  async #openSessions(): Promise<ReadonlyMap<string, string>> {
    const { storage, clock, lease } = this.#parts;
    const { signal } = this.#options;
    const oldest = clock.now().epochMilliseconds - (this.#options.staleAfterMs ?? STALE_AFTER_MS);
    const ended = new Set<string>();
    for await (const { name } of storage.list(ENDED_PREFIX, { signal })) ended.add(name);
    const open = new Map<string, string>();
    for await (const { name } of storage.list(LEASES_PREFIX, { signal })) {
      const named = leaseFromName(name);
      if (named === undefined || name === lease.name) continue;
      const hasEnded = ended.has(endedName(name));
      const isOver = hasEnded || named.milliseconds < oldest;
      if (!isOver || !(await this.#tryDelete(name))) {
        open.set(named.session, name);
        ended.delete(endedName(name));
      } else if (!hasEnded) this.#revoked.push(name);
    }
    for (const name of ended) await this.#tryDelete(name); // behind the lease
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
    const going = [...due].flatMap((point) => objects.get(point) ?? []);
    const isTold = await this.#tellRemoval(going);
    for (const point of due) {
      throwIfInterrupted(this.#options.signal);
      const object = objects.get(point);
      if (object !== undefined) {
        if (!(await this.#tryDelete(object))) continue;
        this.#removedPoints++;
      }
      for (const entry of entries) if (entry.point === point) await storage.delete(entry.name);
    }
    if (!isTold) await this.#parts.receipts.pointsGo(going); // what went made room
  }

  /** The receipt is there before what it is about goes, so that nobody misses it. False when there is no room for it. */
  async #tellRemoval(points: readonly string[]): Promise<boolean> {
    try {
      await this.#parts.receipts.pointsGo(points, this.#options.signal);
      return true;
    } catch (error) {
      if (error instanceof StorageFullError) return false;
      throw error;
    }
  }

  /** What the restore points need that were not looked at yet. */
  async #markNew(seen: Set<string>): Promise<NeededChunks> {
    const { index } = this.#loaded;
    return await markNeeded(seen, {
      points: this.#parts.points,
      index,
      frames: this.#frames,
      signal: this.#options.signal,
    });
  }

  /** Moves what is needed of wasteful packs, then says that they and the useless ones go. */
  async #doom(needed: NeededChunks): Promise<DoomedList | undefined> {
    const { index } = this.#loaded;
    const choice = choosePacks({ index, needed, moveBelow: this.#options.moveBelow ?? MOVE_BELOW });
    const drop = await this.#withoutProtected(choice.drop);
    const move = await this.#withoutProtected(choice.move);
    const sources = move.map(({ pack }) => pack);
    const wasDoomed = new Set(index.packs.filter((pack) => pack.isDoomed));
    await this.#move(sources, needed);
    this.#packsMoved += sources.filter((pack) => !wasDoomed.has(pack)).length;
    this.#packsDropped += drop.filter(({ pack }) => !wasDoomed.has(pack)).length;
    const packs = [...drop.map(({ pack }) => pack), ...sources].filter((pack) => !wasDoomed.has(pack));
    const names = packs.map(({ object }) => object);
    index.doom(names);
    await this.#nameOrphans();
    const goes = new Set([...names, ...[...wasDoomed].map(({ object }) => object), ...this.#parts.dropped]);
    for (const { object } of this.#damaged) goes.delete(object); // it stays, and the index goes on naming it
    if (goes.size === 0 && names.length === 0) return undefined;
    const { signal } = this.#options;
    const isNamed = (digest: Uint8Array): boolean => this.#loaded.index.hasPack(digest);
    const segments = await rewriteSegments(goes, {
      ...this.#parts,
      replaced: this.#replaced,
      isNamed,
      signal,
    });
    if (names.length === 0 && segments.length === 0) return undefined;
    return await this.#parts.notes.doom({ packs: names, segments });
  }

  async #doomUseless(needed: NeededChunks): Promise<DoomedList | undefined> {
    const { index } = this.#loaded;
    const drop = await this.#withoutProtected(choosePacks({ index, needed, moveBelow: 0 }).drop);
    const packs = drop.filter(({ pack }) => !pack.isDoomed).map(({ pack }) => pack.object);
    if (packs.length === 0) return undefined;
    index.doom(packs);
    for (const pack of packs) this.#parts.dropped.add(pack);
    this.#packsDropped += packs.length;
    return await this.#parts.notes.doom({ packs, segments: [] });
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
    const told = new Set(this.#damaged.map(({ object }) => object));
    this.#damaged.push(...moved.damaged.filter(({ object }) => !told.has(object)));
  }

  /** Packs that were there before the leases were listed, and of whose sessions none is open. */
  async #withoutProtected(uses: readonly PackUse[]): Promise<readonly PackUse[]> {
    const open = this.#open;
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
   * knows of both, and moves the chunk. A place that was found damaged meanwhile is no place to count on either.
   */
  async #heedOthers(known: readonly DoomedList[], seen: Set<string>): Promise<void> {
    const { signal } = this.#options;
    const { index } = this.#loaded;
    const names = new Set(known.map(({ name }) => name));
    const others = (await this.#parts.notes.doomedLists(signal)).filter(({ name }) => !names.has(name));
    const { changesOfRank } = index;
    for (const { packs } of await this.#parts.notes.damageNotes(signal)) this.#loaded.heed(packs);
    await this.#loaded.reconcile(signal);
    // what did not open while it was moved may have another place, which was left to go
    const isNews = others.length > 0 || this.#damaged.length > 0;
    if (!isNews && index.changesOfRank === changesOfRank) return;
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
      const awaited = await notes.doomed.awaitedFor(list, [...leases]);
      if (awaited === undefined) continue;
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
      move.map(({ pack }) => pack).filter(({ isDoomed }) => isDoomed),
      needed,
    );
  }

  async #finish(list: DoomedList, stays: ReadonlySet<string> = new Set()): Promise<void> {
    const stuck = new Set([...this.#damaged.map(({ object }) => object), ...stays]);
    let isGone = true;
    const remove = async (object: string): Promise<void> => {
      if (stuck.has(object) || !(await this.#sidecars.deleteWith(object))) isGone = false;
      else this.#deletedBytes += this.#sizes.get(object) ?? 0;
    };
    const bounds = { limit: DELETES_AT_ONCE, signal: this.#options.signal };
    await forEachBounded(list.packs, remove, bounds);
    await forEachBounded(list.segments, remove, bounds);
    if (isGone) await this.#parts.notes.doomed.strike(list);
  }

  /** False when this credential may not. */
  async #tryDelete(object: string): Promise<boolean> {
    try {
      await this.#parts.storage.delete(object);
      return true;
    } catch (error) {
      if (error instanceof StorageLockedError) this.#noteLock(error);
      else if (error instanceof StorageDeniedError) this.#denied++;
      else throw error;
      return false;
    }
  }

  #noteLock({ until }: StorageLockedError): void {
    this.#locked++;
    const milliseconds = until?.epochMilliseconds ?? 0;
    this.#lockedUntil = Math.max(this.#lockedUntil, milliseconds);
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
      bytesFreed: this.#deletedBytes + this.#sidecars.freedBytes - this.#writtenBytes,
      bytesDoomed: this.#doomedBytes,
      waitingFor: [...this.#waitingFor].sort(),
      revoked: this.#revoked,
      damaged: this.#damaged,
      strange: this.#strange,
      denied: this.#denied,
      locked: this.#locked,
      lockedUntil:
        this.#lockedUntil === 0
          ? undefined
          : Temporal.Instant.fromEpochMilliseconds(this.#lockedUntil).toString(),
    };
  }
}

import { type Clock, type Entropy, InternalError } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { SessionKeys } from "../crypto/session-keys.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import type { VaultDamagedError } from "../errors.ts";
import { packName } from "../format/object-names.ts";
import { LoadedIndex } from "../index/load-index.ts";
import type { LocalIndexOptions } from "../index/local-runs.ts";
import { PackSizes } from "../index/pack-sizes.ts";
import type { DamagedPack } from "../index/struck-packs.ts";
import { outwaitListings } from "../outwait-listings.ts";
import { isGone } from "../packs/get-or-damaged.ts";
import type { Engine } from "../pipeline/engine.ts";
import { FrameReader } from "../reading/frame-reader.ts";
import type { Receipts } from "../receipts/receipts.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import type { Lease } from "../sessions/lease.ts";
import type { PendingChunks } from "../sessions/pending-chunks.ts";
import { writeSegment } from "../sessions/write-segment.ts";
import { carryOutLists } from "./carry-out-lists.ts";
import { choosePacks } from "./choose-packs.ts";
import { Deletions } from "./deletions.ts";
import { emptyTrash } from "./empty-trash.ts";
import { overDamage } from "./known-damage.ts";
import { markNeeded } from "./mark-needed.ts";
import { moveChunks } from "./move-chunks.ts";
import type { NeededChunks } from "./needed-chunks.ts";
import { OldSidecars } from "./old-sidecars.ts";
import { OtherSessions } from "./other-sessions.ts";
import { PointEvidence } from "./point-evidence.ts";
import type { PruneDone, PruneOptions, PruneReport } from "./prune-report.ts";
import type { DamageNote, DoomedList, RemovalNotes } from "./removal-notes.ts";
import { rewriteSegments } from "./rewrite-segments.ts";

/** Each time that something turns out damaged or gone, what is needed is asked anew. */
const MOST_MOVES = 10;

export interface PruneParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly engine: Engine;
  readonly notes: RemovalNotes;
  readonly points: PointStore;
  readonly receipts: Pick<Receipts, "pointsGo" | "compact" | "witnessed">;
  /** Where an index beyond its memory is kept. */
  readonly local?: LocalIndexOptions | undefined;
}

export type PruneAttemptOptions = PruneOptions & { readonly moveBelow: number };

export interface PruneAttemptParts extends PruneParts {
  readonly session: SessionKeys;
  readonly pending: PendingChunks;
  readonly lease: Lease;
  /** Packs that segments still name although an attempt without room took them. */
  readonly dropped: Set<string>;
}

/** Removes what is needed no more, once: docs/vault-format.md 10.1. What fails may be begun again by another one. */
export class PruneAttempt implements Disposable {
  readonly #options: PruneAttemptOptions;
  readonly #parts: PruneAttemptParts;
  readonly #loaded: LoadedIndex;
  readonly #frames: FrameReader;
  readonly #deletions: Deletions;
  readonly #sessions: OtherSessions;
  readonly #sidecars: OldSidecars;
  /** Packs of which something that is needed cannot be moved, by their names. */
  readonly #damaged = new Map<string, VaultDamagedError>();
  readonly #waitingFor = new Set<string>();
  /** Segments that lists name. */
  readonly #replaced = new Set<string>();
  readonly #evidence: PointEvidence;
  #listed = new PackSizes();
  /** Ids of sessions of others. */
  #open: ReadonlySet<string> = new Set();
  #damageNotes: readonly DamageNote[] = [];
  #strange: readonly VaultDamagedError[] = [];
  #removedPoints = 0;
  #packsDropped = 0;
  #packsMoved = 0;
  #writtenBytes = 0;
  #deletedBytes = 0;
  #doomedBytes = 0;

  constructor(options: PruneAttemptOptions, parts: PruneAttemptParts) {
    this.#options = options;
    this.#parts = parts;
    this.#loaded = new LoadedIndex(parts);
    this.#frames = new FrameReader({ ...parts, loaded: this.#loaded });
    this.#deletions = new Deletions(parts.storage);
    const { tryDelete } = this.#deletions;
    this.#sessions = new OtherSessions({ ...parts, tryDelete, staleAfterMs: options.staleAfterMs });
    this.#sidecars = new OldSidecars(tryDelete);
    this.#evidence = new PointEvidence(parts);
  }

  async run(): Promise<PruneReport> {
    const lists = await this.#look();
    const seen = new Set<string>();
    const all = [...lists, ...(await this.#doom(seen))];
    await this.#outwait(1); // of two prunes' lists the first is listed then
    await this.#heedOthers(all, seen);
    const ready = await this.#readyLists(all);
    await this.#outwait(2); // what ended sessions committed is listed then
    await this.#moveWhatIsNeededNow(seen);
    await this.#carryOut(all, { ready, stays: this.#damaged });
    await this.#evidence.clear(this.#deletions.tryDelete);
    await this.#sidecars.dropOrphans(this.#listed, this.#options.signal);
    for (const name of await overDamage(this.#damageNotes, this.#parts.storage))
      await this.#deletions.tryDelete(name);
    await this.#parts.receipts.compact(this.#options.signal);
    return this.#report(all, ready);
  }

  /**
   * Frees what nothing has to be copied for: packs of which nothing is needed. It puts notes only; segments go on naming these
   * packs, which is no damage.
   */
  async runWithoutRoom(): Promise<void> {
    const lists = await this.#look();
    const seen = new Set<string>();
    const all = [...lists, ...(await this.#doomUseless(seen))];
    await this.#outwait(1); // of two prunes' lists the first is listed then
    await this.#heedOthers(all, seen);
    const ready = await this.#readyLists(all);
    await this.#outwait(2); // what ended sessions committed is listed then
    await this.#loaded.refresh(this.#options.signal);
    using needed = await this.#markNew(new Set()); // of all restore points: nothing was moved for those that were seen
    const { index } = this.#loaded;
    const { move } = choosePacks({ index, needed, moveBelow: 0 });
    this.#loaded.assertWhole();
    const stays = new Set(move.map((number) => index.pack(number).object));
    await this.#carryOut(all, { ready, stays });
  }

  async #outwait(times: number): Promise<void> {
    await outwaitListings(times, { ...this.#parts, signal: this.#options.signal });
  }

  /** What was found damaged while chunks were read. */
  found(): readonly DamagedPack[] {
    return this.#loaded.takeFound();
  }

  [Symbol.dispose](): void {
    this.#loaded.close();
  }

  async #look(): Promise<readonly DoomedList[]> {
    const { notes, storage } = this.#parts;
    const { signal } = this.#options;
    // the order of these listings is the proof: packs, then leases, then lists, then restore points
    await this.#sidecars.list(this.#parts, signal);
    this.#listed = await PackSizes.list(storage, signal);
    this.#open = (await this.#sessions.open(signal)).ids;
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
    const { tryDelete } = this.#deletions;
    this.#removedPoints = await emptyTrash({ ...this.#parts, tryDelete, signal });
    return lists;
  }

  /** What the restore points need that were not looked at yet. */
  async #markNew(seen: Set<string>): Promise<NeededChunks> {
    return await markNeeded(seen, {
      points: this.#parts.points,
      loaded: this.#loaded,
      frames: this.#frames,
      evidence: this.#evidence,
      signal: this.#options.signal,
    });
  }

  /** Moves what is needed of wasteful packs, then says that they and the useless ones go. */
  async #doom(seen: Set<string>): Promise<readonly DoomedList[]> {
    const { index } = this.#loaded;
    const { dropped, moved } = await this.#moveWasteful(seen);
    const packs = [...dropped, ...moved];
    index.doom(packs);
    this.#loaded.assertWhole();
    await this.#nameOrphans();
    const { replaced, named } = await this.#rewriteSegments();
    // of lists that stand: whoever took them for sound by these segments may not be awaited by these lists
    for (const pack of packs) named.delete(pack);
    const lists = await this.#parts.notes.doomed.putAll({ packs: [...packs, ...named], segments: replaced });
    this.#packsDropped += dropped.length;
    this.#packsMoved += moved.length;
    return lists;
  }

  /** Gives the packs that are not doomed yet: those of which nothing is needed, and those of which the rest was moved. */
  async #moveWasteful(
    seen: Set<string>,
  ): Promise<{ readonly dropped: readonly string[]; readonly moved: readonly string[] }> {
    const { index } = this.#loaded;
    using needed = await this.#markNew(seen);
    const choice = choosePacks({ index, needed, moveBelow: this.#options.moveBelow });
    const move = await this.#withoutProtected(choice.move);
    const dropped = this.#notDoomed(await this.#withoutProtected(choice.drop));
    const moved = this.#notDoomed(move);
    await this.#move(move, needed);
    return { dropped, moved };
  }

  #notDoomed(packs: readonly number[]): readonly string[] {
    return packs
      .map((number) => this.#loaded.index.pack(number))
      .flatMap(({ object, isDoomed }) => (isDoomed ? [] : [object]));
  }

  async #rewriteSegments(): Promise<{ readonly replaced: readonly string[]; readonly named: Set<string> }> {
    const { index } = this.#loaded;
    const { dropped } = this.#parts;
    // what is damaged stays, and the index goes on naming it
    const goes = (object: string): boolean =>
      !this.#damaged.has(object) && (index.isDoomed(object) || dropped.has(object));
    if (dropped.size === 0 && !index.eachPack().some(({ isDoomed }) => isDoomed))
      return { replaced: [], named: new Set() };
    const { signal } = this.#options;
    const isNamed = (digest: Uint8Array): boolean => index.hasPack(digest);
    const { replaced, named } = await rewriteSegments(
      { has: goes },
      { ...this.#parts, replaced: this.#replaced, isNamed, signal },
    );
    this.#loaded.assertWhole();
    return { replaced, named: new Set([...named].filter((pack) => index.isDoomed(pack))) };
  }

  async #doomUseless(seen: Set<string>): Promise<readonly DoomedList[]> {
    const { index } = this.#loaded;
    using needed = await this.#markNew(seen);
    const { drop } = choosePacks({ index, needed, moveBelow: 0 });
    const packs = this.#notDoomed(await this.#withoutProtected(drop));
    index.doom(packs);
    this.#loaded.assertWhole();
    const lists = await this.#parts.notes.doomed.putAll({ packs, segments: [] });
    for (const pack of packs) this.#parts.dropped.add(pack);
    this.#packsDropped += packs.length;
    return lists;
  }

  /** Packs that no segment names and that stay get a name: their sessions are dead. */
  async #nameOrphans(): Promise<void> {
    const stays = this.#loaded.adoptedPacks.filter(
      ({ digest }) => !this.#loaded.index.isDoomed(packName(digest)),
    );
    if (stays.length > 0) await writeSegment(stays, this.#parts);
  }

  async #move(packs: readonly number[], needed: NeededChunks): Promise<void> {
    if (packs.length === 0) return;
    const { packsASegment, signal } = this.#options;
    const moving = { ...this.#parts, loaded: this.#loaded, frames: this.#frames, packsASegment, signal };
    const moved = await moveChunks(packs, needed, moving);
    this.#loaded.assertWhole(); // what was not found was not moved
    this.#writtenBytes += moved.writtenBytes;
    const gone = moved.damaged.find(isGone);
    if (gone !== undefined) throw gone;
    for (const damage of moved.damaged) this.#damaged.set(damage.object, damage);
  }

  /** Packs that were there before the leases were listed, and of whose sessions none is open. */
  async #withoutProtected(packs: readonly number[]): Promise<readonly number[]> {
    const open = this.#open;
    const free: number[] = [];
    for (const number of packs) {
      const { object, isDoomed } = this.#loaded.index.pack(number);
      if (!this.#listed.has(object)) continue;
      if (isDoomed || open.size === 0 || !open.has(await this.#sessions.ofPack(object))) free.push(number);
    }
    return free;
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
    // packs of lists that were struck are not listed any more then; leases of sessions that missed our list are
    await this.#outwait(1);
    await this.#loaded.reconcile(signal);
    // what did not open while it was moved may have another place, which was left to go
    const isNews = others.length > 0 || this.#damaged.size > 0;
    if (!isNews && index.changesOfRank === changesOfRank) return;
    for (const { packs } of others) index.doom(packs);
    await this.#loaded.placeAnew(signal);
    seen.clear();
  }

  /** Lists whose packs nobody may use any more. */
  async #readyLists(lists: readonly DoomedList[]): Promise<readonly DoomedList[]> {
    const { notes } = this.#parts;
    const ready: DoomedList[] = [];
    const { leases } = await this.#sessions.open(this.#options.signal);
    this.#evidence.sessionsListed(leases);
    for (const list of lists) {
      const awaited = await notes.doomed.awaitedFor(list, [...leases]);
      if (awaited === undefined) continue;
      const stillOpen = awaited.filter((name) => leases.has(name));
      if (stillOpen.length === 0) ready.push(list);
      for (const name of stillOpen) this.#waitingFor.add(name);
    }
    return ready;
  }

  /**
   * A session that ended meanwhile may have committed a restore point that needs what is doomed. What turns out damaged may have another
   * place in what goes, which was not counted on.
   */
  async #moveWhatIsNeededNow(seen: Set<string>): Promise<void> {
    const { signal } = this.#options;
    const { index } = this.#loaded;
    await this.#loaded.refresh(signal);
    for (let attempt = 1; attempt <= MOST_MOVES; attempt++) {
      const before = [index.changesOfRank, this.#damaged.size];
      {
        using needed = await this.#markNew(seen);
        const { move } = choosePacks({ index, needed, moveBelow: 0 });
        this.#loaded.assertWhole();
        await this.#move(
          move.filter((number) => index.pack(number).isDoomed),
          needed,
        );
      }
      if (index.changesOfRank === before[0] && this.#damaged.size === before[1]) return;
      await this.#loaded.placeAnew(signal);
      seen.clear();
    }
    throw new InternalError("Cannot tell what is needed: more and more turns out damaged or gone");
  }

  async #carryOut(
    all: readonly DoomedList[],
    {
      ready,
      stays,
    }: { readonly ready: readonly DoomedList[]; readonly stays: { has(pack: string): boolean } },
  ): Promise<void> {
    await carryOutLists(ready, {
      waiting: all.filter((list) => !ready.includes(list)),
      storage: this.#parts.storage,
      index: this.#loaded.index,
      listed: this.#listed,
      stays,
      sidecars: this.#sidecars,
      doomed: this.#parts.notes.doomed,
      onDeleted: (bytes) => {
        this.#deletedBytes += bytes;
      },
      signal: this.#options.signal,
    });
  }

  /** What stays done, whatever happens next. */
  get done(): PruneDone {
    return {
      removedPoints: this.#removedPoints,
      packsDropped: this.#packsDropped,
      packsMoved: this.#packsMoved,
      bytesFreed: this.#deletedBytes + this.#sidecars.freedBytes - this.#writtenBytes,
      revoked: this.#sessions.revoked,
    };
  }

  #report(all: readonly DoomedList[], ready: readonly DoomedList[]): PruneReport {
    for (const list of all) {
      if (ready.includes(list)) continue;
      for (const pack of list.packs) this.#doomedBytes += this.#listed.sizeOf(pack);
    }
    return {
      ...this.done,
      bytesDoomed: this.#doomedBytes,
      waitingFor: [...this.#waitingFor].sort(),
      damaged: [...this.#damaged.values()],
      strange: this.#strange,
      unpromised: this.#evidence.passedOver,
      denied: this.#deletions.denied,
      locked: this.#deletions.locked,
      lockedUntil: this.#deletions.lockedUntil,
    };
  }
}

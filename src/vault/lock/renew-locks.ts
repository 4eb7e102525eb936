import { forEachBounded, throwIfInterrupted } from "../../base/index.ts";
import { type ObjectLocks, type Storage, StorageObjectMissingError } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import {
  CONFIG_NAME,
  HOSTS_ENDED_PREFIX,
  HOSTS_PREFIX,
  INDEX_PREFIX,
  KEYS_PREFIX,
  parityName,
  pointFromName,
  RECEIPTS_PREFIX,
} from "../format/object-names.ts";
import type { IndexedPack } from "../index/chunk-index.ts";
import { LoadedIndex } from "../index/load-index.ts";
import { LocalIndexDamagedError } from "../index/local/errors.ts";
import type { LocalIndexOptions } from "../index/local-runs.ts";
import type { PackSizes } from "../index/pack-sizes.ts";
import type { Engine } from "../pipeline/engine.ts";
import { FrameReader } from "../reading/frame-reader.ts";
import { NeededChunks } from "../removal/needed-chunks.ts";
import type { RemovalNotes } from "../removal/removal-notes.ts";
import type { PointName, PointStore } from "../restore-points/point-store.ts";
import { lockUntil } from "./lock-generation.ts";
import { requireLocks, type VaultLock } from "./locking-storage.ts";
import { type PointsToLock, type PointsToLockParts, pointsToLock } from "./points-to-lock.ts";
import { RenewalNotes, type RenewalNotesParts } from "./renewal-notes.ts";

/** All objects below are locked on and on, unless they are doomed. */
const SMALL = [KEYS_PREFIX, INDEX_PREFIX, RECEIPTS_PREFIX, HOSTS_PREFIX, HOSTS_ENDED_PREFIX];
const CALLS_AT_ONCE = 16;
/** After so many a note is written: who goes on behind a killed renewal renews no more than these twice. */
const OBJECTS_PER_NOTE = 8192;
const MOST_ATTEMPTS = 3;

export interface RenewOptions {
  /** Packs that new restore points rely on; renewed also when all was renewed before these were made. */
  readonly reliedOn?: ReadonlySet<string> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RenewReport {
  /** Until when everything is locked that restore points need. */
  readonly until: string;
  /** Objects whose lock was made longer. */
  readonly renewed: number;
  /** Objects that needed it and are gone: restore points that nobody removed, and packs. */
  readonly missing: readonly string[];
}

export interface RenewParts extends RenewalNotesParts {
  readonly lock: VaultLock;
  readonly engine: Engine;
  readonly points: PointStore;
  readonly notes: RemovalNotes;
  readonly receipts: PointsToLockParts["receipts"];
  /** Where an index beyond its memory is kept. */
  readonly local?: LocalIndexOptions | undefined;
}

/**
 * Makes the locks longer of everything that restore points need which are not in the trash, once in a generation. May be
 * killed at any moment, and run several times at once. @throws {VaultLockUnsupportedError}
 */
export async function renewLocks(options: RenewOptions, parts: RenewParts): Promise<RenewReport> {
  return await new Renewal(parts, options).run();
}

/**
 * The same for restore points that are being taken out of the trash, whatever was renewed before: what only they need was passed over
 * as long as they were in it.
 */
export async function renewPoints(
  names: readonly PointName[],
  options: Pick<RenewOptions, "signal">,
  parts: RenewParts,
): Promise<void> {
  await new Renewal(parts, options).runFor(names);
}

class Renewal {
  readonly #parts: RenewParts;
  readonly #options: RenewOptions;
  readonly #locks: ObjectLocks;
  readonly #records: RenewalNotes;
  readonly #until: Temporal.Instant;
  readonly #missing: string[] = [];
  #renewed = 0;

  constructor(parts: RenewParts, options: RenewOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#locks = requireLocks(parts.storage);
    this.#records = new RenewalNotes(parts);
    this.#until = lockUntil(parts.clock.now(), parts.lock.days);
  }

  async run(): Promise<RenewReport> {
    const { signal, reliedOn } = this.#options;
    const done = await this.#records.read(this.#until, signal);
    if (done.isComplete) await this.#renew(reliedOn ?? [], done.objects);
    else await this.#renewAll(done.objects);
    return { until: this.#until.toString(), renewed: this.#renewed, missing: this.#missing.sort() };
  }

  async runFor(names: readonly PointName[]): Promise<void> {
    const { objects } = await this.#records.read(this.#until, this.#options.signal);
    await this.#renewNeeded({ names, missing: [], isWhole: true }, objects);
    await this.#retainAll(
      names.map(({ object }) => object),
      passOver,
    );
  }

  /** As long as restore points are missing that nobody removed, it is never complete, and tells of them each time. */
  async #renewAll(done: PackSizes): Promise<void> {
    const told = await pointsToLock(this.#parts, this.#options.signal);
    await this.#renewNeeded(told, done);
    await this.#retainAll(await this.#smallObjects(told.names), passOver);
    this.#missing.push(...told.missing);
    if (told.missing.length === 0) await this.#records.add(this.#until, { objects: [], complete: true });
  }

  /** In memory, whatever that takes, when the index on the local disk turned out damaged several times. */
  async #renewNeeded(told: PointsToLock, done: PackSizes): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === MOST_ATTEMPTS;
      const loaded = new LoadedIndex(isLast ? { ...this.#parts, local: undefined } : this.#parts);
      try {
        await this.#renew(this.#neededPacks(told, loaded), done);
        loaded.assertWhole(); // else what was not found may be there all the same
        return;
      } catch (error) {
        if (isLast || !(error instanceof LocalIndexDamagedError)) throw error;
      } finally {
        loaded.close();
      }
    }
  }

  /** Renews what was not done, and adds it to that. */
  async #renew(packs: AsyncIterable<string> | Iterable<string>, done: PackSizes): Promise<void> {
    let some: string[] = [];
    const renewSome = async (): Promise<void> => {
      if (some.length === 0) return;
      await this.#retainAll(some);
      await this.#retainSidecars(some);
      await this.#records.add(this.#until, { objects: some, complete: false });
      for (const name of some) done.set(name, 0);
      some = [];
    };
    for await (const name of packs) {
      if (!done.has(name)) some.push(name);
      if (some.length === OBJECTS_PER_NOTE) await renewSome();
    }
    await renewSome();
  }

  /** Where it cannot be told what is needed, everything is that is not going to be deleted. */
  async *#neededPacks(told: PointsToLock, loaded: LoadedIndex): AsyncGenerator<string> {
    const { signal } = this.#options;
    for (const { packs } of await this.#parts.notes.doomedLists(signal)) loaded.index.doom(packs);
    await loaded.refresh(signal);
    await loaded.reconcile(signal);
    using needed = await this.#needed(told, loaded);
    const isNeeded = ({ firstFrame, frameCount }: IndexedPack): boolean => {
      if (needed === undefined) return true;
      for (let frame = firstFrame; frame < firstFrame + frameCount; frame++) {
        if (needed.neededIn(frame) > 0) return true;
      }
      return false;
    };
    for (const pack of loaded.index.eachPack())
      if (pack.isThere && !pack.isDoomed && isNeeded(pack)) yield pack.object;
    for (const object of loaded.claims.packsThere()) if (!loaded.index.isDoomed(object)) yield object;
  }

  async #needed(told: PointsToLock, loaded: LoadedIndex): Promise<NeededChunks | undefined> {
    if (told.missing.length > 0 || !told.isWhole) return undefined;
    const { signal } = this.#options;
    const { points } = this.#parts;
    loaded.settle();
    const { index, scratch } = loaded;
    const frames = new FrameReader({ ...this.#parts, loaded });
    const needed = new NeededChunks({ index, frames, scratch, signal });
    try {
      for (const name of told.names) {
        throwIfInterrupted(signal);
        const point = await points.readIfThere(name);
        if (point !== undefined) await needed.add(point);
      }
      await needed.settle();
      if (needed.isCurrent) return needed;
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) {
        needed[Symbol.dispose]();
        throw error;
      }
    }
    needed[Symbol.dispose]();
    return undefined;
  }

  /** Segments that stay, restore points that were made before this generation, slots, receipts and the config. */
  async #smallObjects(points: readonly PointName[]): Promise<readonly string[]> {
    const { storage, notes, lock } = this.#parts;
    const { signal } = this.#options;
    const going = new Set((await notes.doomedLists(signal)).flatMap(({ segments }) => segments));
    const names = [CONFIG_NAME];
    for (const prefix of SMALL) {
      for await (const name of namesBelow(storage, prefix, signal)) if (!going.has(name)) names.push(name);
    }
    for (const { object } of points) {
      const made = Temporal.Instant.fromEpochMilliseconds(pointFromName(object)?.milliseconds ?? 0);
      const isNew = Temporal.Instant.compare(lockUntil(made, lock.days), this.#until) >= 0;
      if (!isNew) names.push(object);
    }
    return names;
  }

  /** A sidecar that is not there is made again by a repair: nothing that is needed is missing. */
  async #retainSidecars(packs: readonly string[]): Promise<void> {
    if (this.#parts.engine.sidecars === undefined) return;
    await this.#retainAll(packs.map(parityName), passOver);
  }

  async #retainAll(
    names: readonly string[],
    onMissing = (name: string): void => void this.#missing.push(name),
  ): Promise<void> {
    const { signal } = this.#options;
    const lock = { mode: this.#parts.lock.mode, until: this.#until };
    const retain = async (name: string): Promise<void> => {
      try {
        await this.#locks.retain(name, lock, { signal });
        this.#renewed++;
      } catch (error) {
        if (!(error instanceof StorageObjectMissingError)) throw error;
        onMissing(name);
      }
    };
    await forEachBounded(names, retain, { limit: CALLS_AT_ONCE, signal });
  }
}

/** For what others may take away at any time: a prune its receipts and segments, whoever may a restore point. */
function passOver(): void {
  // nothing that is needed is missing
}

async function* namesBelow(
  storage: Storage,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  for await (const { name } of storage.list(prefix, { signal })) yield name;
}

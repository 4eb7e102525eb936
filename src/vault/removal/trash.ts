import type { RestorePointId } from "../../base/index.ts";
import {
  StorageDeniedError,
  StorageFullError,
  StorageLockedError,
  StorageObjectExistsError,
} from "../../storage/index.ts";
import { VaultDamagedError, VaultTooNewError } from "../errors.ts";
import { CONTENT } from "../format/layout.ts";
import {
  KEPT_PREFIX,
  keptFromName,
  keptName,
  TRASH_PREFIX,
  trashFromName,
  trashName,
} from "../format/object-names.ts";
import { type SealedNote, SealedNotes, type SealedNotesOptions } from "./sealed-notes.ts";

/** Says that a restore point is in the trash. */
export interface TrashEntry {
  readonly name: string;
  readonly point: RestorePointId;
  readonly untilMilliseconds: number;
  /** Tells it apart from every other entry, also from one that says the same. */
  readonly seed: string;
}

/** What is below trash/. */
export interface TrashRead {
  /** Entries that count. */
  readonly entries: readonly TrashEntry[];
  /** Entries whose restore points were taken back: left over, or put again by somebody. */
  readonly takenBack: readonly TrashEntry[];
}

interface KeptNote {
  readonly point: RestorePointId;
  readonly entries: readonly string[];
}

/** Which restore points are in the trash: docs/vault-format.md 10.1. */
export class Trash {
  readonly #options: SealedNotesOptions;
  readonly #notes: SealedNotes;

  constructor(options: SealedNotesOptions) {
    this.#options = options;
    this.#notes = new SealedNotes(options);
  }

  /** Readers leave the point out from now on; it can be taken back until it is deleted. */
  async put(point: RestorePointId, untilMilliseconds: number): Promise<void> {
    for (let until = untilMilliseconds; ; until++) {
      const name = trashName(until, point);
      try {
        await this.#notes.put(name, CONTENT.trashEntry, { point, untilMilliseconds: until });
        return;
      } catch (error) {
        if (!(error instanceof StorageObjectExistsError)) throw error;
        const there = await this.#entry(name);
        if (there !== undefined && (await this.sift([there])).entries.length > 0) return;
      }
    }
  }

  /** Entries that full-key holders made. Anything else hides nothing. */
  async read(signal?: AbortSignal): Promise<TrashRead> {
    const found: TrashEntry[] = [];
    for await (const { name } of this.#options.storage.list(TRASH_PREFIX, { signal })) {
      const entry = await this.#entry(name);
      if (entry !== undefined) found.push(entry);
    }
    return await this.sift(found, signal);
  }

  /** Those that count, by their dates. */
  async entries(signal?: AbortSignal): Promise<readonly TrashEntry[]> {
    return (await this.read(signal)).entries;
  }

  /** Which of these count now. They were read before: an entry that is put again is younger than what says that it was taken back. */
  async sift(found: readonly TrashEntry[], signal?: AbortSignal): Promise<TrashRead> {
    const seeds = new Set<string>();
    const unknown = new Set<string>(); // a newer program took something of theirs back
    for (const name of await this.keptNotes(new Set(found.map(({ point }) => point)), signal)) {
      const point = keptFromName(name)?.point;
      const kept = await this.#sound<KeptNote>(name, CONTENT.keptPoint);
      if (kept === "newer" && point !== undefined) unknown.add(point);
      if (kept === "newer" || kept?.note.point !== point) continue;
      for (const seed of kept?.note.entries ?? []) seeds.add(seed);
    }
    return {
      entries: found.filter(({ seed, point }) => !seeds.has(seed) && !unknown.has(point)),
      takenBack: found.filter(({ seed }) => seeds.has(seed)),
    };
  }

  /** Objects that say of these restore points that they were taken back, as far as their names tell. */
  async keptNotes(points: ReadonlySet<RestorePointId>, signal?: AbortSignal): Promise<readonly string[]> {
    const names: string[] = [];
    if (points.size === 0) return names;
    for await (const { name } of this.#options.storage.list(KEPT_PREFIX, { signal })) {
      const named = keptFromName(name);
      if (named !== undefined && points.has(named.point)) names.push(name);
    }
    return names;
  }

  /** Takes a restore point out of the trash for good, whoever puts these entries again. All are of this restore point. */
  async takeBack(point: RestorePointId, entries: readonly TrashEntry[]): Promise<void> {
    const note: KeptNote = { point, entries: entries.map(({ seed }) => seed) };
    try {
      await this.#keep(note);
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
      for (const { name } of entries) await this.#options.storage.delete(name); // makes room
      await this.#keep(note);
      return;
    }
    for (const { name } of entries) await this.#drop(name);
  }

  async #keep(note: KeptNote): Promise<void> {
    for (let at = this.#options.clock.now().epochMilliseconds; ; at++) {
      try {
        await this.#notes.put(keptName(at, note.point), CONTENT.keptPoint, note);
        return;
      } catch (error) {
        if (!(error instanceof StorageObjectExistsError)) throw error;
      }
    }
  }

  /** An entry that stays does nothing any more. */
  async #drop(name: string): Promise<void> {
    try {
      await this.#options.storage.delete(name);
    } catch (error) {
      if (!(error instanceof StorageDeniedError || error instanceof StorageLockedError)) throw error;
    }
  }

  /** Undefined when it is gone, a copy of an entry under another date, or made by somebody else. */
  async #entry(name: string): Promise<TrashEntry | undefined> {
    const named = trashFromName(name);
    if (named === undefined) return undefined;
    const found = await this.#sound<Omit<TrashEntry, "name" | "seed">>(name, CONTENT.trashEntry);
    if (found === "newer" || found?.note.point !== named.point) return undefined;
    if (found.note.untilMilliseconds !== named.untilMilliseconds) return undefined;
    return { name, ...named, seed: found.seed };
  }

  /** Also whether a full-key holder sealed it with a program that is newer. */
  async #sound<T extends object>(
    name: string,
    content: typeof CONTENT.trashEntry | typeof CONTENT.keptPoint,
  ): Promise<SealedNote<T> | "newer" | undefined> {
    try {
      return await this.#notes.getSealed<T>(name, content);
    } catch (error) {
      if (error instanceof VaultTooNewError) return "newer";
      if (!(error instanceof VaultDamagedError)) throw error;
      return undefined;
    }
  }
}

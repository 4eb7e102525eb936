import { type Storage, StorageDeniedError, StorageFullError } from "../../storage/index.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import type { DamagedPack } from "../index/struck-packs.ts";
import { tellDamage } from "../removal/known-damage.ts";
import type { DamageNote, RemovalNotes } from "../removal/removal-notes.ts";

/** As many packs share a note. */
const PACKS_A_NOTE = 64;

export interface DamageRecordOptions {
  readonly loaded: LoadedIndex;
  readonly notes: RemovalNotes;
  /** Whether what is found is written into the vault. */
  readonly isKept: boolean;
}

/**
 * What is known to be damaged, for everybody: docs/vault-format.md 10.2. What is found goes into notes, and notes about packs
 * that turn out sound, or are gone, are closed.
 */
export class DamageRecord {
  readonly #options: DamageRecordOptions;
  readonly #before: readonly DamageNote[];
  readonly #known: ReadonlySet<string>;
  readonly #sound = new Set<string>();
  /** Packs of which something was found that is in no note yet, and how often. */
  readonly #unwritten = new Map<string, number>();
  #sinceFlush = 0;
  #afterwards: { readonly pack: string; readonly act: () => Promise<void> }[] = [];
  /** False when this credential may not write, or nothing fits any more. */
  isWritable = true;

  private constructor(options: DamageRecordOptions, before: readonly DamageNote[]) {
    this.#options = options;
    this.#before = before;
    this.#known = new Set(before.flatMap(({ packs }) => packs.map(({ pack }) => pack)));
  }

  /** Reads the notes, and lets the index heed them from its next refresh on. */
  static async open(options: DamageRecordOptions, signal?: AbortSignal): Promise<DamageRecord> {
    const before = await options.notes.damageNotes(signal);
    for (const { packs } of before) options.loaded.heed(packs);
    return new DamageRecord(options, before);
  }

  /** Packs that notes name, each once. */
  get known(): ReadonlySet<string> {
    return this.#known;
  }

  /** Somebody saw that a pack is damaged. */
  add(damage: DamagedPack): void {
    if (!this.#options.loaded.noteDamage(damage)) return;
    this.#unwritten.set(damage.pack, (this.#unwritten.get(damage.pack) ?? 0) + 1);
    this.#sinceFlush++;
  }

  /** Somebody read all of a pack and found nothing. */
  async sound(pack: string): Promise<void> {
    this.#options.loaded.index.forgive(pack);
    this.#sound.add(pack);
  }

  /** Does something when what was found of a pack is durable; never when that cannot be. */
  async thenOf(pack: string, act: () => Promise<void>): Promise<void> {
    if (!this.#unwritten.has(pack)) {
      await act();
      return;
    }
    this.#afterwards.push({ pack, act });
    if (this.#sinceFlush >= PACKS_A_NOTE) await this.flush();
  }

  /**
   * What was found is durable when it resolves, unless nothing may be written. What others find meanwhile, and what could not be
   * written, counts as unwritten.
   */
  async flush(): Promise<void> {
    const found = this.#options.loaded.takeFound();
    const before = new Map(found.map(({ pack }) => [pack, this.#unwritten.get(pack)]));
    this.#sinceFlush = 0;
    if (found.length > 0) {
      const isKept = this.#options.isKept && (await tellDamage(joined(found), this.#options.notes));
      if (!isKept) {
        this.isWritable = !this.#options.isKept;
        return;
      }
      for (const [pack, count] of before)
        if (this.#unwritten.get(pack) === count) this.#unwritten.delete(pack);
    }
    const due = this.#afterwards.filter(({ pack }) => !this.#unwritten.has(pack));
    this.#afterwards = this.#afterwards.filter(({ pack }) => this.#unwritten.has(pack));
    for (const { act } of due) await act();
  }

  /** Closes notes whose packs are sound or gone; of one that names others too, these are written again first. */
  async close(storage: Storage): Promise<void> {
    if (!this.#options.isKept) return;
    const { notes } = this.#options;
    for (const note of this.#before) {
      const open: DamagedPack[] = [];
      for (const damaged of note.packs) {
        const isOver = this.#sound.has(damaged.pack) || (await storage.stat(damaged.pack)) === undefined;
        if (!isOver) open.push(damaged);
      }
      if (open.length === note.packs.length) continue;
      await this.#trying(async () => {
        if (open.length > 0) await notes.noteDamage(open);
        await notes.closeDamage(note);
      });
    }
  }

  /** Whoever may only read can look for damage all the same. */
  async #trying(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof StorageDeniedError || error instanceof StorageFullError)) throw error;
      this.isWritable = false;
    }
  }
}

/** Each pack once. */
function joined(found: readonly DamagedPack[]): readonly DamagedPack[] {
  const packs = new Map<string, DamagedPack>();
  for (const { pack, frames } of found) {
    const known = packs.get(pack);
    const isWhole = frames === undefined || (known !== undefined && known.frames === undefined);
    const offsets = [...new Set([...(known?.frames ?? []), ...(frames ?? [])])].sort((a, b) => a - b);
    packs.set(pack, isWhole ? { pack } : { pack, frames: offsets });
  }
  return [...packs.values()];
}

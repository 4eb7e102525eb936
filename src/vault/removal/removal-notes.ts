import type { RemovalContent } from "../crypto/sealed-object.ts";
import { VaultDamagedError } from "../errors.ts";
import { CONTENT } from "../format/layout.ts";
import {
  AWAITED_PREFIX,
  DAMAGED_PREFIX,
  DOOMED_PREFIX,
  damagedName,
  KEPT_PREFIX,
  keptFromName,
  TRASH_PREFIX,
  trashFromName,
} from "../format/object-names.ts";
import type { DamagedPack } from "../index/struck-packs.ts";
import { type DoomedList, DoomedLists } from "./doomed-lists.ts";
import { SealedNotes, type SealedNotesOptions } from "./sealed-notes.ts";
import { Trash } from "./trash.ts";

export type { DoomedList } from "./doomed-lists.ts";

/** Packs that somebody found damaged: docs/vault-format.md 10.2. */
export interface DamageNote {
  readonly name: string;
  readonly packs: readonly DamagedPack[];
}

/** The vault's objects about removal: what is doomed, who is waited for, what is in the trash. */
export class RemovalNotes {
  readonly #options: SealedNotesOptions;
  readonly #notes: SealedNotes;
  readonly #doomed: DoomedLists;
  readonly #trash: Trash;

  constructor(options: SealedNotesOptions) {
    this.#options = options;
    this.#notes = new SealedNotes(options);
    this.#doomed = new DoomedLists(options);
    this.#trash = new Trash(options);
  }

  /** What is doomed, and who is awaited before it goes. */
  get doomed(): DoomedLists {
    return this.#doomed;
  }

  /** From the moment this resolves, no session that opens uses these packs. */
  async doom(list: Omit<DoomedList, "name">): Promise<DoomedList> {
    return await this.#doomed.put(list);
  }

  /** Nobody begins to use what these name. */
  async doomedLists(signal?: AbortSignal): Promise<readonly DoomedList[]> {
    return (await this.#doomed.read(signal)).lists;
  }

  /** Which restore points are in the trash. */
  get trash(): Trash {
    return this.#trash;
  }

  /** From the moment this resolves, sessions that open store again what these packs held. */
  async noteDamage(packs: readonly DamagedPack[]): Promise<DamageNote> {
    const { clock, entropy } = this.#options;
    const name = damagedName(clock.now().epochMilliseconds, entropy.bytes(16));
    await this.#notes.put(name, CONTENT.damagedPacks, { packs });
    return { name, packs };
  }

  /** Notes that full-key holders made and that are still open. One that cannot be read warns of nothing. */
  async damageNotes(signal?: AbortSignal): Promise<readonly DamageNote[]> {
    const notes: DamageNote[] = [];
    for await (const { name } of this.#options.storage.list(DAMAGED_PREFIX, { signal })) {
      try {
        const found = await this.#notes.get<Omit<DamageNote, "name">>(name, CONTENT.damagedPacks);
        if (found !== undefined) notes.push({ name, ...found });
      } catch (error) {
        if (!(error instanceof VaultDamagedError)) throw error; // verify tells of it
      }
    }
    return notes;
  }

  /** The packs of the note are sound, or gone. */
  async closeDamage({ name }: DamageNote): Promise<void> {
    await this.#options.storage.delete(name);
  }

  /** Looks at every note, whatever it is about. @yields what does not open */
  async *unreadable(signal?: AbortSignal): AsyncGenerator<VaultDamagedError> {
    const kinds = [
      [DOOMED_PREFIX, CONTENT.doomedList],
      [AWAITED_PREFIX, CONTENT.awaitedSessions],
      [TRASH_PREFIX, CONTENT.trashEntry],
      [KEPT_PREFIX, CONTENT.keptPoint],
      [DAMAGED_PREFIX, CONTENT.damagedPacks],
    ] as const;
    for (const [prefix, content] of kinds) {
      for await (const { name } of this.#options.storage.list(prefix, { signal })) {
        const damage = await this.#damageOf(name, content);
        if (damage !== undefined) yield damage;
      }
    }
  }

  async #damageOf(name: string, content: RemovalContent): Promise<VaultDamagedError | undefined> {
    try {
      const found = await this.#notes.get<{ readonly point?: string }>(name, content);
      const named = trashFromName(name) ?? keptFromName(name);
      const isTrue = found === undefined || named === undefined || found.point === named.point;
      return isTrue ? undefined : new VaultDamagedError(name, "it holds something else than its name says");
    } catch (error) {
      if (error instanceof VaultDamagedError) return error;
      throw error;
    }
  }
}

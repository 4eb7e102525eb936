import type { Clock, Entropy, RestorePointId } from "../../base/index.ts";
import { type Storage, StorageObjectExistsError, StorageObjectMissingError } from "../../storage/index.ts";
import { openRemoval, type RemovalContent, sealRemoval } from "../crypto/sealed-object.ts";
import type { WriterKeys } from "../crypto/vault-keys.ts";
import { damageIn, VaultDamagedError } from "../errors.ts";
import { CONTENT } from "../format/layout.ts";
import {
  AWAITED_PREFIX,
  awaitedName,
  DAMAGED_PREFIX,
  DOOMED_PREFIX,
  damagedName,
  doomedName,
  TRASH_PREFIX,
  trashFromName,
  trashName,
} from "../format/object-names.ts";
import type { DamagedPack } from "../index/chunk-index.ts";

/** What is going to be deleted: docs/vault-format.md 10. Names of objects. */
export interface DoomedList {
  readonly name: string;
  readonly packs: readonly string[];
  readonly segments: readonly string[];
}

/** A restore point that is in the trash. */
export interface TrashEntry {
  readonly name: string;
  readonly point: RestorePointId;
  readonly untilMilliseconds: number;
}

/** Packs that somebody found damaged: docs/vault-format.md 10.2. */
export interface DamageNote {
  readonly name: string;
  readonly packs: readonly DamagedPack[];
}

export interface RemovalNotesOptions {
  readonly storage: Storage;
  readonly keys: WriterKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** The vault's objects about removal: what is doomed, who is waited for, what is in the trash. */
export class RemovalNotes {
  readonly #options: RemovalNotesOptions;

  constructor(options: RemovalNotesOptions) {
    this.#options = options;
  }

  /** From the moment this resolves, no session that opens uses these packs. */
  async doom(list: Omit<DoomedList, "name">): Promise<DoomedList> {
    const { clock, entropy } = this.#options;
    const name = doomedName(clock.now().epochMilliseconds, entropy.bytes(16));
    await this.#put(name, CONTENT.doomedList, list);
    return { name, ...list };
  }

  /** @throws {VaultDamagedError} a list that cannot be read may name anything: nobody may go on */
  async doomedLists(signal?: AbortSignal): Promise<readonly DoomedList[]> {
    const lists: DoomedList[] = [];
    for await (const { name } of this.#options.storage.list(DOOMED_PREFIX, { signal })) {
      const found = await this.#get<Omit<DoomedList, "name">>(name, CONTENT.doomedList);
      if (found !== undefined) lists.push({ name, ...found });
    }
    return lists;
  }

  /** Who was open after the list was durable; the first answer stands. */
  async await(list: DoomedList, sessions: readonly string[]): Promise<readonly string[]> {
    try {
      await this.#put(awaitedName(list.name), CONTENT.awaitedSessions, { sessions });
      return sessions;
    } catch (error) {
      if (!(error instanceof StorageObjectExistsError)) throw error;
      return (await this.awaited(list)) ?? sessions;
    }
  }

  /** The names of the leases that are waited for; undefined when that was not written down. */
  async awaited(list: DoomedList): Promise<readonly string[] | undefined> {
    const name = awaitedName(list.name);
    return (await this.#get<{ readonly sessions: readonly string[] }>(name, CONTENT.awaitedSessions))
      ?.sessions;
  }

  /** Everything that the list names is gone. */
  async strike(list: DoomedList): Promise<void> {
    // the list goes last: while it is there, nobody relies on what it names
    await this.#options.storage.delete(awaitedName(list.name));
    await this.#options.storage.delete(list.name);
  }

  /** Readers leave the point out from now on; it can be taken back until it is deleted. */
  async trash(point: RestorePointId, untilMilliseconds: number): Promise<TrashEntry> {
    const name = trashName(untilMilliseconds, point);
    try {
      await this.#put(name, CONTENT.trashEntry, { point, untilMilliseconds });
    } catch (error) {
      if (!(error instanceof StorageObjectExistsError)) throw error;
    }
    return { name, point, untilMilliseconds };
  }

  /** Entries that full-key holders made, by their dates. Anything else hides nothing. */
  async trashEntries(signal?: AbortSignal): Promise<readonly TrashEntry[]> {
    const entries: TrashEntry[] = [];
    for await (const { name } of this.#options.storage.list(TRASH_PREFIX, { signal })) {
      const named = trashFromName(name);
      if (named !== undefined && (await this.#isTrue(name, named))) entries.push({ name, ...named });
    }
    return entries;
  }

  /** From the moment this resolves, sessions that open store again what these packs held. */
  async noteDamage(packs: readonly DamagedPack[]): Promise<DamageNote> {
    const { clock, entropy } = this.#options;
    const name = damagedName(clock.now().epochMilliseconds, entropy.bytes(16));
    await this.#put(name, CONTENT.damagedPacks, { packs });
    return { name, packs };
  }

  /** Notes that full-key holders made and that are still open. One that cannot be read warns of nothing. */
  async damageNotes(signal?: AbortSignal): Promise<readonly DamageNote[]> {
    const notes: DamageNote[] = [];
    for await (const { name } of this.#options.storage.list(DAMAGED_PREFIX, { signal })) {
      try {
        const found = await this.#get<Omit<DamageNote, "name">>(name, CONTENT.damagedPacks);
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
      const found = await this.#get<Partial<TrashEntry>>(name, content);
      const named = content === CONTENT.trashEntry ? trashFromName(name) : undefined;
      const isTrue = found === undefined || named === undefined || found.point === named.point;
      return isTrue ? undefined : new VaultDamagedError(name, "it holds something else than its name says");
    } catch (error) {
      if (error instanceof VaultDamagedError) return error;
      throw error;
    }
  }

  async takeBack({ name }: TrashEntry): Promise<void> {
    await this.#options.storage.delete(name);
  }

  /** A copy of an entry under another date, or one that somebody else made, is not believed. */
  async #isTrue(name: string, named: Omit<TrashEntry, "name">): Promise<boolean> {
    try {
      const found = await this.#get<Omit<TrashEntry, "name">>(name, CONTENT.trashEntry);
      return found?.point === named.point && found.untilMilliseconds === named.untilMilliseconds;
    } catch (error) {
      damageIn(error);
      return false;
    }
  }

  async #put(name: string, content: RemovalContent, note: object): Promise<void> {
    const plain = new TextEncoder().encode(JSON.stringify({ version: 1, object: name, ...note }));
    await this.#options.storage.put(name, sealRemoval(plain, content, this.#options));
  }

  /** Undefined when it is gone. @throws {VaultDamagedError} */
  async #get<T extends object>(name: string, content: RemovalContent): Promise<T | undefined> {
    const { storage, keys } = this.#options;
    let bytes: Uint8Array;
    try {
      bytes = await storage.get(name);
    } catch (error) {
      if (error instanceof StorageObjectMissingError) return undefined;
      throw error;
    }
    const plain = openRemoval(bytes, name, { keys, content });
    const { object, version, ...note } = JSON.parse(new TextDecoder().decode(plain)) as Record<
      string,
      unknown
    >;
    if (object !== name || version !== 1) {
      throw new VaultDamagedError(name, "it holds something else than its name says");
    }
    return note as T;
  }
}

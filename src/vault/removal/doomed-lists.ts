import { type Storage, StorageDeniedError, StorageObjectExistsError } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { CONTENT } from "../format/layout.ts";
import { AWAITED_PREFIX, awaitedName, DOOMED_PREFIX, doomedName } from "../format/object-names.ts";
import { SealedNotes, type SealedNotesOptions } from "./sealed-notes.ts";

/** So many share a list: whoever reads one holds it in memory. */
const PACKS_A_LIST = 65_536;

/** What is going to be deleted: docs/vault-format.md 10.1. Names of objects. */
export interface DoomedList {
  readonly name: string;
  readonly packs: readonly string[];
  readonly segments: readonly string[];
}

type Doomed = Omit<DoomedList, "name">;

/** The copy that says who is awaited says what is doomed too: so a list survives the loss of one of the two objects. */
interface Awaited extends Partial<Doomed> {
  readonly sessions: readonly string[];
}

/** What lies below `doomed/`. */
export interface DoomedRead {
  readonly lists: readonly DoomedList[];
  /** Those of them that only the object with who is awaited says any more. */
  readonly worn: readonly DoomedList[];
  /** Objects that doom nothing: no full-key holder made them, or nobody acts on them any more. */
  readonly strange: readonly VaultDamagedError[];
}

/** Doomed lists and who is awaited before they are carried out: docs/vault-format.md 10.1, 4 to 6 and 8. */
export class DoomedLists {
  readonly #options: SealedNotesOptions;
  readonly #notes: SealedNotes;

  constructor(options: SealedNotesOptions) {
    this.#options = options;
    this.#notes = new SealedNotes(options);
  }

  /** From the moment this resolves, no session that opens uses these packs. */
  async put(list: Doomed): Promise<DoomedList> {
    const { clock, entropy } = this.#options;
    const name = doomedName(clock.now().epochMilliseconds, entropy.bytes(16));
    await this.#notes.put(name, CONTENT.doomedList, list);
    return { name, ...list };
  }

  /** As many lists as it takes, none where there is nothing; the segments are in the last one. */
  async putAll({ packs, segments }: Doomed): Promise<readonly DoomedList[]> {
    const lists: DoomedList[] = [];
    let at = 0;
    for (; packs.length - at > PACKS_A_LIST; at += PACKS_A_LIST)
      lists.push(await this.put({ packs: packs.slice(at, at + PACKS_A_LIST), segments: [] }));
    const rest = packs.slice(at);
    if (rest.length > 0 || segments.length > 0) lists.push(await this.put({ packs: rest, segments }));
    return lists;
  }

  /**
   * Anybody who may add can put an object that is no list, and it must stop nobody. A list that was one when a prune last looked
   * at it is told from these by its copy. @throws {VaultTooNewError} a list that newer programs know
   */
  async read(signal?: AbortSignal): Promise<DoomedRead> {
    const lists: DoomedList[] = [];
    const worn: DoomedList[] = [];
    const strange: VaultDamagedError[] = [];
    for await (const { name } of this.#options.storage.list(DOOMED_PREFIX, { signal })) {
      try {
        const found = await this.#notes.get<Doomed>(name, CONTENT.doomedList);
        if (found !== undefined) lists.push({ name, ...found });
      } catch (error) {
        if (!(error instanceof VaultDamagedError)) throw error;
        const copy = await this.#awaited(name); // after the list: docs/vault-format.md 10.1, 8
        if (copy === undefined) strange.push(error);
        else if (copy.packs === undefined)
          throw error; // of a program before 1.0: what the list said is not known
        else worn.push({ name, packs: copy.packs, segments: copy.segments ?? [] });
      }
    }
    return { lists: [...lists, ...worn], worn, strange };
  }

  /**
   * The lists, for whoever may delete: those of which only the copy is left are put anew, and what is no list goes, with what is
   * about no list.
   */
  async readAndTidy(signal?: AbortSignal): Promise<Omit<DoomedRead, "worn">> {
    const { lists, worn, strange } = await this.read(signal);
    const renewed: DoomedList[] = [];
    for (const list of worn) {
      renewed.push(await this.put({ packs: list.packs, segments: list.segments }));
      await this.#tryDelete(list.name);
      await this.#tryDelete(awaitedName(list.name));
    }
    for (const { object } of strange) await this.#tryDelete(object);
    const standing = [...lists.filter((list) => !worn.includes(list)), ...renewed];
    const about = new Set(standing.map(({ name }) => awaitedName(name)));
    for await (const { name } of this.#options.storage.list(AWAITED_PREFIX, { signal })) {
      if (about.has(name)) continue;
      const list = name.replace(AWAITED_PREFIX, DOOMED_PREFIX);
      if ((await this.#options.storage.stat(list)) === undefined) await this.#tryDelete(name);
    }
    return { lists: standing, strange };
  }

  /**
   * Who has to end before the list may be carried out, by the names of leases: of these, or of those that were written down
   * before. Undefined when the list may not be carried out: it does not say any more what it said.
   */
  async awaitedFor(list: DoomedList, leases: readonly string[]): Promise<readonly string[] | undefined> {
    const sessions = (await this.#awaited(list.name))?.sessions ?? (await this.#await(list, leases));
    // after the copy is durable: whoever passes over the list from now on has seen neither of the two
    return sessions !== undefined && (await this.#stands(list)) ? sessions : undefined;
  }

  /** Everything that the list names is gone. */
  async strike(list: DoomedList): Promise<void> {
    // the list goes last: while it is there, nobody relies on what it names
    await this.#options.storage.delete(awaitedName(list.name));
    await this.#options.storage.delete(list.name);
  }

  /** Undefined where somebody else's object is in the way. */
  async #await(list: DoomedList, sessions: readonly string[]): Promise<readonly string[] | undefined> {
    const { name, ...doomed } = list;
    for (let attempt = 1; attempt <= 2; attempt++) {
      try {
        await this.#notes.put(awaitedName(name), CONTENT.awaitedSessions, { sessions, ...doomed });
        return sessions;
      } catch (error) {
        if (!(error instanceof StorageObjectExistsError)) throw error;
        const others = await this.#awaited(name);
        if (others !== undefined) return others.sessions; // the first answer stands
        await this.#tryDelete(awaitedName(name)); // anybody may add
      }
    }
    return undefined;
  }

  /** Undefined when nobody wrote it down, or what is there was not made by a full-key holder. */
  async #awaited(list: string): Promise<Awaited | undefined> {
    try {
      return await this.#notes.get<Awaited>(awaitedName(list), CONTENT.awaitedSessions);
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      return undefined;
    }
  }

  async #stands({ name }: DoomedList): Promise<boolean> {
    try {
      return (await this.#notes.get<Doomed>(name, CONTENT.doomedList)) !== undefined;
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      return false;
    }
  }

  async #tryDelete(name: string): Promise<void> {
    const storage: Storage = this.#options.storage;
    try {
      await storage.delete(name);
    } catch (error) {
      if (!(error instanceof StorageDeniedError)) throw error; // a prune tells that it may not delete
    }
  }
}

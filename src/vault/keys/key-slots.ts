import { hash } from "node:crypto";
import { type Guid, hexFromBytes, type Secret } from "../../base/index.ts";
import {
  type Storage,
  StorageLockedError,
  StorageObjectExistsError,
  StorageObjectMissingError,
} from "../../storage/index.ts";
import {
  VaultDamagedError,
  VaultKeySlotNotFoundError,
  VaultLastKeySlotError,
  VaultPassphraseWrongError,
} from "../errors.ts";
import {
  decodeKeySlot,
  encodeKeySlot,
  type KeySlotDocument,
  unknownKindOf,
} from "../format/key-slot-document.ts";
import {
  digestFromName,
  KEYS_PREFIX,
  keySlotName,
  LEAVING_PREFIX,
  leavingName,
} from "../format/object-names.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import { VaultKeySlotLockedError, VaultKeySlotsLeavingError, VaultKeySlotUnprovenError } from "./errors.ts";
import { openKeySlot } from "./key-slot.ts";
import { parseRecoveryKey } from "./recovery-key.ts";

/** What people see of a key slot. */
export interface KeySlotFacts {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly kind: "passphrase" | "recovery";
  readonly created: string;
}

/** What opened the vault. */
export interface Unlocked {
  readonly masterKey: Uint8Array;
  /** The id of the slot that opened. */
  readonly slot: string;
}

interface FoundSlots {
  readonly slots: readonly { readonly id: string; readonly slot: KeySlotDocument }[];
  readonly damaged: readonly VaultDamagedError[];
  /** Of kinds that a newer version of this program may know: their ids, and the kinds. */
  readonly unknown: readonly { readonly id: string; readonly kind: string }[];
}

/** The key slots of a vault, as objects in its storage. */
export class KeySlots {
  readonly #storage: Storage;
  readonly #vault: Guid;

  constructor(storage: Storage, vault: Guid) {
    this.#storage = storage;
    this.#vault = vault;
  }

  /** Writes a slot; durable when it resolves. */
  async add(slot: KeySlotDocument): Promise<KeySlotFacts> {
    const bytes = encodeKeySlot(slot);
    const digest = hash("sha256", bytes, "buffer");
    await this.#storage.put(keySlotName(digest), [bytes]);
    return { id: hexFromBytes(digest), kind: slot.kind, created: slot.created };
  }

  async list(): Promise<readonly KeySlotFacts[]> {
    const { slots } = await this.#read();
    return slots.map(({ id, slot }) => ({ id, kind: slot.kind, created: slot.created }));
  }

  /** Slots that cannot be used, with the reason. */
  async damaged(): Promise<readonly VaultDamagedError[]> {
    return (await this.#read()).damaged;
  }

  /** Slots of kinds that this program does not know; they open nothing here, and nothing is wrong with them. */
  async unknown(): Promise<FoundSlots["unknown"]> {
    return (await this.#read()).unknown;
  }

  /**
   * Writes a slot and reads it back: it is in the storage, and the secret opens it. @throws {VaultKeySlotUnprovenError}
   */
  async addProven(slot: KeySlotDocument, secret: Secret, masterKey: Uint8Array): Promise<KeySlotFacts> {
    const facts = await this.add(slot);
    const stored = decodeKeySlot(await getOrDamaged(this.#storage, KEYS_PREFIX + facts.id));
    const opened = stored && (await openKeySlot(stored, secret));
    if (opened === undefined || Buffer.compare(opened, masterKey) !== 0)
      throw new VaultKeySlotUnprovenError(facts.id);
    return facts;
  }

  /**
   * Removes a slot, and never the last one: who removes says so before, and looks afterwards who else does. So of two at the
   * same time at least one knows of the other. @throws {VaultLastKeySlotError} @throws {VaultKeySlotNotFoundError}
   * @throws {VaultKeySlotsLeavingError} @throws {VaultKeySlotLockedError}
   */
  async remove(id: string): Promise<void> {
    const known = await this.#read();
    const isKnown = [...known.slots, ...known.unknown].some((each) => each.id === id);
    if (!isKnown) {
      throw new VaultKeySlotNotFoundError(`Cannot remove key slot "${id}": the vault has none of this id`);
    }
    if (known.slots.every((each) => each.id === id)) {
      throw new VaultLastKeySlotError(
        `Cannot remove key slot "${id}": it is the only one, nobody could open the vault again`,
      );
    }
    await this.#sayLeaving(id);
    const leaving = new Set<string>();
    for await (const { name } of this.#storage.list(LEAVING_PREFIX))
      leaving.add(name.slice(LEAVING_PREFIX.length));
    const { slots } = await this.#read();
    if (slots.every((each) => leaving.has(each.id))) {
      await this.#storage.delete(leavingName(id));
      throw new VaultKeySlotsLeavingError(id);
    }
    try {
      await this.#storage.delete(KEYS_PREFIX + id);
    } catch (error) {
      if (!(error instanceof StorageLockedError)) throw error;
      await this.#storage.delete(leavingName(id)); // it stays, so nobody has to mind its leaving
      throw new VaultKeySlotLockedError(id, error.until, { cause: error });
    }
    await this.#storage.delete(leavingName(id));
  }

  /** Until when nobody can remove the slot, be that over or not; undefined where nothing is locked. */
  async lockedUntil(id: string): Promise<Temporal.Instant | undefined> {
    return (await this.#storage.locks?.retention(KEYS_PREFIX + id))?.until;
  }

  /** What the secret opens. @throws {VaultPassphraseWrongError} @throws {VaultDamagedError} when all that could open it is damaged. */
  async unlock(secret: Secret): Promise<Unlocked> {
    const { slots, damaged } = await this.#read();
    const isRecoveryKey = parseRecoveryKey(secret.reveal()) !== undefined;
    const cheapFirst = slots.toSorted(
      (a, b) => Number(b.slot.kind === "recovery") - Number(a.slot.kind === "recovery"),
    );
    for (const { id, slot } of cheapFirst) {
      if (slot.kind === "recovery" && !isRecoveryKey) continue;
      const masterKey = await openKeySlot(slot, secret);
      if (masterKey !== undefined) return { masterKey, slot: id };
    }
    if (damaged[0] !== undefined) throw damaged[0];
    if (slots.length === 0) throw new VaultDamagedError(KEYS_PREFIX, "it has no key slot");
    throw new VaultPassphraseWrongError(
      `Cannot open the vault at "${this.#storage.location}": no key slot opens with this passphrase`,
    );
  }

  /** Left by somebody who was killed, it is as good as ours. */
  async #sayLeaving(id: string): Promise<void> {
    try {
      await this.#storage.put(leavingName(id), []);
    } catch (error) {
      if (!(error instanceof StorageObjectExistsError)) throw error;
    }
  }

  async #read(): Promise<FoundSlots> {
    const slots: { readonly id: string; readonly slot: KeySlotDocument }[] = [];
    const damaged: VaultDamagedError[] = [];
    const unknown: { readonly id: string; readonly kind: string }[] = [];
    for await (const { name } of this.#storage.list(KEYS_PREFIX)) {
      const digest = digestFromName(name);
      if (digest === undefined) continue;
      const bytes = await this.#getIfThere(name);
      if (bytes === undefined) continue; // removed since it was listed
      const id = hexFromBytes(digest);
      const slot = decodeKeySlot(bytes);
      const isWhole = Buffer.compare(hash("sha256", bytes, "buffer"), digest) === 0;
      const kind = isWhole && slot === undefined ? unknownKindOf(bytes, this.#vault) : undefined;
      if (kind !== undefined) unknown.push({ id, kind });
      else if (!isWhole || slot === undefined)
        damaged.push(new VaultDamagedError(name, "its bytes are not those that it is named for"));
      else if (slot.vault === this.#vault) slots.push({ id, slot });
    }
    return { slots, damaged, unknown };
  }

  async #getIfThere(name: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#storage.get(name);
    } catch (error) {
      if (error instanceof StorageObjectMissingError) return undefined;
      throw error;
    }
  }
}

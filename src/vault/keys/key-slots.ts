import { hash } from "node:crypto";
import { type Guid, hexFromBytes, type Secret } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import {
  VaultDamagedError,
  VaultKeySlotNotFoundError,
  VaultLastKeySlotError,
  VaultPassphraseWrongError,
} from "../errors.ts";
import { decodeKeySlot, encodeKeySlot, type KeySlotDocument } from "../format/key-slot-document.ts";
import { digestFromName, KEYS_PREFIX, keySlotName } from "../format/object-names.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import { openKeySlot } from "./key-slot.ts";
import { parseRecoveryKey } from "./recovery-key.ts";

/** What people see of a key slot. */
export interface KeySlotFacts {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly kind: "passphrase" | "recovery";
  readonly created: string;
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

  /** @throws {VaultLastKeySlotError} @throws {VaultKeySlotNotFoundError} */
  async remove(id: string): Promise<void> {
    const { slots } = await this.#read();
    const found = slots.find((each) => each.id === id);
    if (found === undefined) {
      throw new VaultKeySlotNotFoundError(`Cannot remove key slot "${id}": the vault has none of this id`);
    }
    if (slots.length === 1) {
      throw new VaultLastKeySlotError(
        `Cannot remove key slot "${id}": it is the only one, nobody could open the vault again`,
      );
    }
    await this.#storage.delete(KEYS_PREFIX + id);
  }

  /** The master key. @throws {VaultPassphraseWrongError} @throws {VaultDamagedError} when all that could open it is damaged. */
  async unlock(secret: Secret): Promise<Uint8Array> {
    const { slots, damaged } = await this.#read();
    const isRecoveryKey = parseRecoveryKey(secret.reveal()) !== undefined;
    const cheapFirst = slots.toSorted(
      (a, b) => Number(b.slot.kind === "recovery") - Number(a.slot.kind === "recovery"),
    );
    for (const { slot } of cheapFirst) {
      if (slot.kind === "recovery" && !isRecoveryKey) continue;
      const masterKey = await openKeySlot(slot, secret);
      if (masterKey !== undefined) return masterKey;
    }
    if (damaged[0] !== undefined) throw damaged[0];
    if (slots.length === 0) throw new VaultDamagedError(KEYS_PREFIX, "it has no key slot");
    throw new VaultPassphraseWrongError(
      `Cannot open the vault at "${this.#storage.location}": no key slot opens with this passphrase`,
    );
  }

  async #read(): Promise<{
    readonly slots: readonly { readonly id: string; readonly slot: KeySlotDocument }[];
    readonly damaged: readonly VaultDamagedError[];
  }> {
    const slots: { readonly id: string; readonly slot: KeySlotDocument }[] = [];
    const damaged: VaultDamagedError[] = [];
    for await (const { name } of this.#storage.list(KEYS_PREFIX)) {
      const digest = digestFromName(name);
      if (digest === undefined) continue;
      const bytes = await getOrDamaged(this.#storage, name);
      const slot = decodeKeySlot(bytes);
      const isWhole = Buffer.compare(hash("sha256", bytes, "buffer"), digest) === 0;
      if (!isWhole || slot === undefined)
        damaged.push(new VaultDamagedError(name, "its bytes are not those that it is named for"));
      else if (slot.vault === this.#vault) slots.push({ id: hexFromBytes(digest), slot });
    }
    return { slots, damaged };
  }
}

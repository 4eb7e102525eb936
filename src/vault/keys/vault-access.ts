import type { Clock, Entropy, Guid, Secret } from "../../base/index.ts";
import type { KdfCost } from "../format/key-slot-document.ts";
import { VaultKeySlotInUseError, VaultKeySlotLockedError } from "./errors.ts";
import { type NewKeySlot, passphraseSlot, recoverySlot } from "./key-slot.ts";
import type { KeySlotFacts, KeySlots } from "./key-slots.ts";
import { assertStrong } from "./passphrase-strength.ts";
import { newRecoveryKey } from "./recovery-key.ts";
import { newRecoveryShares, type ShareCounts } from "./recovery-shares.ts";

export interface VaultAccessParts {
  readonly slots: KeySlots;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly vault: Guid;
  readonly masterKey: Uint8Array;
  /** The id of the key slot that the vault was opened with. */
  readonly openedWith: string;
}

/** Who can open a vault that is open: its key slots, and how they come and go. */
export class VaultAccess {
  readonly #parts: VaultAccessParts;
  readonly #slots: KeySlots;

  constructor(parts: VaultAccessParts) {
    this.#parts = parts;
    this.#slots = parts.slots;
  }

  async list(): Promise<readonly KeySlotFacts[]> {
    return await this.#slots.list();
  }

  /** One more passphrase that opens the vault; nothing else is written. @throws {VaultPassphraseWeakError} */
  async addPassphrase(
    passphrase: Secret,
    options: { readonly allowWeakPassphrase?: true; readonly kdf?: KdfCost } = {},
  ): Promise<KeySlotFacts> {
    if (options.allowWeakPassphrase !== true) assertStrong(passphrase);
    const slot = await passphraseSlot(passphrase, this.#newSlot(), options.kdf);
    return await this.#slots.addProven(slot, passphrase, this.#parts.masterKey);
  }

  /**
   * A new passphrase instead of the one that the vault was opened with. The new slot is there, read back and opened, before the
   * old one goes: killed anywhere between, both open the vault. Nothing is added where the old one is locked.
   * @throws {VaultPassphraseWeakError} @throws {VaultKeySlotLockedError}
   */
  async rotatePassphrase(
    passphrase: Secret,
    options: { readonly allowWeakPassphrase?: true; readonly kdf?: KdfCost } = {},
  ): Promise<{ readonly added: KeySlotFacts; readonly removed: string }> {
    const until = await this.#slots.lockedUntil(this.#parts.openedWith);
    if (until !== undefined && Temporal.Instant.compare(until, this.#parts.clock.now()) > 0)
      throw new VaultKeySlotLockedError(this.#parts.openedWith, until);
    const added = await this.addPassphrase(passphrase, options);
    const removed = this.#parts.openedWith;
    await this.#slots.remove(removed);
    return { added, removed };
  }

  /** One more recovery key that opens the vault. It is kept nowhere. */
  async addRecoveryKey(): Promise<{ readonly slot: KeySlotFacts; readonly recoveryKey: Secret }> {
    const recoveryKey = newRecoveryKey(this.#parts.entropy);
    return { slot: await this.#addRecovery(recoveryKey), recoveryKey };
  }

  /** One more recovery key, which exists only in shares: that many papers, of which that many open the vault. */
  async addRecoveryShares(
    counts: ShareCounts,
  ): Promise<{ readonly slot: KeySlotFacts; readonly papers: readonly Secret[] }> {
    const { recoveryKey, papers } = newRecoveryShares(counts, {
      vault: this.#parts.vault,
      entropy: this.#parts.entropy,
    });
    return { slot: await this.#addRecovery(recoveryKey), papers };
  }

  /**
   * The slot that the vault was opened with goes only when `evenInUse` says so.
   * @throws {VaultLastKeySlotError} @throws {VaultKeySlotNotFoundError} @throws {VaultKeySlotInUseError}
   * @throws {VaultKeySlotLockedError}
   */
  async removeSlot(id: string, options: { readonly evenInUse?: true | undefined } = {}): Promise<void> {
    const isLast = (await this.#slots.list()).length === 1;
    if (id === this.#parts.openedWith && options.evenInUse !== true && !isLast)
      throw new VaultKeySlotInUseError(id);
    await this.#slots.remove(id);
  }

  /** Key slots of kinds that this program does not know. */
  async unknown(): Promise<readonly { readonly id: string; readonly kind: string }[]> {
    return await this.#slots.unknown();
  }

  async #addRecovery(recoveryKey: Secret): Promise<KeySlotFacts> {
    const slot = recoverySlot(recoveryKey, this.#newSlot());
    return await this.#slots.addProven(slot, recoveryKey, this.#parts.masterKey);
  }

  #newSlot(): NewKeySlot {
    const { clock, entropy, masterKey, vault } = this.#parts;
    return { masterKey, vault, created: clock.now(), entropy };
  }
}

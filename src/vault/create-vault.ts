import { newGuid, type Secret } from "../base/index.ts";
import { type Storage, StorageObjectExistsError } from "../storage/index.ts";
import { vaultKeysFrom } from "./crypto/vault-keys.ts";
import { VaultExistsError } from "./errors.ts";
import { encodeConfig, newConfig } from "./format/config-document.ts";
import type { KdfCost } from "./format/key-slot-document.ts";
import { CONFIG_NAME, KEYS_PREFIX } from "./format/object-names.ts";
import { passphraseSlot, recoverySlot } from "./keys/key-slot.ts";
import { KeySlots } from "./keys/key-slots.ts";
import { assertStrong } from "./keys/passphrase-strength.ts";
import { newRecoveryKey } from "./keys/recovery-key.ts";
import { lockedPlace, requireLocks, type VaultLock } from "./lock/locking-storage.ts";
import { Vault } from "./vault.ts";
import type { VaultOptions } from "./vault-options.ts";

const DEFAULT_CHUNK_BYTES = 64 * 1024;

export interface CreateVaultOptions extends VaultOptions {
  readonly passphrase: Secret;
  readonly allowWeakPassphrase?: true;
  /** A power of two from 4 KiB to 512 KiB. @default 64 KiB */
  readonly chunkBytes?: number;
  /** Locks objects, where the store can; else nothing is locked. */
  readonly lock?: VaultLock | undefined;
  /** Puts a sidecar beside each pack, with which a pack is mended when bytes of it are damaged: 3 % more. */
  readonly parity?: true | undefined;
  /** The cost of trying the passphrase. @default 64 MiB, 3 passes, 4 lanes */
  readonly kdf?: KdfCost;
}

/**
 * Makes a vault in an empty place, and opens it. The recovery key opens it too, wherever a passphrase is asked for; it is
 * kept nowhere. @throws {VaultExistsError} @throws {VaultPassphraseWeakError} @throws {VaultLockUnsupportedError}
 */
export async function createVault(
  options: CreateVaultOptions,
): Promise<{ readonly vault: Vault; readonly recoveryKey: Secret }> {
  const { clock, entropy, passphrase, lock } = options;
  if (lock !== undefined) requireLocks(options.storage);
  const storage = lockedPlace(options.storage, lock, clock);
  if (options.allowWeakPassphrase !== true) assertStrong(passphrase);
  await assertEmpty(storage);
  const created = clock.now();
  const config = newConfig({
    id: newGuid(entropy),
    created: created.toString(),
    chunkBytes: options.chunkBytes ?? DEFAULT_CHUNK_BYTES,
    ...(lock !== undefined && { lockDays: lock.days, lockMode: lock.mode }),
    ...(options.parity === true && { parity: 2 }),
  });
  const masterKey = entropy.bytes(32);
  const keys = vaultKeysFrom(masterKey, config.id);
  const recoveryKey = newRecoveryKey(entropy);
  const slots = new KeySlots(storage, config.id);
  const slot = { masterKey, vault: config.id, created, entropy };
  const { id } = await slots.add(await passphraseSlot(passphrase, slot, options.kdf));
  await slots.add(recoverySlot(recoveryKey, slot));
  await putConfig(storage, encodeConfig(config, keys.configKey)); // last: with it the vault exists
  return { vault: new Vault({ ...options, storage }, { config, masterKey, keys, slot: id }), recoveryKey };
}

/** Slots of a creation that was killed do not matter. */
async function assertEmpty(storage: Storage): Promise<void> {
  for await (const { name } of storage.list("")) {
    if (name === CONFIG_NAME) throw exists(storage);
    if (!name.startsWith(KEYS_PREFIX)) {
      throw new VaultExistsError(
        `Cannot create a vault at "${storage.location}": the place is not empty, it has ${JSON.stringify(name)}`,
      );
    }
  }
}

async function putConfig(storage: Storage, bytes: Uint8Array): Promise<void> {
  try {
    await storage.put(CONFIG_NAME, [bytes]);
  } catch (error) {
    if (error instanceof StorageObjectExistsError) throw exists(storage, { cause: error });
    throw error;
  }
}

function exists(storage: Storage, options?: ErrorOptions): VaultExistsError {
  return new VaultExistsError(
    `Cannot create a vault at "${storage.location}": there is one already`,
    options,
  );
}

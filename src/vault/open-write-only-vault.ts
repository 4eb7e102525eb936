import { VaultTooNewError } from "./errors.ts";
import { FORMAT_VERSION } from "./format/layout.ts";
import { VaultHostKeyUnusableError } from "./hosts/errors.ts";
import { parseHostKey } from "./hosts/host-key.ts";
import { WriteOnlyVault } from "./hosts/write-only-vault.ts";
import { lockOf } from "./lock/lock-of.ts";
import { lockedPlace } from "./lock/locking-storage.ts";
import { type OpenVaultOptions, readVaultConfig } from "./open-vault.ts";

/**
 * Opens a vault with a write-only host's key, which is given in the passphrase's place; undefined when the secret is none.
 * @throws {VaultNotFoundError} @throws {VaultTooNewError} @throws {VaultDamagedError} @throws {VaultHostKeyUnusableError}
 */
export async function openWriteOnlyVault(options: OpenVaultOptions): Promise<WriteOnlyVault | undefined> {
  const { storage, passphrase } = options;
  const key = parseHostKey(passphrase);
  if (key === undefined) return undefined;
  if (key === "damaged") throw new VaultHostKeyUnusableError(storage.location, "is not what was written");
  if (key === "too-new") {
    throw new VaultTooNewError(
      `Cannot add to the vault at "${storage.location}": the host's key is of a newer version than ${FORMAT_VERSION}`,
      { version: FORMAT_VERSION + 1, newestKnown: FORMAT_VERSION },
    );
  }
  // who cannot prove the config holds it against the key
  const { config } = await readVaultConfig(storage);
  if (config.id !== key.keys.vault)
    throw new VaultHostKeyUnusableError(storage.location, `is of the vault ${key.keys.vault}`);
  if (config.chunkBytes !== key.chunkBytes)
    throw new VaultHostKeyUnusableError(
      storage.location,
      "names another size of chunks than the vault's config",
    );
  const place = lockedPlace(storage, lockOf(config), options.clock);
  return new WriteOnlyVault({ ...options, storage: place }, { config, keys: key.keys, host: key.name });
}

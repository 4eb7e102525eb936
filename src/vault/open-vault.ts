import type { Secret } from "../base/index.ts";
import { type Storage, StorageObjectMissingError } from "../storage/index.ts";
import { vaultKeysFrom } from "./crypto/vault-keys.ts";
import { VaultDamagedError, VaultNotFoundError, VaultTooNewError } from "./errors.ts";
import { decodeConfig, isConfigProven, type ReadConfig } from "./format/config-document.ts";
import { FORMAT_VERSION } from "./format/layout.ts";
import { CONFIG_NAME, KEYS_PREFIX } from "./format/object-names.ts";
import { VaultWriteOnlyError } from "./hosts/errors.ts";
import { parseHostKey } from "./hosts/host-key.ts";
import { KeySlots } from "./keys/key-slots.ts";
import { secretFromShares } from "./keys/recovery-shares.ts";
import { lockOf } from "./lock/lock-of.ts";
import { lockedPlace } from "./lock/locking-storage.ts";
import { Vault } from "./vault.ts";
import type { VaultOptions } from "./vault-options.ts";

export interface OpenVaultOptions extends VaultOptions {
  /** A passphrase, the text of a recovery key, or as many shares of one as are needed, one a line. */
  readonly passphrase: Secret;
}

/**
 * Opens a vault. @throws {VaultNotFoundError} @throws {VaultPassphraseWrongError} @throws {VaultTooNewError}
 * @throws {VaultDamagedError} @throws {VaultWriteOnlyError} @throws what `secretFromShares` throws
 */
export async function openVault(options: OpenVaultOptions): Promise<Vault> {
  const { storage } = options;
  refuseHostKey(options);
  const { config, mac } = await readVaultConfig(storage);
  const secret = secretFromShares(options.passphrase, config.id);
  const { masterKey, slot } = await new KeySlots(storage, config.id).unlock(secret);
  const keys = vaultKeysFrom(masterKey, config.id);
  if (!isConfigProven(config, mac, keys.configKey)) throw damagedConfig();
  const place = lockedPlace(storage, lockOf(config), options.clock);
  return new Vault({ ...options, storage: place }, { config, masterKey, keys, slot });
}

/** A write-only host's key is no passphrase. @throws {VaultWriteOnlyError} */
function refuseHostKey({ storage, passphrase }: OpenVaultOptions): void {
  const key = parseHostKey(passphrase);
  if (key === undefined) return;
  throw new VaultWriteOnlyError(storage.location, typeof key === "string" ? "?" : key.name);
}

/** The config, not proven yet. @throws {VaultNotFoundError} @throws {VaultTooNewError} @throws {VaultDamagedError} */
export async function readVaultConfig(storage: Storage): Promise<ReadConfig & { readonly kind: "config" }> {
  const read = await readConfig(storage);
  if (read.kind === "no-vault") {
    throw new VaultNotFoundError(`Cannot open a vault at "${storage.location}": what is there is no vault`);
  }
  if (read.kind === "too-new") {
    throw new VaultTooNewError(
      `Cannot open the vault at "${storage.location}": it has format version ${read.version}, this program knows ${FORMAT_VERSION}`,
      { version: read.version, newestKnown: FORMAT_VERSION },
    );
  }
  if (read.kind === "damaged") throw damagedConfig();
  return read;
}

async function readConfig(storage: Storage): Promise<ReadConfig> {
  const bytes = await getConfig(storage);
  const read = bytes === undefined ? ({ kind: "no-vault" } as const) : decodeConfig(bytes);
  if (read.kind !== "no-vault") return read;
  for await (const _ of storage.list(KEYS_PREFIX)) {
    if (bytes !== undefined) return { kind: "damaged" };
  }
  return read;
}

async function getConfig(storage: Storage): Promise<Uint8Array | undefined> {
  try {
    return await storage.get(CONFIG_NAME);
  } catch (error) {
    if (error instanceof StorageObjectMissingError) return undefined;
    throw error;
  }
}

function damagedConfig(): VaultDamagedError {
  return new VaultDamagedError(CONFIG_NAME, "its bytes are not those that were written");
}

import { bytesFromHex, type Guid } from "../../base/index.ts";
import { deriveKey } from "./derive-key.ts";
import { type X25519Pair, x25519Pair } from "./x25519.ts";

/** The writer of every session of a full-key holder. */
export const FULL_KEY_WRITER: Uint8Array = new Uint8Array(16);

/** Everything that follows from the master key: docs/vault-format.md 3. */
export interface VaultKeys {
  readonly vault: Guid;
  /** The id's 16 bytes, as its text is written. */
  readonly vaultBytes: Uint8Array;
  readonly configKey: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly indexRoot: Uint8Array;
  readonly envelope: X25519Pair;
  proofKey(writer: Uint8Array): Uint8Array;
}

export function vaultKeysFrom(masterKey: Uint8Array, vault: Guid): VaultKeys {
  const salt = vaultBytesOf(vault);
  const derived = (purpose: string): Uint8Array => deriveKey(masterKey, { purpose, salt });
  const full = deriveKey(masterKey, { purpose: "writer", salt, further: FULL_KEY_WRITER });
  return {
    vault,
    vaultBytes: salt,
    configKey: derived("config"),
    identityKey: derived("chunk-identity"),
    indexRoot: derived("index"),
    envelope: x25519Pair(derived("envelope")),
    proofKey: (writer) =>
      writer.every((byte) => byte === 0)
        ? full
        : deriveKey(masterKey, { purpose: "writer", salt, further: writer }),
  };
}

/** The 16 bytes in the order in which the text has them. */
export function vaultBytesOf(vault: Guid): Uint8Array {
  const bytes = bytesFromHex(vault.replaceAll("-", ""));
  if (bytes?.length !== 16) throw new TypeError(`Not a GUID: "${vault}"`);
  return bytes;
}

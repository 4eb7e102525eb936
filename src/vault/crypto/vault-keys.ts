import { bytesFromHex, type Guid } from "../../base/index.ts";
import { deriveKey } from "./derive-key.ts";
import { type Ed25519Pair, ed25519Pair } from "./ed25519.ts";
import { type X25519Pair, x25519Pair } from "./x25519.ts";

/** The writer of every session of a full-key holder. */
export const FULL_KEY_WRITER: Uint8Array = new Uint8Array(16);

/** What adding to a vault needs. A write-only host has no more than this: docs/vault-format.md 3 and 11. */
export interface WriterKeys {
  readonly vault: Guid;
  /** The id's 16 bytes, as its text is written. */
  readonly vaultBytes: Uint8Array;
  /** Who writes with these keys: 16 bytes. */
  readonly writer: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly indexRoot: Uint8Array;
  readonly envelope: Pick<X25519Pair, "publicBytes">;
  /** Proves headers; undefined for other writers than this one, unless these keys are all of the vault. */
  proofKey(writer: Uint8Array): Uint8Array | undefined;
  /** Signs as this writer. */
  readonly signer: Ed25519Pair;
  /** The public key of a writer's signatures; undefined where these keys do not tell it. */
  signedBy(writer: Uint8Array): Uint8Array | undefined;
}

/** Everything that follows from the master key: docs/vault-format.md 3. */
export interface VaultKeys extends WriterKeys {
  readonly configKey: Uint8Array;
  /** Seals what a full-key holder keeps of the vault beside it. */
  readonly localKey: Uint8Array;
  readonly envelope: X25519Pair;
  proofKey(writer: Uint8Array): Uint8Array;
  signedBy(writer: Uint8Array): Uint8Array;
}

export function vaultKeysFrom(masterKey: Uint8Array, vault: Guid): VaultKeys {
  const salt = vaultBytesOf(vault);
  const derived = (purpose: string): Uint8Array => deriveKey(masterKey, { purpose, salt });
  const full = deriveKey(masterKey, { purpose: "writer", salt, further: FULL_KEY_WRITER });
  const proofKey = (writer: Uint8Array): Uint8Array =>
    isFullKeyWriter(writer) ? full : deriveKey(masterKey, { purpose: "writer", salt, further: writer });
  const signer = signerFrom(full, salt);
  return {
    vault,
    vaultBytes: salt,
    writer: FULL_KEY_WRITER,
    configKey: derived("config"),
    localKey: derived("local"),
    identityKey: derived("chunk-identity"),
    indexRoot: derived("index"),
    envelope: x25519Pair(derived("envelope")),
    proofKey,
    signer,
    signedBy: (writer) =>
      isFullKeyWriter(writer) ? signer.publicBytes : signerFrom(proofKey(writer), salt).publicBytes,
  };
}

/** A writer's pair for signatures follows from its proof key. */
export function signerFrom(proofKey: Uint8Array, vaultBytes: Uint8Array): Ed25519Pair {
  return ed25519Pair(deriveKey(proofKey, { purpose: "signature", salt: vaultBytes }));
}

/** Whether these keys are all of the vault. */
export function hasFullKey(keys: WriterKeys): keys is VaultKeys {
  return isFullKeyWriter(keys.writer);
}

export function isFullKeyWriter(writer: Uint8Array): boolean {
  return writer.every((byte) => byte === 0);
}

/** The 16 bytes in the order in which the text has them. */
export function vaultBytesOf(vault: Guid): Uint8Array {
  const bytes = bytesFromHex(vault.replaceAll("-", ""));
  if (bytes?.length !== 16) throw new TypeError(`Not a GUID: "${vault}"`);
  return bytes;
}

import { bytesFromHex, type Guid, hexFromBytes, parseGuid, Secret } from "../../base/index.ts";
import {
  FULL_KEY_WRITER,
  signerFrom,
  type VaultKeys,
  vaultBytesOf,
  type WriterKeys,
} from "../crypto/vault-keys.ts";
import { FORMAT_VERSION } from "../format/layout.ts";
import { decodeLine, encodeLine } from "../format/one-line-json.ts";

const FORMAT = "stillpoint-host-key";

/** What a write-only host is given: docs/vault-format.md 11.1. */
export interface HostKey {
  /** 32 hexadecimal digits. */
  readonly host: string;
  readonly name: string;
  readonly chunkBytes: number;
  readonly keys: WriterKeys;
}

/** The text of a host's key file. */
export function formatHostKey(
  host: { readonly id: Uint8Array; readonly name: string; readonly chunkBytes: number },
  keys: VaultKeys,
): Secret {
  const document = {
    format: FORMAT,
    version: FORMAT_VERSION,
    vault: keys.vault,
    chunkBytes: host.chunkBytes,
    host: hexFromBytes(host.id),
    name: host.name,
    identity: hexFromBytes(keys.identityKey),
    index: hexFromBytes(keys.indexRoot),
    envelope: hexFromBytes(keys.envelope.publicBytes),
    proof: hexFromBytes(keys.proofKey(host.id)),
    signature: hexFromBytes(keys.signedBy(FULL_KEY_WRITER)),
  };
  return new Secret(new TextDecoder().decode(encodeLine(document)));
}

/** Whether a secret is meant as a host's key, be it usable or not. */
export function isHostKey(secret: Secret): boolean {
  return documentIn(secret) !== undefined;
}

/** The key that a text is; undefined when it is something else, `"too-new"` and `"damaged"` when it is one that cannot be used. */
export function parseHostKey(secret: Secret): HostKey | "too-new" | "damaged" | undefined {
  const found = documentIn(secret);
  if (found === undefined) return undefined;
  const { version, chunkBytes, host, name } = found;
  if (typeof version === "number" && version > FORMAT_VERSION) return "too-new";
  const keys = version === FORMAT_VERSION ? hostKeys(found) : undefined;
  const isWhole = typeof host === "string" && typeof name === "string" && typeof chunkBytes === "number";
  return keys === undefined || !isWhole ? "damaged" : { host, name, chunkBytes, keys };
}

function documentIn(secret: Secret): Readonly<Record<string, unknown>> | undefined {
  const found = decodeLine(new TextEncoder().encode(secret.reveal()));
  return found?.["format"] === FORMAT ? found : undefined;
}

function hostKeys(found: Readonly<Record<string, unknown>>): WriterKeys | undefined {
  const vault = typeof found["vault"] === "string" ? parseGuid(found["vault"]) : undefined;
  const bytes = (field: string, length: number): Uint8Array | undefined => {
    const value = found[field];
    const read = typeof value === "string" ? bytesFromHex(value) : undefined;
    return read?.length === length ? read : undefined;
  };
  const id = bytes("host", 16);
  const [identity, index] = [bytes("identity", 32), bytes("index", 32)];
  const [envelope, proof, signature] = [bytes("envelope", 32), bytes("proof", 32), bytes("signature", 32)];
  if (!vault || !id || !identity || !index || !envelope || !proof || !signature) return undefined;
  return writerKeys(vault, { id, identity, index, envelope, proof, signature });
}

function writerKeys(
  vault: Guid,
  key: Readonly<Record<"id" | "identity" | "index" | "envelope" | "proof" | "signature", Uint8Array>>,
): WriterKeys {
  const vaultBytes = vaultBytesOf(vault);
  const isOwn = (writer: Uint8Array): boolean => Buffer.compare(writer, key.id) === 0;
  const isFull = (writer: Uint8Array): boolean => Buffer.compare(writer, FULL_KEY_WRITER) === 0;
  const signer = signerFrom(key.proof, vaultBytes);
  return {
    vault,
    vaultBytes,
    writer: key.id,
    identityKey: key.identity,
    indexRoot: key.index,
    envelope: { publicBytes: key.envelope },
    proofKey: (writer) => (isOwn(writer) ? key.proof : undefined),
    signer,
    signedBy: (writer) => {
      if (isFull(writer)) return key.signature;
      return isOwn(writer) ? signer.publicBytes : undefined;
    },
  };
}

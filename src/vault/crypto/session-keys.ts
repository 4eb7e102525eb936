import { createHmac } from "node:crypto";
import type { Entropy } from "../../base/index.ts";
import { InternalError } from "../../base/index.ts";
import { CONTENT, type Content, FORMAT_VERSION, KEY_FORM, SealedHeader } from "../format/layout.ts";
import { HOST_MAGIC, PACK_MAGIC, POINT_MAGIC, RECEIPT_MAGIC } from "../format/magic.ts";
import { type AeadContext, aeadSeal, ZERO_NONCE } from "./aead.ts";
import { deriveKey } from "./derive-key.ts";
import type { WriterKeys } from "./vault-keys.ts";
import { x25519Agree, x25519Pair } from "./x25519.ts";

/** What a header says about its session. */
export interface Envelope {
  readonly session: Uint8Array;
  readonly writer: Uint8Array;
  readonly seed: Uint8Array;
  readonly wrappedKey: Uint8Array;
  readonly wrapTag: Uint8Array;
}

/** The keys of one session: docs/vault-format.md 3. */
export interface SessionKeys {
  readonly envelope: Envelope;
  readonly frameKey: Uint8Array;
  readonly footerKey: Uint8Array;
  readonly bodyKey: Uint8Array;
}

/** Keys of a new session, sealed to the vault's public key. */
export function newSessionKeys(keys: WriterKeys, entropy: Entropy): SessionKeys {
  const session = entropy.bytes(16);
  const sessionKey = entropy.bytes(32);
  const pair = x25519Pair(entropy.bytes(32));
  const agreed = x25519Agree(pair.privateKey, keys.envelope.publicBytes);
  if (agreed === undefined)
    throw new InternalError("Cannot seal a session key: the vault's public key is void");
  const open = { session, writer: keys.writer, seed: pair.publicBytes };
  const { sealed, tag } = aeadSeal(sessionKey, wrapContext(keys, agreed, open));
  return sessionKeysFrom(sessionKey, { ...open, wrappedKey: sealed, wrapTag: tag });
}

export function sessionKeysFrom(sessionKey: Uint8Array, envelope: Envelope): SessionKeys {
  const derived = (purpose: string): Uint8Array => deriveKey(sessionKey, { purpose, salt: envelope.session });
  return {
    envelope,
    frameKey: derived("frames"),
    footerKey: derived("footer"),
    bodyKey: derived("body"),
  };
}

/** How the session key is wrapped. */
export function wrapContext(
  keys: WriterKeys,
  agreed: Uint8Array,
  envelope: Pick<Envelope, "session" | "writer" | "seed">,
): AeadContext {
  const further = Buffer.concat([envelope.seed, keys.envelope.publicBytes]);
  return {
    key: deriveKey(agreed, { purpose: "wrap", salt: keys.vaultBytes, further }),
    nonce: ZERO_NONCE,
    bound: [keys.vaultBytes, envelope.session, envelope.writer, envelope.seed],
  };
}

const ENVELOPE_MAGICS: ReadonlyMap<Content, Uint8Array> = new Map([
  [CONTENT.restorePoint, POINT_MAGIC],
  [CONTENT.receipt, RECEIPT_MAGIC],
  [CONTENT.host, HOST_MAGIC],
  [CONTENT.hostEnd, HOST_MAGIC],
]);

/** The header of an object whose key is in the envelope. The caller owns the bytes. */
export function envelopeHeader(keys: WriterKeys, session: SessionKeys, content: Content): Uint8Array {
  return provenHeader(keys, {
    magic: ENVELOPE_MAGICS.get(content) ?? PACK_MAGIC,
    content,
    keyForm: KEY_FORM.envelope,
    ...session.envelope,
  });
}

/** Encodes a header and proves its writer. */
export function provenHeader(
  keys: WriterKeys,
  fields: Envelope & { readonly magic: Uint8Array; readonly content: number; readonly keyForm: number },
): Uint8Array {
  const header = SealedHeader.encode({
    ...fields,
    version: FORMAT_VERSION,
    vault: keys.vaultBytes,
    proof: new Uint8Array(32),
  });
  const proof = headerProof(keys, header, fields.writer);
  if (proof === undefined) throw new InternalError("Cannot prove a header: it is another writer's");
  header.set(proof, SealedHeader.offsetOf("proof"));
  return header;
}

/** HMAC of everything before the proof; undefined when these keys are not that writer's. */
export function headerProof(
  keys: WriterKeys,
  header: Uint8Array,
  writer: Uint8Array,
): Uint8Array | undefined {
  const proofKey = keys.proofKey(writer);
  if (proofKey === undefined) return undefined;
  return createHmac("sha256", proofKey)
    .update(header.subarray(0, SealedHeader.offsetOf("proof")))
    .digest();
}

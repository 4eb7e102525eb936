import { createHash } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Entropy } from "../../base/index.ts";
import { VaultDamagedError, VaultTooNewError } from "../errors.ts";
import {
  COMPRESSION,
  CONTENT,
  type Content,
  KEY_FORM,
  SealedBody,
  SealedHeader,
  TAG_BYTES,
} from "../format/layout.ts";
import { REMOVAL_MAGIC, SEGMENT_MAGIC } from "../format/magic.ts";
import { aeadOpen, aeadSeal, ZERO_NONCE } from "./aead.ts";
import { deriveKey } from "./derive-key.ts";
import { ed25519Sign, isSignedBy, SIGNATURE_BYTES } from "./ed25519.ts";
import { type Header, openHeader, type SessionKeyring } from "./open-header.ts";
import { envelopeHeader, newSessionKeys, provenHeader } from "./session-keys.ts";
import { FULL_KEY_WRITER, isFullKeyWriter, type VaultKeys, type WriterKeys } from "./vault-keys.ts";

/** What the body's head ends with. */
const BODY_RESERVED_BYTES = 7;
/** A body longer than this is no object of ours. */
const LARGEST_BODY = 1 << 28;

/** Seals a restore point: a session of its own. The parts are one object. */
export function sealPoint(plain: Uint8Array, keys: WriterKeys, entropy: Entropy): readonly Uint8Array[] {
  const session = newSessionKeys(keys, entropy);
  const header = envelopeHeader(keys, session, CONTENT.restorePoint);
  return sealBody(plain, header, session.bodyKey);
}

/** @throws {VaultDamagedError} @throws {VaultTooNewError} */
export function openPoint(
  bytes: Uint8Array,
  object: string,
  open: { readonly keys: VaultKeys; readonly keyring: SessionKeyring },
): Uint8Array {
  const header = openHeader(open.keys, bytes, { kind: "point", object });
  return openBody(bytes, object, open.keyring.open(header, object).bodyKey);
}

/** Seals a receipt as restore points are sealed: who may only add cannot read it again. */
export function sealReceipt(plain: Uint8Array, keys: WriterKeys, entropy: Entropy): readonly Uint8Array[] {
  const session = newSessionKeys(keys, entropy);
  return sealBody(plain, envelopeHeader(keys, session, CONTENT.receipt), session.bodyKey);
}

/** A receipt, and who wrote it. @throws {VaultDamagedError} @throws {VaultTooNewError} */
export function openReceipt(
  bytes: Uint8Array,
  object: string,
  open: { readonly keys: VaultKeys; readonly keyring: SessionKeyring },
): { readonly plain: Uint8Array; readonly writer: Uint8Array } {
  const header = openHeader(open.keys, bytes, { kind: "receipt", object });
  return { plain: openBody(bytes, object, open.keyring.open(header, object).bodyKey), writer: header.writer };
}

/** What of the vault's objects is about write-only hosts: docs/vault-format.md 11. */
export type HostContent = typeof CONTENT.host | typeof CONTENT.hostEnd;

/** Seals a note about a write-only host, which no write-only host can read. */
export function sealHostNote(
  plain: Uint8Array,
  content: HostContent,
  by: { readonly keys: VaultKeys; readonly entropy: Entropy },
): readonly Uint8Array[] {
  const session = newSessionKeys(by.keys, by.entropy);
  return sealBody(plain, envelopeHeader(by.keys, session, content), session.bodyKey);
}

/** Believes nobody but full-key holders. @throws {VaultDamagedError} @throws {VaultTooNewError} */
export function openHostNote(
  bytes: Uint8Array,
  object: string,
  open: { readonly keys: VaultKeys; readonly keyring: SessionKeyring; readonly content: HostContent },
): Uint8Array {
  const header = openHeader(open.keys, bytes, { kind: "host", object });
  if (header.content !== open.content || !isFullKeyWriter(header.writer)) {
    throw new VaultDamagedError(object, "it holds something else than its name says");
  }
  return openBody(bytes, object, open.keyring.open(header, object).bodyKey);
}

/** Seals a segment, by a key from the index root. */
export function sealSegment(plain: Uint8Array, keys: WriterKeys, entropy: Entropy): readonly Uint8Array[] {
  return sealByIndexRoot(plain, { keys, entropy, magic: SEGMENT_MAGIC, content: CONTENT.segment });
}

/** @throws {VaultDamagedError} @throws {VaultTooNewError} */
export function openSegment(bytes: Uint8Array, object: string, keys: WriterKeys): Uint8Array {
  return openSignedSegment(bytes, object, keys).plain;
}

/** A segment, and who wrote it. @throws {VaultDamagedError} @throws {VaultTooNewError} */
export function openSignedSegment(
  bytes: Uint8Array,
  object: string,
  keys: WriterKeys,
): { readonly plain: Uint8Array; readonly writer: Uint8Array } {
  const header = openHeader(keys, bytes, { kind: "segment", object });
  return { plain: openSigned(bytes, object, { keys, header }), writer: header.writer };
}

/** What of the vault's objects is about removal: docs/vault-format.md 9. */
export type RemovalContent =
  | typeof CONTENT.doomedList
  | typeof CONTENT.awaitedSessions
  | typeof CONTENT.trashEntry
  | typeof CONTENT.damagedPacks
  | typeof CONTENT.keptPoint
  | typeof CONTENT.renewal;

/** Seals a note about removal, as a full-key holder. */
export function sealRemoval(
  plain: Uint8Array,
  content: RemovalContent,
  by: { readonly keys: WriterKeys; readonly entropy: Entropy },
): readonly Uint8Array[] {
  return sealByIndexRoot(plain, { ...by, magic: REMOVAL_MAGIC, content });
}

/** Believes nobody but full-key holders. @throws {VaultDamagedError} @throws {VaultTooNewError} */
export function openRemoval(
  bytes: Uint8Array,
  object: string,
  open: { readonly keys: WriterKeys; readonly content: RemovalContent },
): Uint8Array {
  const header = openRemovalHeader(bytes, object, open.keys);
  if (header.content !== open.content || !isFullKeyWriter(header.writer)) {
    throw new VaultDamagedError(object, "it holds something else than its name says");
  }
  return openSigned(bytes, object, { keys: open.keys, header });
}

/** A version that is too new is believed of full-key holders only: else anybody who may add could stop every program with it. */
function openRemovalHeader(bytes: Uint8Array, object: string, keys: WriterKeys): Header {
  try {
    return openHeader(keys, bytes, { kind: "removal", object });
  } catch (error) {
    if (!(error instanceof VaultTooNewError) || isSignedByHolder(bytes, keys)) throw error;
    throw new VaultDamagedError(object, "its bytes are not those that were signed", { cause: error });
  }
}

function isSignedByHolder(bytes: Uint8Array, keys: WriterKeys): boolean {
  const signer = keys.signedBy(FULL_KEY_WRITER);
  const end = Math.max(0, bytes.length - SIGNATURE_BYTES);
  const digest = digestOf([bytes.subarray(0, end)]);
  return signer !== undefined && isSignedBy(signer, digest, bytes.subarray(end));
}

function sealByIndexRoot(
  plain: Uint8Array,
  by: {
    readonly keys: WriterKeys;
    readonly entropy: Entropy;
    readonly magic: Uint8Array;
    readonly content: Content;
  },
): readonly Uint8Array[] {
  const { keys, entropy, magic, content } = by;
  const seed = entropy.bytes(32);
  const header = provenHeader(keys, {
    magic,
    content,
    keyForm: KEY_FORM.indexRoot,
    session: entropy.bytes(16),
    writer: keys.writer,
    seed,
    wrappedKey: new Uint8Array(32),
    wrapTag: new Uint8Array(16),
  });
  const parts = sealBody(plain, header, indexedKey(keys, seed));
  return [...parts, ed25519Sign(digestOf(parts), keys.signer)];
}

/**
 * Everybody who may add knows the index root, and so the key of the body: only the signature, which is of all bytes before it,
 * says whose they are.
 */
function openSigned(
  bytes: Uint8Array,
  object: string,
  open: { readonly keys: WriterKeys; readonly header: Header },
): Uint8Array {
  const { keys, header } = open;
  const end = Math.max(0, bytes.length - SIGNATURE_BYTES);
  const signer = keys.signedBy(header.writer);
  if (signer === undefined) throw new VaultDamagedError(object, "it is by a writer who cannot be told");
  const digest = digestOf([bytes.subarray(0, end)]);
  if (!isSignedBy(signer, digest, bytes.subarray(end)))
    throw new VaultDamagedError(object, "its bytes are not those that were signed");
  return openBody(bytes.subarray(0, end), object, indexedKey(keys, header.seed));
}

function digestOf(parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** The header, which says what kind of object it is, is bound to the body: one derivation is enough for all kinds. */
function indexedKey(keys: WriterKeys, seed: Uint8Array): Uint8Array {
  return deriveKey(keys.indexRoot, { purpose: "segment", salt: keys.vaultBytes, further: seed });
}

function sealBody(plain: Uint8Array, header: Uint8Array, key: Uint8Array): readonly Uint8Array[] {
  const squeezed = zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  const smaller = squeezed.length < plain.length;
  const packed = smaller ? squeezed : plain;
  const body = SealedBody.encode({
    plainBytes: plain.length,
    packedBytes: packed.length,
    compression: smaller ? COMPRESSION.zstd : COMPRESSION.none,
  });
  const { sealed, tag } = aeadSeal(packed, { key, nonce: ZERO_NONCE, bound: [header, body] });
  return [header, body, sealed, tag];
}

function openBody(bytes: Uint8Array, object: string, key: Uint8Array): Uint8Array {
  const fail = (what: string): VaultDamagedError => new VaultDamagedError(object, what);
  const start = SealedHeader.sizeBytes + SealedBody.sizeBytes;
  if (bytes.length < start + TAG_BYTES) throw fail("it is cut off");
  const body = SealedBody.decode(bytes, SealedHeader.sizeBytes);
  const reserved = bytes.subarray(start - BODY_RESERVED_BYTES, start);
  if (reserved.some((byte) => byte !== 0)) throw fail("it has bytes that mean nothing");
  const end = start + body.packedBytes;
  if (bytes.length !== end + TAG_BYTES) throw fail("its length is not the one it states");
  const packed = aeadOpen(bytes.subarray(start, end), bytes.subarray(end), {
    key,
    nonce: ZERO_NONCE,
    bound: [bytes.subarray(0, start)],
  });
  if (packed === undefined) throw fail("its bytes are not those that were sealed");
  if (body.plainBytes > LARGEST_BODY) throw fail("it claims to be larger than any object is");
  const plain = unpacked(packed, body);
  if (plain?.length !== body.plainBytes) throw fail("it opens to something else than it states");
  return plain;
}

/** Undefined where a writer that can seal has not kept to the format: nobody's word is enough to stop a reader with another error. */
function unpacked(
  packed: Uint8Array,
  { compression, plainBytes }: { readonly compression: number; readonly plainBytes: number },
): Uint8Array | undefined {
  if (compression !== COMPRESSION.zstd) return compression === COMPRESSION.none ? packed : undefined;
  try {
    return zstdDecompressSync(packed, { maxOutputLength: plainBytes + 1 });
  } catch {
    return undefined; // no zstd, or more than it states
  }
}

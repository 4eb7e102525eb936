import { timingSafeEqual } from "node:crypto";
import { hexFromBytes, type StructValue } from "../../base/index.ts";
import { VaultDamagedError, VaultTooNewError } from "../errors.ts";
import { CONTENT, FORMAT_VERSION, KEY_FORM, SealedHeader } from "../format/layout.ts";
import {
  HOST_MAGIC,
  PACK_MAGIC,
  POINT_MAGIC,
  RECEIPT_MAGIC,
  REMOVAL_MAGIC,
  SEGMENT_MAGIC,
} from "../format/magic.ts";
import { aeadOpen } from "./aead.ts";
import { headerProof, type SessionKeys, sessionKeysFrom, wrapContext } from "./session-keys.ts";
import type { VaultKeys, WriterKeys } from "./vault-keys.ts";
import { x25519Agree } from "./x25519.ts";

export type Header = StructValue<typeof SealedHeader>;

const KINDS = {
  pack: { magic: PACK_MAGIC, contents: [CONTENT.dataPack, CONTENT.metaPack], keyForm: KEY_FORM.envelope },
  point: { magic: POINT_MAGIC, contents: [CONTENT.restorePoint], keyForm: KEY_FORM.envelope },
  receipt: { magic: RECEIPT_MAGIC, contents: [CONTENT.receipt], keyForm: KEY_FORM.envelope },
  host: { magic: HOST_MAGIC, contents: [CONTENT.host, CONTENT.hostEnd], keyForm: KEY_FORM.envelope },
  segment: { magic: SEGMENT_MAGIC, contents: [CONTENT.segment], keyForm: KEY_FORM.indexRoot },
  removal: {
    magic: REMOVAL_MAGIC,
    contents: [
      CONTENT.doomedList,
      CONTENT.awaitedSessions,
      CONTENT.trashEntry,
      CONTENT.damagedPacks,
      CONTENT.keptPoint,
      CONTENT.renewal,
    ],
    keyForm: KEY_FORM.indexRoot,
  },
} as const;

/** Which object is read, as what. */
export interface Subject {
  readonly kind: keyof typeof KINDS;
  /** The object's name, for the error. */
  readonly object: string;
}

/**
 * Checks everything that a header says. The proofs of other writers are what a write-only host cannot check: it believes
 * signatures only. @throws {VaultDamagedError} @throws {VaultTooNewError}
 */
export function openHeader(keys: WriterKeys, bytes: Uint8Array, subject: Subject): Header {
  const fail = (what: string): VaultDamagedError => new VaultDamagedError(subject.object, what);
  if (bytes.length < SealedHeader.sizeBytes) throw fail("it is shorter than its header");
  const header = SealedHeader.decode(bytes);
  const kind = KINDS[subject.kind];
  if (!isEqual(header.magic, kind.magic)) throw fail("it does not begin as its kind does");
  const proof = headerProof(keys, bytes.subarray(0, SealedHeader.sizeBytes), header.writer);
  if (proof !== undefined && !isEqual(header.proof, proof))
    throw fail("its header is not what the writer wrote");
  if (header.version > FORMAT_VERSION) {
    throw new VaultTooNewError(
      `Cannot read "${subject.object}" of the vault: it has format version ${header.version}, this program knows ${FORMAT_VERSION}`,
      { version: header.version, newestKnown: FORMAT_VERSION, object: subject.object },
    );
  }
  const contents: readonly number[] = kind.contents;
  if (!contents.includes(header.content) || header.keyForm !== kind.keyForm) {
    throw fail("it holds something else than its kind does");
  }
  if (!isEqual(header.vault, keys.vaultBytes)) throw fail("it belongs to another vault");
  return header;
}

/** Opens session keys, and keeps those that were opened last: a session has many packs. */
export class SessionKeyring {
  readonly #keys: VaultKeys;
  readonly #opened = new Map<string, SessionKeys>();

  constructor(keys: VaultKeys) {
    this.#keys = keys;
  }

  /** @throws {VaultDamagedError} */
  open(header: Header, object: string): SessionKeys {
    // everything that the envelope is bound to: what opened once is not handed out for another one
    const name = [header.session, header.writer, header.seed, header.wrappedKey, header.wrapTag]
      .map((part) => hexFromBytes(part))
      .join("");
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const agreed = x25519Agree(this.#keys.envelope.privateKey, header.seed);
    const sessionKey =
      agreed && aeadOpen(header.wrappedKey, header.wrapTag, wrapContext(this.#keys, agreed, header));
    if (sessionKey === undefined) throw new VaultDamagedError(object, "its session key does not open");
    const opened = sessionKeysFrom(sessionKey, header);
    if (this.#opened.size >= 256) this.#opened.clear();
    this.#opened.set(name, opened);
    return opened;
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

import { hexFromBytes } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { openHeader, SessionKeyring } from "../crypto/open-header.ts";
import { type Envelope, provenHeader } from "../crypto/session-keys.ts";
import { FULL_KEY_WRITER, type VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { CONTENT, KEY_FORM, SealedHeader } from "../format/layout.ts";
import { PACK_MAGIC } from "../format/magic.ts";
import type { IndexedPack } from "../index/chunk-index.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import type { PackClass } from "../sessions/session-packs.ts";

/** A pack's header as it was written, and what it opens. */
export interface PackHeader {
  readonly header: Uint8Array;
  readonly frameKey: Uint8Array;
  readonly packClass: PackClass;
}

type PackThere = Pick<IndexedPack, "object" | "isThere">;

/** The envelopes of more other sessions are not tried on one pack. */
const MOST_OTHERS = 4;
const FIELDS = ["session", "writer", "seed", "wrappedKey", "wrapTag"] as const;

/**
 * Headers of packs. One that is damaged is made again from its envelope: from its own when that opens, perhaps with one bit turned
 * back, else from those of other packs, since all packs of a session have the same. A wrong guess opens no frame.
 */
export class PackHeaders {
  readonly #storage: Storage;
  readonly #keys: VaultKeys;
  #others: Promise<readonly Uint8Array[]> | undefined;

  constructor(parts: { readonly storage: Storage; readonly keys: VaultKeys }) {
    this.#storage = parts.storage;
    this.#keys = parts.keys;
  }

  /** Those that a pack with these first bytes may have been written with, the likeliest first. The packs are where others are looked for. */
  async *candidates(
    bytes: Uint8Array,
    object: string,
    packs: Iterable<PackThere>,
  ): AsyncGenerator<PackHeader> {
    const own = bytes.slice(0, SealedHeader.sizeBytes);
    if (own.length < SealedHeader.sizeBytes) return;
    const sound = this.#open(own, object);
    if (sound !== undefined) {
      yield sound;
      return;
    }
    for (const changed of nearly(own)) yield* this.#made(changed, object);
    this.#others ??= this.#readAll(packs);
    const nearest = (await this.#others)
      .map((header) => ({ header, distance: distance(header, own) }))
      .sort((a, b) => a.distance - b.distance);
    for (const { header } of nearest.slice(0, MOST_OTHERS)) yield* this.#made(header, object);
  }

  /** Headers of both classes with the envelope that stands there, if it opens. */
  #made(bytes: Uint8Array, object: string): readonly PackHeader[] {
    const envelope: Envelope = SealedHeader.decode(bytes);
    const made: PackHeader[] = [];
    for (const content of [CONTENT.dataPack, CONTENT.metaPack]) {
      const fields = { ...envelope, magic: PACK_MAGIC, content, keyForm: KEY_FORM.envelope };
      const header = this.#open(provenHeader(this.#keys, fields), object);
      if (header === undefined) return made;
      made.push(header);
    }
    return made;
  }

  async #readAll(packs: Iterable<PackThere>): Promise<readonly Uint8Array[]> {
    const headers = new Map<string, Uint8Array>();
    for (const { object, isThere } of packs) {
      const header = isThere ? await this.#read(object) : undefined;
      if (header !== undefined) headers.set(sessionOf(header), header);
    }
    return [...headers.values()];
  }

  async #read(object: string): Promise<Uint8Array | undefined> {
    try {
      const range = { offset: 0, length: SealedHeader.sizeBytes };
      return this.#open(await getOrDamaged(this.#storage, object, range), object)?.header;
    } catch (error) {
      if (error instanceof VaultDamagedError) return undefined;
      throw error;
    }
  }

  /** Undefined when the header is damaged. */
  #open(header: Uint8Array, object: string): PackHeader | undefined {
    try {
      const opened = openHeader(this.#keys, header, { kind: "pack", object });
      // a keyring of its own: one that knows the session key looks at nothing else
      const { frameKey } = new SessionKeyring(this.#keys).open(opened, object);
      return { header, frameKey, packClass: opened.content === CONTENT.metaPack ? "meta" : "data" };
    } catch (error) {
      if (error instanceof VaultDamagedError) return undefined;
      throw error;
    }
  }
}

/** The header itself, written by whoever has the full key, and with one bit of its envelope turned. */
function* nearly(header: Uint8Array): Generator<Uint8Array> {
  yield header;
  const byFullKey = header.slice();
  byFullKey.set(FULL_KEY_WRITER, SealedHeader.offsetOf("writer"));
  yield byFullKey;
  const envelope = SealedHeader.decode(header);
  for (const field of FIELDS) {
    const from = SealedHeader.offsetOf(field);
    for (let bit = 0; bit < 8 * envelope[field].length; bit++) {
      const turned = header.slice();
      const at = from + (bit >>> 3);
      turned[at] = (turned[at] as number) ^ (1 << (bit & 7));
      yield turned;
    }
  }
}

function sessionOf(header: Uint8Array): string {
  return hexFromBytes(SealedHeader.decode(header).session);
}

/** In how many bytes they differ. */
function distance(header: Uint8Array, bytes: Uint8Array): number {
  let count = 0;
  for (const [i, byte] of header.entries()) if (bytes[i] !== byte) count++;
  return count;
}

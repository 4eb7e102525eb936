import { hexFromBytes } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { openHeader, SessionKeyring } from "../crypto/open-header.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { CONTENT, SealedHeader } from "../format/layout.ts";
import type { IndexedPack } from "../index/chunk-index.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import type { PackClass } from "../sessions/session-packs.ts";

/** A pack's header as it was written, and what it opens. */
export interface PackHeader {
  readonly header: Uint8Array;
  readonly frameKey: Uint8Array;
  readonly packClass: PackClass;
}

/** More than this many headers of other packs are not tried on one pack. */
const MOST_TRIES = 4;

/**
 * Headers of packs. All packs of a session have the same one for each class: so a damaged header is looked for in
 * other packs, the most similar first. Those are read once, when the first header is damaged: 176 bytes each that differs.
 */
export class PackHeaders {
  readonly #storage: Storage;
  readonly #keys: VaultKeys;
  readonly #keyring: SessionKeyring;
  #others: Promise<readonly PackHeader[]> | undefined;

  constructor(parts: { readonly storage: Storage; readonly keys: VaultKeys }) {
    this.#storage = parts.storage;
    this.#keys = parts.keys;
    this.#keyring = new SessionKeyring(parts.keys);
  }

  /** Those that a pack with these first bytes may have been written with: its own, or the most similar ones. */
  async candidates(
    bytes: Uint8Array,
    object: string,
    packs: readonly IndexedPack[],
  ): Promise<readonly PackHeader[]> {
    const own = this.#open(bytes, object);
    if (own !== undefined) return [own];
    this.#others ??= this.#readAll(packs);
    const others = await this.#others;
    return others
      .map((header) => ({ header, distance: distance(header.header, bytes) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, MOST_TRIES)
      .map(({ header }) => header);
  }

  async #readAll(packs: readonly IndexedPack[]): Promise<readonly PackHeader[]> {
    const headers = new Map<string, PackHeader>();
    for (const { object, isThere } of packs) {
      const header = isThere ? await this.#read(object) : undefined;
      if (header !== undefined) headers.set(hexFromBytes(header.header), header);
    }
    return [...headers.values()];
  }

  async #read(object: string): Promise<PackHeader | undefined> {
    try {
      const range = { offset: 0, length: SealedHeader.sizeBytes };
      return this.#open(await getOrDamaged(this.#storage, object, range), object);
    } catch (error) {
      if (error instanceof VaultDamagedError) return undefined;
      throw error;
    }
  }

  /** Undefined when the header is damaged. */
  #open(bytes: Uint8Array, object: string): PackHeader | undefined {
    try {
      const header = bytes.slice(0, SealedHeader.sizeBytes);
      const opened = openHeader(this.#keys, header, { kind: "pack", object });
      const { frameKey } = this.#keyring.open(opened, object);
      return { header, frameKey, packClass: opened.content === CONTENT.metaPack ? "meta" : "data" };
    } catch (error) {
      if (error instanceof VaultDamagedError) return undefined;
      throw error;
    }
  }
}

/** In how many bytes they differ. */
function distance(header: Uint8Array, bytes: Uint8Array): number {
  let count = 0;
  for (const [i, byte] of header.entries()) if (bytes[i] !== byte) count++;
  return count;
}

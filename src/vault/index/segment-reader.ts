import { hash } from "node:crypto";
import { hexFromBytes } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { openSignedSegment } from "../crypto/sealed-object.ts";
import { isFullKeyWriter, type WriterKeys } from "../crypto/vault-keys.ts";
import { damageIn, VaultDamagedError } from "../errors.ts";
import { digestFromName } from "../format/object-names.ts";
import type { HostBook } from "../hosts/host-book.ts";
import type { HostClaims } from "../hosts/host-claims.ts";
import { getOrDamaged, isGone } from "../packs/get-or-damaged.ts";
import type { ChunkIndex } from "./chunk-index.ts";
import { decodeSegment } from "./segment-codec.ts";

export interface SegmentReaderParts {
  readonly storage: Storage;
  readonly keys: WriterKeys;
  readonly index: ChunkIndex;
  readonly claims: HostClaims;
  /** Which hosts' segments count; a write-only host cannot tell. */
  readonly hosts: HostBook | undefined;
}

/** Reads segments into an index, or into what hosts claim. */
export class SegmentReader {
  /** Segments that could not be read, with the reason. */
  readonly damaged = new Map<string, VaultDamagedError>();
  readonly #parts: SegmentReaderParts;

  constructor(parts: SegmentReaderParts) {
    this.#parts = parts;
  }

  /** Whether it was read well; not when it is damaged, or is gone since it was listed. */
  async read(name: string, signal?: AbortSignal): Promise<"read" | "damaged" | "gone"> {
    try {
      const bytes = await getOrDamaged(this.#parts.storage, name, { signal });
      assertNamedFor(bytes, name); // what counts of a host, and what runs hold, goes by names
      await this.#take(name, bytes);
      this.damaged.delete(name);
      return "read";
    } catch (error) {
      if (isGone(error)) return "gone";
      this.damaged.set(name, damageIn(error));
      return "damaged";
    }
  }

  /** What a full-key holder or this writer itself says is known; what another writer says is its claim. */
  async #take(name: string, bytes: Uint8Array): Promise<void> {
    const { keys, index, claims, hosts } = this.#parts;
    const { plain, writer } = openSignedSegment(bytes, name, keys);
    const segment = decodeSegment(plain, name);
    if (isFullKeyWriter(writer) || Buffer.compare(writer, keys.writer) === 0) {
      index.addSegment(segment, digestFromName(name));
      return;
    }
    const host = hexFromBytes(writer);
    if (await hosts?.countsSegment(host, name)) claims.addSegment(host, segment, name);
  }
}

/** A segment in another one's place opens all the same. @throws {VaultDamagedError} */
function assertNamedFor(bytes: Uint8Array, name: string): void {
  const named = digestFromName(name);
  if (named !== undefined && Buffer.compare(hash("sha256", bytes, "buffer"), named) === 0) return;
  throw new VaultDamagedError(name, "its bytes are not those that it is named for");
}

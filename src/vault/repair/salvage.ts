import { hexFromBytes } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { HASH_BYTES } from "../format/layout.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import { readAround } from "../packs/read-around.ts";
import { mendFromSidecar } from "../parity/mend-from-sidecar.ts";
import { LONGEST_MENDED } from "../parity/sidecar.ts";
import type { Engine } from "../pipeline/engine.ts";
import type { PackClass } from "../sessions/session-packs.ts";
import { PackHeaders } from "./pack-headers.ts";
import { type FoundFrame, scanFrames } from "./scan-frames.ts";

export interface SalvageParts {
  readonly storage: Storage;
  readonly keys: ConstructorParameters<typeof PackHeaders>[0]["keys"];
  readonly engine: Engine;
  readonly loaded: LoadedIndex;
  readonly signal?: AbortSignal | undefined;
}

/** Takes chunks that are in a damaged pack only; the bytes are the receiver's. */
export type ChunkReceiver = (
  packClass: PackClass,
  chunk: { readonly id: Uint8Array; readonly bytes: Uint8Array },
) => Promise<void>;

/** What is left of a damaged pack. */
export interface SalvagedPack {
  readonly object: string;
  /** Frames that still open. */
  readonly framesRead: number;
  /** Chunks that are nowhere else, and their bytes. */
  readonly chunks: number;
  readonly bytes: number;
  /** Its sidecar gave back every byte that it had. */
  readonly isMended?: true;
}

/** Reads damaged packs frame by frame. Holds one pack in memory; of what is longer than any pack, its beginning. */
export class Salvage {
  readonly #parts: SalvageParts;
  readonly #headers: PackHeaders;
  /** Chunks that were found, by their ids; the content of those that may be chunk lists. */
  readonly #found = new Map<string, Uint8Array | undefined>();

  constructor(parts: SalvageParts) {
    this.#parts = parts;
    this.#headers = new PackHeaders(parts);
  }

  has(id: Uint8Array): boolean {
    return this.#found.has(hexFromBytes(id));
  }

  /** The bytes of a chunk list that was found. */
  nodeOf(id: Uint8Array): Uint8Array | undefined {
    return this.#found.get(hexFromBytes(id));
  }

  /** Hands out what is in no other place. @throws {VaultDamagedError} when the pack is gone */
  async read(object: string, receive: ChunkReceiver): Promise<SalvagedPack> {
    const { storage, engine, loaded, signal } = this.#parts;
    const sizeBytes = (await storage.stat(object, { signal }))?.sizeBytes ?? 0;
    const mended = await mendFromSidecar({ name: object, sizeBytes }, { storage, signal });
    const range = { length: Math.min(sizeBytes, LONGEST_MENDED), signal };
    const pack = mended ?? (await readAround(storage, object, range));
    let framesRead = 0;
    let [chunks, bytes] = [0, 0];
    for await (const header of this.#headers.candidates(pack, object, packsOf(loaded))) {
      for await (const frame of scanFrames(pack, { engine, signal, ...header })) {
        framesRead++;
        for (const chunk of chunksOf(frame)) {
          if (!this.#isOnlyHere(chunk.id)) continue;
          this.#found.set(hexFromBytes(chunk.id), header.packClass === "meta" ? chunk.bytes : undefined);
          chunks++;
          bytes += chunk.bytes.length;
          await receive(header.packClass, chunk);
        }
      }
      if (framesRead > 0) break;
    }
    return { object, framesRead, chunks, bytes, ...(mended !== undefined && { isMended: true }) };
  }

  #isOnlyHere(id: Uint8Array): boolean {
    return this.#parts.loaded.index.find(id) === undefined && !this.has(id);
  }
}

/** Also those that only hosts name. */
function* packsOf({
  index,
  claims,
}: LoadedIndex): Generator<{ readonly object: string; readonly isThere: boolean }> {
  yield* index.eachPack();
  for (const { object } of claims.packs) yield { object, isThere: true };
}

function* chunksOf({
  ids,
  lengths,
  plain,
}: FoundFrame): Generator<{ readonly id: Uint8Array; readonly bytes: Uint8Array }> {
  let at = 0;
  for (const [i, length] of lengths.entries()) {
    yield { id: ids.slice(HASH_BYTES * i, HASH_BYTES * (i + 1)), bytes: plain.slice(at, at + length) };
    at += length;
  }
}

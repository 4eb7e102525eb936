import { hexFromBytes } from "../../base/index.ts";
import { HASH_BYTES } from "../format/layout.ts";
import { packName } from "../format/object-names.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { ChunkTable } from "./chunk-table.ts";
import { GrowingWords } from "./growing-words.ts";
import type { Segment } from "./segment-codec.ts";

/** Where a frame lies. */
export interface FrameLocation {
  /** The frame's number in this index: stays the same while the vault is open. */
  readonly frame: number;
  /** The pack's number in this index. */
  readonly pack: number;
  /** The pack's name in the storage. */
  readonly object: string;
  readonly offset: number;
  readonly sealedBytes: number;
}

export interface IndexedPack {
  readonly object: string;
  readonly sizeBytes: number;
  readonly firstFrame: number;
  readonly frameCount: number;
  /** False when the storage has no pack of this name and length: its chunks count as unknown. */
  isThere: boolean;
  /** It is going to be deleted: it can be read, and nobody may begin to rely on it. */
  isDoomed: boolean;
}

/** Frames of a pack that do not open to what was sealed. */
export interface DamagedPack {
  /** The pack's name in the storage. */
  readonly pack: string;
  /** Where the frames begin; left out: all of them. */
  readonly frames?: readonly number[] | undefined;
}

/** How good a place of a chunk is: gone, known to be damaged, going to be deleted, sound. */
const RANK = { gone: 0, struck: 1, doomed: 2, sound: 3 } as const;

/** All segments together, in memory: docs/vault-format.md 7. About 21 bytes a chunk. */
export class ChunkIndex {
  readonly #chunks = new ChunkTable();
  readonly #packs: IndexedPack[] = [];
  readonly #packByDigest = new Map<string, number>();
  readonly #framePack = new GrowingWords();
  readonly #frameOffset = new GrowingWords();
  readonly #frameBytes = new GrowingWords();
  readonly #frameChunks = new GrowingWords();
  readonly #doomed = new Set<string>();
  /** By pack, known or not, where damaged frames begin. */
  readonly #damage = new Map<string, Set<number> | "all">();
  readonly #struck = new Set<number>();

  get chunkCount(): number {
    return this.#chunks.size;
  }

  get frameCount(): number {
    return this.#framePack.length;
  }

  /** How many chunks a frame has. */
  chunksIn(frame: number): number {
    return this.#frameChunks.at(frame);
  }

  get packs(): readonly IndexedPack[] {
    return this.#packs;
  }

  hasPack(digest: Uint8Array): boolean {
    return this.#packByDigest.has(hexFromBytes(digest));
  }

  /** The frame that holds a chunk, or undefined when the vault does not have it, or not for long. */
  find(ids: Uint8Array, at = 0): number | undefined {
    const frame = this.#chunks.get(ids, at);
    return frame !== undefined && this.#lasts(frame) ? frame : undefined;
  }

  /** The frame that holds a chunk, also when nobody may begin to rely on it. */
  findReadable(ids: Uint8Array, at = 0): number | undefined {
    const frame = this.#chunks.get(ids, at);
    if (frame === undefined) return undefined;
    return (this.#packs[this.#framePack.at(frame)] as IndexedPack).isThere ? frame : undefined;
  }

  isDoomed(object: string): boolean {
    return this.#doomed.has(object);
  }

  /** The frame that should hold a chunk, also when its pack is doomed or gone. */
  findAnyway(ids: Uint8Array, at = 0): number | undefined {
    return this.#chunks.get(ids, at);
  }

  /** The number of the pack that a frame is in. */
  packOf(frame: number): number {
    return this.#framePack.at(frame);
  }

  locate(frame: number): FrameLocation {
    const pack = this.#framePack.at(frame);
    const offset = this.#frameOffset.at(frame);
    const { object } = this.#packs[pack] as IndexedPack;
    return { frame, pack, object, offset, sealedBytes: this.#frameBytes.at(frame) };
  }

  addPack(contents: PackContents): void {
    const first = this.#addFrames(contents);
    if (first === undefined) return;
    contents.frames.forEach(({ ids }, k) => {
      this.#frameChunks.increase(first + k, ids.length / HASH_BYTES);
      for (let at = 0; at < ids.length; at += HASH_BYTES) this.#addChunk(ids, at, first + k);
    });
  }

  addSegment(segment: Segment): void {
    const known = this.frameCount;
    const numbers: number[] = [];
    for (const pack of segment.packs) {
      const first = this.#addFrames(pack) ?? this.#firstFrameOf(pack.digest);
      pack.frames.forEach((_, k) => numbers.push(first + k));
    }
    segment.forEachChunk((bytes, at, position) => {
      const frame = numbers[position] as number;
      if (frame >= known) this.#frameChunks.increase(frame, 1);
      this.#addChunk(bytes, at, frame);
    });
  }

  /** A pack that is gone takes its chunks with it; those that are stored again take their places. */
  setThere(pack: number, isThere: boolean): void {
    (this.#packs[pack] as IndexedPack).isThere = isThere;
  }

  /** Packs that are going to be deleted, known or not, by their names in the storage. What was doomed stays doomed. */
  doom(objects: readonly string[]): void {
    for (const object of objects) this.#doomed.add(object);
    for (const pack of this.#packs) if (this.#doomed.has(pack.object)) pack.isDoomed = true;
  }

  /** The number of a chunk's place in the table, below `chunkPlaces`; valid until a chunk is added. */
  placeOf(ids: Uint8Array, at = 0): number | undefined {
    return this.#chunks.placeOf(ids, at);
  }

  get chunkPlaces(): number {
    return this.#chunks.places;
  }

  /** Nobody begins to rely on these frames, and other places of their chunks come first when segments are read; whether this is new. */
  strike({ pack, frames }: DamagedPack): boolean {
    const known = this.#damage.get(pack);
    if (known === "all") return false;
    const offsets = new Set([...(known ?? []), ...(frames ?? [])]);
    if (frames !== undefined && offsets.size === known?.size) return false;
    this.#damage.set(pack, frames === undefined ? "all" : offsets);
    const number = this.#packByDigest.get(pack.slice(-2 * HASH_BYTES));
    if (number !== undefined) this.#strikeFrames(this.#packs[number] as IndexedPack);
    return true;
  }

  /** A pack was read, and all of it is what was sealed. */
  forgive(pack: string): void {
    if (!this.#damage.delete(pack)) return;
    const known = this.#packs[this.#packByDigest.get(pack.slice(-2 * HASH_BYTES)) ?? -1];
    if (known === undefined) return;
    for (let k = 0; k < known.frameCount; k++) this.#struck.delete(known.firstFrame + k);
  }

  /** Whether anything of a pack is known to be damaged: a frame, or what is around the frames. */
  isDamaged(pack: string): boolean {
    return this.#damage.has(pack);
  }

  /** Whether a frame is known to be damaged. */
  isStruck(frame: number): boolean {
    return this.#struck.has(frame);
  }

  #strikeFrames({ object, firstFrame, frameCount }: IndexedPack): void {
    const damage = this.#damage.get(object);
    if (damage === undefined) return;
    for (let frame = firstFrame; frame < firstFrame + frameCount; frame++) {
      if (damage === "all" || damage.has(this.#frameOffset.at(frame))) this.#struck.add(frame);
    }
  }

  #addFrames(pack: Segment["packs"][number]): number | undefined {
    const key = hexFromBytes(pack.digest);
    if (this.#packByDigest.has(key)) return undefined;
    const firstFrame = this.#framePack.length;
    const number = this.#packs.length;
    this.#packByDigest.set(key, number);
    const object = packName(pack.digest);
    const frameCount = pack.frames.length;
    this.#packs.push({
      object,
      sizeBytes: pack.sizeBytes,
      firstFrame,
      frameCount,
      isThere: true,
      isDoomed: this.#doomed.has(object),
    });
    for (const { offset, sealedBytes } of pack.frames) {
      this.#framePack.push(number);
      this.#frameOffset.push(offset);
      this.#frameBytes.push(sealedBytes);
      this.#frameChunks.push(0);
    }
    this.#strikeFrames(this.#packs[number] as IndexedPack);
    return firstFrame;
  }

  #firstFrameOf(digest: Uint8Array): number {
    const pack = this.#packByDigest.get(hexFromBytes(digest)) as number;
    return (this.#packs[pack] as IndexedPack).firstFrame;
  }

  #addChunk(ids: Uint8Array, at: number, frame: number): void {
    const known = this.#chunks.get(ids, at);
    if (known === undefined || this.#rank(known) < this.#rank(frame)) this.#chunks.set(ids, at, frame);
  }

  #lasts(frame: number): boolean {
    return this.#rank(frame) === RANK.sound;
  }

  #rank(frame: number): number {
    const { isThere, isDoomed } = this.#packs[this.#framePack.at(frame)] as IndexedPack;
    if (!isThere) return RANK.gone;
    if (this.#struck.has(frame)) return RANK.struck;
    return isDoomed ? RANK.doomed : RANK.sound;
  }
}

import { HASH_BYTES } from "../format/layout.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { LocalIndexDamagedError } from "./local/errors.ts";
import { type Key, readKey } from "./local/keys.ts";
import { PackIndex, RANK } from "./pack-index.ts";
import type { Segment } from "./segment-codec.ts";

export type { FrameLocation, IndexedPack } from "./pack-index.ts";

/**
 * All segments together: docs/vault-format.md 7. In memory, about 21 bytes a chunk; or, where there are runs, in these and what came
 * since in memory.
 */
export class ChunkIndex extends PackIndex {
  /** Of the place that was found last: its number, or undefined when it is in memory. */
  #placeInRun: number | undefined;
  readonly #key: Key = { partition: 0, a: 0, b: 0, c: 0 };

  /** Counts a chunk once a place, where there are runs. */
  get chunkCount(): number {
    return (this.runs?.chunkCount ?? 0) + this.level.chunks.size;
  }

  /** The frame that holds a chunk, or undefined when the vault does not have it, or not for long. */
  find(ids: Uint8Array, at = 0): number | undefined {
    const frame = this.#best(ids, at);
    return frame !== undefined && this.rank(frame) === RANK.sound ? frame : undefined;
  }

  /** The frame that holds a chunk, also when nobody may begin to rely on it. */
  findReadable(ids: Uint8Array, at = 0): number | undefined {
    const frame = this.#best(ids, at);
    return frame !== undefined && this.rank(frame) !== RANK.gone && this.#canLocate(frame)
      ? frame
      : undefined;
  }

  /** The frame that should hold a chunk, also when its pack is doomed or gone. */
  findAnyway(ids: Uint8Array, at = 0): number | undefined {
    return this.#best(ids, at);
  }

  addPack(contents: PackContents): void {
    if (this.hasPack(contents.digest)) return;
    const { firstFrame } = this.level.pack(this.addFrames(contents));
    contents.frames.forEach(({ ids }, k) => {
      this.level.countChunks(firstFrame + k, ids.length / HASH_BYTES);
      for (let at = 0; at < ids.length; at += HASH_BYTES) this.#addChunk(ids, at, firstFrame + k);
    });
  }

  /** A segment that was just written, and that names these packs. */
  addWritten(digest: Uint8Array, packs: readonly PackContents[]): void {
    const isNew = packs.every((pack) => !this.hasPack(pack.digest));
    const firstPack = this.packCount;
    for (const pack of packs) this.addPack(pack);
    if (isNew) this.level.segments.push({ digest, firstPack, packCount: packs.length });
  }

  addSegment(segment: Segment, digest?: Uint8Array): void {
    const known = this.frameCount;
    const firstPack = this.packCount;
    const numbers: number[] = [];
    for (const pack of segment.packs) {
      const number = this.numberOf(pack.digest) ?? this.addFrames(pack);
      const { firstFrame } = this.pack(number);
      pack.frames.forEach((_, k) => numbers.push(firstFrame + k));
    }
    const packCount = this.packCount - firstPack;
    if (digest !== undefined && packCount === segment.packs.length)
      this.level.segments.push({ digest, firstPack, packCount });
    segment.forEachChunk((bytes, at, position) => {
      const frame = numbers[position] as number;
      if (!this.isInLevel(frame)) return; // runs hold packs whole
      if (frame >= known) this.level.countChunks(frame, 1);
      this.#addChunk(bytes, at, frame);
    });
  }

  /** Where a chunk is read from, as `findReadable`, and the number of its place there. */
  placeToRead(ids: Uint8Array, at = 0): { readonly frame: number; readonly place: number } | undefined {
    const frame = this.findReadable(ids, at);
    if (frame === undefined) return undefined;
    const place = this.#placeInRun ?? this.#placeInLevel(ids, at);
    return place === undefined ? undefined : { frame, place };
  }

  /** The number of a chunk's place in a frame, undefined when it is not said to be there. */
  placeIn(frame: number, ids: Uint8Array, at = 0): number | undefined {
    if (this.isInLevel(frame)) {
      const isOther = this.runs === undefined && this.level.chunks.get(ids, at) !== frame;
      return isOther ? undefined : this.#placeInLevel(ids, at);
    }
    const found = this.#lookUp(ids, at);
    for (let i = 0; i < found.length; i += 2) if (found[i] === frame) return found[i + 1];
    return undefined;
  }

  /** Whether places keep their numbers when chunks are added: all of them are in runs. */
  get placesLast(): boolean {
    return this.runs !== undefined && this.level.packs.length === 0;
  }

  /** Places have numbers below this. */
  get chunkPlaces(): number {
    return (this.runs?.places ?? 0) + this.level.chunks.places;
  }

  #addChunk(ids: Uint8Array, at: number, frame: number): void {
    const { chunks } = this.level;
    const known = chunks.get(ids, at);
    const isBetter = known === undefined || this.rank(known) < this.rank(frame);
    if (isBetter) chunks.set(ids, at, frame);
    if (known !== undefined && known !== frame && this.runs !== undefined)
      this.level.addFurther(ids, at, isBetter ? known : frame);
  }

  /** The best place of a chunk that is known; the first of several that are as good. */
  #best(ids: Uint8Array, at: number): number | undefined {
    let best = this.level.chunks.get(ids, at);
    this.#placeInRun = undefined;
    if (this.runs === undefined) return best;
    let rank: number = best === undefined ? -1 : this.rank(best);
    if (rank === RANK.sound) return best;
    const consider = (frame: number, place?: number): void => {
      const its = this.rank(frame);
      if (its <= rank) return;
      [best, rank] = [frame, its];
      this.#placeInRun = place;
    };
    for (const frame of this.level.furtherPlaces(ids, at)) consider(frame);
    const found = this.#lookUp(ids, at);
    for (let i = 0; i < found.length; i += 2) consider(found[i] as number, found[i + 1]);
    return best;
  }

  /** What a damaged run says of a place is as good as nothing: its segments are read again when a chunk is not found. */
  #canLocate(frame: number): boolean {
    if (this.isInLevel(frame)) return true;
    try {
      return this.locate(frame).frame === frame;
    } catch (error) {
      if (error instanceof LocalIndexDamagedError) return false;
      throw error;
    }
  }

  #placeInLevel(ids: Uint8Array, at: number): number | undefined {
    const place = this.level.chunks.placeOf(ids, at);
    return place === undefined ? undefined : (this.runs?.places ?? 0) + place;
  }

  #lookUp(ids: Uint8Array, at: number): readonly number[] {
    if (this.runs === undefined) return [];
    readKey(ids, at, this.#key);
    return this.runs.lookUp(this.#key);
  }
}

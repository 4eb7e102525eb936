import { HASH_BYTES } from "../format/layout.ts";
import { digestFromName, packName } from "../format/object-names.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { LocalIndexDamagedError } from "./local/errors.ts";
import { type Key, readKey } from "./local/keys.ts";
import type { RunSet } from "./local/run-set.ts";
import { MemoryLevel } from "./memory-level.ts";
import type { Segment } from "./segment-codec.ts";
import { type DamagedPack, StruckPacks } from "./struck-packs.ts";

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
  readonly isThere: boolean;
  /** It is going to be deleted: it can be read, and nobody may begin to rely on it. */
  readonly isDoomed: boolean;
}

/** How good a place of a chunk is: gone, known to be damaged, going to be deleted, sound. */
const RANK = { gone: 0, struck: 1, doomed: 2, sound: 3 } as const;

/**
 * All segments together: docs/vault-format.md 7. In memory, about 21 bytes a chunk; or, where there are runs, in these and what came
 * since in memory.
 */
export class ChunkIndex {
  #level = new MemoryLevel({ packs: 0, frames: 0 });
  #runs: RunSet | undefined;
  readonly #doomed = new Set<string>();
  readonly #damage = new StruckPacks();
  /** Of the place that was found last: its number, or undefined when it is in memory. */
  #placeInRun: number | undefined;
  /** How often it changed which places of chunks are good ones. */
  #changesOfRank = 0;
  readonly #key: Key = { partition: 0, a: 0, b: 0, c: 0 };

  /** What is in memory. */
  get level(): MemoryLevel {
    return this.#level;
  }

  get runs(): RunSet | undefined {
    return this.#runs;
  }

  /** From now on what runs hold is known, and what is in memory may become one. Before anything is added. */
  useRuns(runs: RunSet): void {
    this.#runs = runs;
    this.#damage.forgetFrames();
    this.#beginLevel();
    for (const object of this.#doomed) this.#doomKnown(object);
    for (const pack of this.#damage.packs) this.#strikeKnown(pack);
  }

  /** What only segments said that are gone is not known any more; whether any went since this was asked the last time. */
  keepOnly(segments: ReadonlySet<string>): boolean {
    const hasChanged = this.#runs?.keepOnly(segments) ?? false;
    if (hasChanged) this.#changesOfRank++;
    return hasChanged;
  }

  /** What was in memory is in a run now, under the same numbers. */
  levelIsRun(): void {
    const { firstPack } = this.#level;
    for (const [i, { isThere, isDoomed }] of this.#level.packs.entries()) {
      this.#runs?.name(firstPack + i);
      if (!isThere) this.#runs?.setThere(firstPack + i, false);
      if (isDoomed) this.#runs?.doom(firstPack + i);
    }
    this.#beginLevel();
  }

  /** Counts a chunk once a place, where there are runs. */
  get chunkCount(): number {
    return (this.#runs?.chunkCount ?? 0) + this.#level.chunks.size;
  }

  get frameCount(): number {
    return this.#level.firstFrame + this.#level.frameCount;
  }

  get packCount(): number {
    return this.#level.firstPack + this.#level.packs.length;
  }

  /** Changes whenever a pack comes, goes, is doomed or is found damaged: what was counted on may not be the best place any more. */
  get changesOfRank(): number {
    return this.#changesOfRank;
  }

  /** How many chunks a frame has. */
  chunksIn(frame: number): number {
    if (this.#isInLevel(frame)) return this.#level.chunksIn(frame);
    return this.#heldRuns.frame(frame).chunkCount;
  }

  /** All of them. Where there are runs they are made for the occasion: there `pack` gives one after the other. */
  get packs(): readonly IndexedPack[] {
    if (this.#runs === undefined) return this.#level.packs;
    return Array.from({ length: this.packCount }, (_, number) => this.pack(number));
  }

  /** The same, each made when it is asked for; those that are added meanwhile are left out. */
  *eachPack(): Generator<IndexedPack> {
    const { packCount } = this;
    for (let number = 0; number < packCount; number++) if (!this.isForgotten(number)) yield this.pack(number);
  }

  /** As it stands now. */
  pack(number: number): IndexedPack {
    if (number >= this.#level.firstPack) return this.#level.pack(number);
    const runs = this.#heldRuns;
    const { digest, ...pack } = runs.pack(number);
    return {
      object: packName(digest),
      ...pack,
      isThere: runs.isThere(number),
      isDoomed: runs.isDoomed(number),
    };
  }

  /** Whether the number is of a run that turned out to be damaged: the pack has another one by now. */
  isForgotten(number: number): boolean {
    return number < this.#level.firstPack && this.#heldRuns.isForgotten(number);
  }

  /** Whether a pack is known, be it there or not. */
  hasPack(digest: Uint8Array): boolean {
    return this.#numberOf(digest) !== undefined;
  }

  /** Whether a segment that is there, or this program, names it. */
  isNamed(number: number): boolean {
    return number >= this.#level.firstPack || this.#heldRuns.isNamed(number);
  }

  /** The numbers of the packs whose names begin with a byte. */
  packsUnder(firstByte: number): readonly number[] {
    const under = packName(Uint8Array.of(firstByte)).slice(0, -2);
    const inLevel = this.#level.packs.flatMap(({ object }, i) =>
      object.startsWith(under) ? [this.#level.firstPack + i] : [],
    );
    return [...(this.#runs?.packsUnder(firstByte) ?? []), ...inLevel];
  }

  /** All numbers under which a pack is known. */
  packsNamed(digest: Uint8Array): readonly number[] {
    const inLevel = this.#level.packNumbered(digest);
    return [...(this.#runs?.packsNamed(digest) ?? []), ...(inLevel === undefined ? [] : [inLevel])];
  }

  /** The same, by its name in the storage. */
  numbersOf(object: string): readonly number[] {
    const digest = digestFromName(object);
    return digest === undefined ? [] : this.packsNamed(digest);
  }

  /** The frame that holds a chunk, or undefined when the vault does not have it, or not for long. */
  find(ids: Uint8Array, at = 0): number | undefined {
    const frame = this.#best(ids, at);
    return frame !== undefined && this.#rank(frame) === RANK.sound ? frame : undefined;
  }

  /** The frame that holds a chunk, also when nobody may begin to rely on it. */
  findReadable(ids: Uint8Array, at = 0): number | undefined {
    const frame = this.#best(ids, at);
    return frame !== undefined && this.#rank(frame) !== RANK.gone && this.#canLocate(frame)
      ? frame
      : undefined;
  }

  /** Whether a pack is there and stays, under any of its numbers. */
  lasts(number: number): boolean {
    const isSound = (pack: IndexedPack): boolean => pack.isThere && !pack.isDoomed;
    if (isSound(this.pack(number))) return true;
    return this.numbersOf(this.pack(number).object).some((other) => isSound(this.pack(other)));
  }

  isDoomed(object: string): boolean {
    return this.#doomed.has(object);
  }

  /** The frame that should hold a chunk, also when its pack is doomed or gone. */
  findAnyway(ids: Uint8Array, at = 0): number | undefined {
    return this.#best(ids, at);
  }

  /** The number of the pack that a frame is in. */
  packOf(frame: number): number {
    return this.#isInLevel(frame) ? this.#level.packOf(frame) : this.#heldRuns.frame(frame).pack;
  }

  locate(frame: number): FrameLocation {
    if (this.#isInLevel(frame)) {
      const pack = this.#level.packOf(frame);
      const { object } = this.#level.pack(pack);
      const [offset, sealedBytes] = [this.#level.offsetOf(frame), this.#level.sealedBytesOf(frame)];
      return { frame, pack, object, offset, sealedBytes };
    }
    const { pack, offset, sealedBytes } = this.#heldRuns.frame(frame);
    return { frame, pack, object: packName(this.#heldRuns.pack(pack).digest), offset, sealedBytes };
  }

  addPack(contents: PackContents): void {
    if (this.hasPack(contents.digest)) return;
    const { firstFrame } = this.#level.pack(this.#addFrames(contents));
    contents.frames.forEach(({ ids }, k) => {
      this.#level.countChunks(firstFrame + k, ids.length / HASH_BYTES);
      for (let at = 0; at < ids.length; at += HASH_BYTES) this.#addChunk(ids, at, firstFrame + k);
    });
  }

  /** A segment that was just written, and that names these packs. */
  addWritten(digest: Uint8Array, packs: readonly PackContents[]): void {
    const isNew = packs.every((pack) => !this.hasPack(pack.digest));
    const firstPack = this.packCount;
    for (const pack of packs) this.addPack(pack);
    if (isNew) this.#level.segments.push({ digest, firstPack, packCount: packs.length });
  }

  addSegment(segment: Segment, digest?: Uint8Array): void {
    const known = this.frameCount;
    const firstPack = this.packCount;
    const numbers: number[] = [];
    for (const pack of segment.packs) {
      const number = this.#numberOf(pack.digest) ?? this.#addFrames(pack);
      const { firstFrame } = this.pack(number);
      pack.frames.forEach((_, k) => numbers.push(firstFrame + k));
    }
    const packCount = this.packCount - firstPack;
    if (digest !== undefined && packCount === segment.packs.length)
      this.#level.segments.push({ digest, firstPack, packCount });
    segment.forEachChunk((bytes, at, position) => {
      const frame = numbers[position] as number;
      if (!this.#isInLevel(frame)) return; // runs hold packs whole
      if (frame >= known) this.#level.countChunks(frame, 1);
      this.#addChunk(bytes, at, frame);
    });
  }

  /** A pack that is gone takes its chunks with it; those that are stored again take their places. */
  setThere(number: number, isThere: boolean): void {
    if (number < this.#level.firstPack) {
      if (this.#heldRuns.setThere(number, isThere)) this.#changesOfRank++;
      return;
    }
    const pack = this.#level.pack(number);
    if (pack.isThere !== isThere) this.#changesOfRank++;
    pack.isThere = isThere;
  }

  /** Somebody looked for the pack, by its name in the storage, and it is not there. */
  setGone(object: string): void {
    for (const number of this.numbersOf(object)) this.setThere(number, false);
  }

  /** Packs that are going to be deleted, known or not, by their names in the storage. What was doomed stays doomed. */
  doom(objects: readonly string[]): void {
    for (const object of objects) {
      if (this.#doomed.has(object)) continue;
      this.#doomed.add(object);
      this.#changesOfRank++;
      this.#doomKnown(object);
    }
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
    if (this.#isInLevel(frame)) {
      const isOther = this.#runs === undefined && this.#level.chunks.get(ids, at) !== frame;
      return isOther ? undefined : this.#placeInLevel(ids, at);
    }
    const found = this.#lookUp(ids, at);
    for (let i = 0; i < found.length; i += 2) if (found[i] === frame) return found[i + 1];
    return undefined;
  }

  /** Whether places keep their numbers when chunks are added: all of them are in runs. */
  get placesLast(): boolean {
    return this.#runs !== undefined && this.#level.packs.length === 0;
  }

  /** Places have numbers below this. */
  get chunkPlaces(): number {
    return (this.#runs?.places ?? 0) + this.#level.chunks.places;
  }

  /** Nobody begins to rely on these frames, and other places of their chunks come first when segments are read; whether this is new. */
  strike(damage: DamagedPack): boolean {
    const isNew = this.#damage.add(damage);
    if (!isNew) return false;
    this.#changesOfRank++;
    this.#strikeKnown(damage.pack);
    return true;
  }

  /** A pack was read, and all of it is what was sealed. */
  forgive(object: string): void {
    if (!this.#damage.forgive(object)) return;
    for (const number of this.numbersOf(object)) this.#damage.forgiveFrames(this.pack(number));
  }

  /** Whether anything of a pack is known to be damaged: a frame, or what is around the frames. */
  isDamaged(pack: string): boolean {
    return this.#damage.has(pack);
  }

  /** Whether a frame is known to be damaged. */
  isStruck(frame: number): boolean {
    return this.#damage.isStruck(frame);
  }

  #strikeKnown(object: string): void {
    for (const number of this.numbersOf(object)) this.#strikeFrames(number);
  }

  #strikeFrames(number: number): void {
    this.#damage.strikeFrames(this.pack(number), (frame) => this.locate(frame).offset);
  }

  #doomKnown(object: string): void {
    for (const number of this.numbersOf(object)) {
      if (number >= this.#level.firstPack) this.#level.pack(number).isDoomed = true;
      else this.#runs?.doom(number);
    }
  }

  /** A pack that only segments named which are gone counts as unknown: whoever names it now says it all again. */
  #numberOf(digest: Uint8Array): number | undefined {
    const inLevel = this.#level.packNumbered(digest);
    if (inLevel !== undefined || this.#runs === undefined) return inLevel;
    const runs = this.#runs;
    return runs.packsNamed(digest).find((number) => runs.isNamed(number));
  }

  #addFrames(pack: Segment["packs"][number]): number {
    const object = packName(pack.digest);
    const number = this.#level.addPack(pack, { object, isDoomed: this.#doomed.has(object) });
    if (this.#damage.has(object)) this.#strikeFrames(number);
    return number;
  }

  #addChunk(ids: Uint8Array, at: number, frame: number): void {
    const { chunks } = this.#level;
    const known = chunks.get(ids, at);
    const isBetter = known === undefined || this.#rank(known) < this.#rank(frame);
    if (isBetter) chunks.set(ids, at, frame);
    if (known !== undefined && known !== frame && this.#runs !== undefined)
      this.#level.addFurther(ids, at, isBetter ? known : frame);
  }

  /** The best place of a chunk that is known; the first of several that are as good. */
  #best(ids: Uint8Array, at: number): number | undefined {
    let best = this.#level.chunks.get(ids, at);
    this.#placeInRun = undefined;
    if (this.#runs === undefined) return best;
    let rank: number = best === undefined ? -1 : this.#rank(best);
    if (rank === RANK.sound) return best;
    const consider = (frame: number, place?: number): void => {
      const its = this.#rank(frame);
      if (its <= rank) return;
      [best, rank] = [frame, its];
      this.#placeInRun = place;
    };
    for (const frame of this.#level.furtherPlaces(ids, at)) consider(frame);
    const found = this.#lookUp(ids, at);
    for (let i = 0; i < found.length; i += 2) consider(found[i] as number, found[i + 1]);
    return best;
  }

  /** What a damaged run says of a place is as good as nothing: its segments are read again when a chunk is not found. */
  #canLocate(frame: number): boolean {
    if (this.#isInLevel(frame)) return true;
    try {
      return this.locate(frame).frame === frame;
    } catch (error) {
      if (error instanceof LocalIndexDamagedError) return false;
      throw error;
    }
  }

  #placeInLevel(ids: Uint8Array, at: number): number | undefined {
    const place = this.#level.chunks.placeOf(ids, at);
    return place === undefined ? undefined : (this.#runs?.places ?? 0) + place;
  }

  #lookUp(ids: Uint8Array, at: number): readonly number[] {
    if (this.#runs === undefined) return [];
    readKey(ids, at, this.#key);
    return this.#runs.lookUp(this.#key);
  }

  #rank(frame: number): number {
    const pack = this.packOf(frame);
    const { isThere, isDoomed } =
      pack >= this.#level.firstPack
        ? this.#level.pack(pack)
        : { isThere: this.#heldRuns.isThere(pack), isDoomed: this.#heldRuns.isDoomed(pack) };
    if (!isThere) return RANK.gone;
    if (this.#damage.isStruck(frame)) return RANK.struck;
    return isDoomed ? RANK.doomed : RANK.sound;
  }

  #isInLevel(frame: number): boolean {
    return frame >= this.#level.firstFrame;
  }

  #beginLevel(): void {
    const packs = this.#runs?.packCount ?? 0;
    const frames = this.#runs?.frameCount ?? 0;
    this.#level = new MemoryLevel({ packs, frames });
  }

  get #heldRuns(): RunSet {
    if (this.#runs === undefined) throw new RangeError("there is nothing below what is in memory");
    return this.#runs;
  }
}

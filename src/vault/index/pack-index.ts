import { digestFromName, packName } from "../format/object-names.ts";
import type { RunSet } from "./local/run-set.ts";
import { MemoryLevel, type PackFrames } from "./memory-level.ts";
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
export const RANK: { readonly gone: 0; readonly struck: 1; readonly doomed: 2; readonly sound: 3 } = {
  gone: 0,
  struck: 1,
  doomed: 2,
  sound: 3,
};

/** The packs and frames of an index, in memory and in runs, with numbers over both, and what is known of each. */
export class PackIndex {
  #level = new MemoryLevel({ packs: 0, frames: 0 });
  #runs: RunSet | undefined;
  readonly #doomed = new Set<string>();
  readonly #damage = new StruckPacks();
  /** How often it changed which places of chunks are good ones. */
  #changesOfRank = 0;

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
    if (this.isInLevel(frame)) return this.#level.chunksIn(frame);
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
    return this.numberOf(digest) !== undefined;
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

  /** Whether a pack is there and stays, under any of its numbers. */
  lasts(number: number): boolean {
    const isSound = (pack: IndexedPack): boolean => pack.isThere && !pack.isDoomed;
    if (isSound(this.pack(number))) return true;
    return this.numbersOf(this.pack(number).object).some((other) => isSound(this.pack(other)));
  }

  isDoomed(object: string): boolean {
    return this.#doomed.has(object);
  }

  /** The number of the pack that a frame is in. */
  packOf(frame: number): number {
    return this.isInLevel(frame) ? this.#level.packOf(frame) : this.#heldRuns.frame(frame).pack;
  }

  locate(frame: number): FrameLocation {
    if (this.isInLevel(frame)) {
      const pack = this.#level.packOf(frame);
      const { object } = this.#level.pack(pack);
      const [offset, sealedBytes] = [this.#level.offsetOf(frame), this.#level.sealedBytesOf(frame)];
      return { frame, pack, object, offset, sealedBytes };
    }
    const { pack, offset, sealedBytes } = this.#heldRuns.frame(frame);
    return { frame, pack, object: packName(this.#heldRuns.pack(pack).digest), offset, sealedBytes };
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
  protected numberOf(digest: Uint8Array): number | undefined {
    const inLevel = this.#level.packNumbered(digest);
    if (inLevel !== undefined || this.#runs === undefined) return inLevel;
    const runs = this.#runs;
    return runs.packsNamed(digest).find((number) => runs.isNamed(number));
  }

  protected addFrames(pack: PackFrames): number {
    const object = packName(pack.digest);
    const number = this.#level.addPack(pack, { object, isDoomed: this.#doomed.has(object) });
    if (this.#damage.has(object)) this.#strikeFrames(number);
    return number;
  }

  protected rank(frame: number): number {
    const pack = this.packOf(frame);
    const { isThere, isDoomed } =
      pack >= this.#level.firstPack
        ? this.#level.pack(pack)
        : { isThere: this.#heldRuns.isThere(pack), isDoomed: this.#heldRuns.isDoomed(pack) };
    if (!isThere) return RANK.gone;
    if (this.#damage.isStruck(frame)) return RANK.struck;
    return isDoomed ? RANK.doomed : RANK.sound;
  }

  protected isInLevel(frame: number): boolean {
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

import { hexFromBytes, throwIfInterrupted } from "../../base/index.ts";
import type { ChunkIndex } from "../index/chunk-index.ts";
import { PagedNumbers } from "../index/scratch/paged-numbers.ts";
import type { Scratch } from "../index/scratch/scratch-file.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import { decodeNode, type Reference } from "../recipes/recipe-node.ts";
import { rootOf } from "../recipes/walk-recipe.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";
import { FrameCounts } from "./frame-counts.ts";
import { PutOffReferences, type VisitReference } from "./put-off-references.ts";

const NOBODY = 0;
/** Owners are numbered from 1 to below this. */
const SEVERAL = 0x7fff_ffff;
/** The chunk was read as a chunk list, and what it lists was marked. */
const WALKED = 0x8000_0000;

export interface NeededChunksOptions {
  /** Must not grow while chunks are marked. */
  readonly index: ChunkIndex;
  readonly frames: FrameReader;
  /** Where marks have room that have none in memory. @default all of them have */
  readonly scratch?: Scratch | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Which chunks restore points need, and which of them only one needs: 4 bytes for each place of the index, 2 for each frame, in memory or
 * on the local disk. A chunk counts where it is read from, and nowhere else. A chunk list is read at most twice, whatever the number of
 * restore points that share it.
 */
export class NeededChunks implements Disposable {
  /** Packs with numbers below this were marked; nothing is known of others. */
  readonly packCount: number;
  /** Whether the marks stay true when chunks are added to the index. */
  readonly isLasting: boolean;
  readonly #options: NeededChunksOptions;
  /** By place: its owner, and whether it was walked. */
  readonly #marks: PagedNumbers;
  /** By frame, how many of its chunks are needed. */
  readonly #neededIn: FrameCounts;
  /** Of chunks that are no chunk lists, where the index is on disk. */
  readonly #putOff: PutOffReferences | undefined;
  /** Chunk lists of this restore point that only its host claims. */
  readonly #walkedClaims = new Set<string>();
  /** Plain bytes of chunks that only this restore point needs, by its number. */
  readonly #aloneBytes: number[] = [];
  readonly #extent: string;
  /** Chunks that restore points need and no pack holds: lost, and so nothing that could be kept. */
  lostChunks = 0;

  constructor(options: NeededChunksOptions) {
    const { index, scratch } = options;
    this.#options = options;
    this.#extent = extentOf(index);
    this.packCount = index.packCount;
    this.isLasting = index.placesLast;
    const memoryBytes = (scratch?.memoryBytes ?? 0) / 4;
    this.#marks = new PagedNumbers({ length: index.chunkPlaces, width: 4, scratch, memoryBytes });
    this.#neededIn = new FrameCounts({ frames: index.frameCount, scratch });
    this.#putOff = scratch === undefined ? undefined : new PutOffReferences(scratch);
  }

  /**
   * Marks everything that a restore point needs, and gives its number.
   * What it needs is known when `settle` has resolved.
   * @throws {VaultDamagedError} when a chunk list cannot be read: then nobody knows what is needed
   * @throws {LocalIndexDamagedError}
   */
  async add(point: Pick<RestorePoint, "files">): Promise<number> {
    const number = this.#aloneBytes.push(0) - 1;
    this.#walkedClaims.clear();
    for (const { recipe, storedBy } of point.files) {
      const frames = this.#options.frames.of(storedBy);
      await this.#mark(rootOf(recipe), { level: recipe.level, owner: number + 1, frames });
    }
    return number;
  }

  /**
   * Whether the index knows what it knew when marking began. If not, a chunk that was lost then may be in a pack that it learned of
   * since (also one that a listing had left out), what was counted on may be gone, and places may have moved: mark everything anew.
   */
  get isCurrent(): boolean {
    return extentOf(this.#options.index) === this.#extent;
  }

  /** Plain bytes that go when this restore point goes, and no other. */
  aloneBytes(point: number): number {
    return this.#aloneBytes[point] ?? 0;
  }

  /** Looks up what was put off. @throws {LocalIndexDamagedError} */
  async settle(): Promise<void> {
    const { frames, signal } = this.#options;
    const note: VisitReference = (ids, at, { owner, length }) => {
      this.#note(ids, at, { owner, length, frames, isNode: false });
    };
    await this.#putOff?.take(note, signal);
    this.#neededIn.settle();
  }

  /** Whether a chunk is needed, and counts in this frame. */
  isNeededIn(frame: number, ids: Uint8Array, at = 0): boolean {
    const place = this.#options.index.placeIn(frame, ids, at);
    return place !== undefined && ownerIn(this.#marks.get(place)) !== NOBODY;
  }

  /** How many of a frame's chunks are needed from there. */
  neededIn(frame: number): number {
    return this.#neededIn.of(frame);
  }

  [Symbol.dispose](): void {
    this.#marks[Symbol.dispose]();
    this.#neededIn[Symbol.dispose]();
    this.#putOff?.[Symbol.dispose]();
  }

  async #mark(
    reference: Reference,
    by: { readonly level: number; readonly owner: number; readonly frames: FrameReader },
  ): Promise<void> {
    const { level, owner, frames } = by;
    if (reference.id === undefined) return;
    throwIfInterrupted(this.#options.signal);
    if (level === 0) {
      this.#noteChunk(reference.id, reference.length, { owner, frames });
      return;
    }
    const before = this.#note(reference.id, 0, { owner, length: reference.length, frames, isNode: true });
    const isKnown = before === owner || before === SEVERAL;
    if (this.#isWalked(reference.id, level) && (before === NOBODY || isKnown)) return;
    const { bytes, object } = await frames.chunk(reference.id, this.#options.signal);
    for (const child of decodeNode(bytes, { ...reference, level, object })) {
      if (level > 1) await this.#mark(child, { ...by, level: level - 1 });
      else if (child.id !== undefined) this.#noteChunk(child.id, child.length, { owner, frames });
    }
    this.#noteWalked(reference.id, level);
  }

  /**
   * Whether what a chunk list names was marked before. That it is needed says nothing of that: a write-only host may name somebody
   * else's chunk list as a chunk of a file, as often as it likes. What only it claims is walked once for each restore point.
   */
  #isWalked(id: Uint8Array, level: number): boolean {
    const place = this.#options.index.placeToRead(id)?.place;
    if (place === undefined) return this.#walkedClaims.has(`${level} ${hexFromBytes(id)}`);
    return this.#marks.get(place) >= WALKED;
  }

  #noteWalked(id: Uint8Array, level: number): void {
    const place = this.#options.index.placeToRead(id)?.place;
    if (place === undefined) this.#walkedClaims.add(`${level} ${hexFromBytes(id)}`);
    else if (place < this.#marks.length) this.#marks.set(place, ownerIn(this.#marks.get(place)) + WALKED);
  }

  /** What is in nobody's list may be looked up later, in the order of the index. */
  #noteChunk(
    id: Uint8Array,
    length: number,
    { owner, frames }: { readonly owner: number; readonly frames: FrameReader },
  ): void {
    if (this.#putOff !== undefined && frames === this.#options.frames) this.#putOff.add(id, owner, length);
    else this.#note(id, 0, { owner, length, frames, isNode: false });
  }

  /** Whose the chunk was before. */
  #note(ids: Uint8Array, at: number, { owner, length, frames, isNode }: Reading): number {
    const found = this.#options.index.placeToRead(ids, at);
    if (found === undefined) {
      if (frames.claimed(ids) === undefined) this.lostChunks++; // a host's own packs are left alone
      return NOBODY;
    }
    const { place, frame } = found;
    if (place >= this.#marks.length) return NOBODY; // learned of meanwhile: everything is marked anew
    const mark = this.#marks.get(place);
    const before = ownerIn(mark);
    if (before === owner || before === SEVERAL) return before;
    if (before === NOBODY) {
      this.#marks.set(place, mark + owner);
      this.#neededIn.add(frame);
      if (!isNode) this.#addAlone(owner, length);
      return before;
    }
    this.#marks.set(place, mark - before + SEVERAL);
    if (!isNode) this.#addAlone(before, -length);
    return before;
  }

  #addAlone(owner: number, bytes: number): void {
    this.#aloneBytes[owner - 1] = (this.#aloneBytes[owner - 1] as number) + bytes;
  }
}

/** Who needs a chunk, and how it was read. */
interface Reading {
  readonly owner: number;
  readonly length: number;
  readonly frames: FrameReader;
  readonly isNode: boolean;
}

function ownerIn(mark: number): number {
  return mark >= WALKED ? mark - WALKED : mark;
}

function extentOf({ chunkPlaces, chunkCount, packCount, changesOfRank }: ChunkIndex): string {
  return [chunkPlaces, chunkCount, packCount, changesOfRank].join();
}

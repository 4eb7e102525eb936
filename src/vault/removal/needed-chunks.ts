import { hexFromBytes, throwIfInterrupted } from "../../base/index.ts";
import type { ChunkIndex } from "../index/chunk-index.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import { decodeNode, type Reference } from "../recipes/recipe-node.ts";
import { rootOf } from "../recipes/walk-recipe.ts";
import type { RestorePoint } from "../restore-points/restore-point.ts";

const NOBODY = 0;
const SEVERAL = 0xffff_ffff;
/** Of a frame of very small chunks more may be needed: nobody asks how many more. */
const MOST_IN_FRAME = 0xffff;

export interface NeededChunksOptions {
  /** Must not grow while chunks are marked. */
  readonly index: ChunkIndex;
  readonly frames: FrameReader;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Which chunks restore points need, and which of them only one needs: 4 bytes for each place of the index's table, 2 for each
 * frame. A chunk list is read at most twice, whatever the number of restore points that share it.
 */
export class NeededChunks {
  readonly #options: NeededChunksOptions;
  readonly #needs: Uint32Array;
  /** By frame, how many of its chunks are needed. */
  readonly #neededIn: Uint16Array;
  /** A bit a place: the chunk was read as a chunk list, and what it lists was marked. */
  readonly #walked: Uint8Array;
  /** Chunk lists of this restore point that only its host claims. */
  readonly #walkedClaims = new Set<string>();
  /** Plain bytes of chunks that only this restore point needs, by its number. */
  readonly #aloneBytes: number[] = [];
  readonly #extent: string;
  /** Chunks that restore points need and no pack holds: lost, and so nothing that could be kept. */
  lostChunks = 0;

  constructor(options: NeededChunksOptions) {
    this.#options = options;
    this.#extent = extentOf(options.index);
    this.#needs = new Uint32Array(options.index.chunkPlaces);
    this.#neededIn = new Uint16Array(options.index.frameCount);
    this.#walked = new Uint8Array(Math.ceil(options.index.chunkPlaces / 8));
  }

  /**
   * Marks everything that a restore point needs, and gives its number.
   * @throws {VaultDamagedError} when a chunk list cannot be read: then nobody knows what is needed
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

  isNeeded(ids: Uint8Array, at = 0): boolean {
    const place = this.#options.index.placeOf(ids, at);
    return place !== undefined && this.#needs[place] !== NOBODY;
  }

  /** How many of a frame's chunks are needed from there. */
  neededIn(frame: number): number {
    return this.#neededIn[frame] ?? 0;
  }

  async #mark(
    reference: Reference,
    by: { readonly level: number; readonly owner: number; readonly frames: FrameReader },
  ): Promise<void> {
    const { level, owner, frames } = by;
    if (reference.id === undefined) return;
    throwIfInterrupted(this.#options.signal);
    const before = this.#note(reference.id, reference.length, { owner, frames, isNode: level > 0 });
    const isKnown = before === owner || before === SEVERAL;
    if (level === 0 || (this.#isWalked(reference.id, level) && (before === NOBODY || isKnown))) return;
    const { bytes, object } = await frames.chunk(reference.id, this.#options.signal);
    for (const child of decodeNode(bytes, { ...reference, level, object })) {
      if (level > 1) await this.#mark(child, { ...by, level: level - 1 });
      else if (child.id !== undefined) this.#note(child.id, child.length, { owner, frames, isNode: false });
    }
    this.#noteWalked(reference.id, level);
  }

  /**
   * Whether what a chunk list names was marked before. That it is needed says nothing of that: a write-only host may name somebody
   * else's chunk list as a chunk of a file, as often as it likes. What only it claims is walked once for each restore point.
   */
  #isWalked(id: Uint8Array, level: number): boolean {
    const place = this.#options.index.placeOf(id);
    if (place === undefined) return this.#walkedClaims.has(`${level} ${hexFromBytes(id)}`);
    return ((this.#walked[place >>> 3] as number) & (1 << (place & 7))) !== 0;
  }

  #noteWalked(id: Uint8Array, level: number): void {
    const place = this.#options.index.placeOf(id);
    if (place === undefined) this.#walkedClaims.add(`${level} ${hexFromBytes(id)}`);
    else this.#walked[place >>> 3] = (this.#walked[place >>> 3] as number) | (1 << (place & 7));
  }

  /** Whose the chunk was before. */
  #note(
    id: Uint8Array,
    length: number,
    {
      owner,
      frames,
      isNode,
    }: { readonly owner: number; readonly frames: FrameReader; readonly isNode: boolean },
  ): number {
    const { index } = this.#options;
    const place = index.placeOf(id);
    const frame = index.findReadable(id);
    if (place === undefined || frame === undefined) {
      if (frames.claimed(id) === undefined) this.lostChunks++; // a host's own packs are left alone
      return NOBODY;
    }
    const before = this.#needs[place] as number;
    if (before === owner || before === SEVERAL) return before;
    if (before === NOBODY) {
      this.#needs[place] = owner;
      this.#neededIn[frame] = Math.min(MOST_IN_FRAME, this.neededIn(frame) + 1);
      if (!isNode) this.#addAlone(owner, length);
      return before;
    }
    this.#needs[place] = SEVERAL;
    if (!isNode) this.#addAlone(before, -length);
    return before;
  }

  #addAlone(owner: number, bytes: number): void {
    this.#aloneBytes[owner - 1] = (this.#aloneBytes[owner - 1] as number) + bytes;
  }
}

function extentOf({ chunkPlaces, chunkCount, packCount, changesOfRank }: ChunkIndex): string {
  return [chunkPlaces, chunkCount, packCount, changesOfRank].join();
}

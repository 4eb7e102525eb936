import { HASH_BYTES } from "../format/layout.ts";
import { ChunkTable } from "./chunk-table.ts";
import { digestKey } from "./digest-key.ts";
import { GrowingWords } from "./growing-words.ts";

/** A pack as the index knows it; the same object for as long as the level is in memory. */
export interface LevelPack {
  /** Its name in the storage. */
  readonly object: string;
  readonly sizeBytes: number;
  /** Over all of the index. */
  readonly firstFrame: number;
  readonly frameCount: number;
  isThere: boolean;
  isDoomed: boolean;
}

/** A segment of which all packs are in the level, one behind the other. */
export interface LevelSegment {
  readonly digest: Uint8Array;
  readonly firstPack: number;
  readonly packCount: number;
}

export interface PackFrames {
  readonly digest: Uint8Array;
  readonly sizeBytes: number;
  readonly frames: readonly { readonly offset: number; readonly sealedBytes: number }[];
}

/** The part of the index that is in memory: about 21 bytes a chunk. Its numbers begin where those of the runs end. */
export class MemoryLevel {
  readonly firstPack: number;
  readonly firstFrame: number;
  readonly chunks = new ChunkTable();
  readonly packs: LevelPack[] = [];
  readonly segments: LevelSegment[] = [];
  /** Further places of chunks, by `digestKey`; kept when the level is going to be a run. */
  readonly further = new Map<string, number[]>();
  readonly #packByDigest = new Map<string, number>();
  readonly #framePack = new GrowingWords();
  readonly #frameOffset = new GrowingWords();
  readonly #frameBytes = new GrowingWords();
  readonly #frameChunks = new GrowingWords();

  constructor(before: { readonly packs: number; readonly frames: number }) {
    this.firstPack = before.packs;
    this.firstFrame = before.frames;
  }

  /** Of this level, so that it can be compared with a limit. */
  get frameCount(): number {
    return this.#framePack.length;
  }

  packNumbered(digest: Uint8Array): number | undefined {
    return this.#packByDigest.get(nameKey(digest));
  }

  pack(number: number): LevelPack {
    return this.packs[number - this.firstPack] as LevelPack;
  }

  packOf(frame: number): number {
    return this.#framePack.at(frame - this.firstFrame);
  }

  offsetOf(frame: number): number {
    return this.#frameOffset.at(frame - this.firstFrame);
  }

  sealedBytesOf(frame: number): number {
    return this.#frameBytes.at(frame - this.firstFrame);
  }

  chunksIn(frame: number): number {
    return this.#frameChunks.at(frame - this.firstFrame);
  }

  countChunks(frame: number, count: number): void {
    this.#frameChunks.increase(frame - this.firstFrame, count);
  }

  /** The number of the pack, which is new to the level. Its chunks come behind. */
  addPack(pack: PackFrames, { object, isDoomed }: Pick<LevelPack, "object" | "isDoomed">): number {
    const number = this.firstPack + this.packs.length;
    this.#packByDigest.set(nameKey(pack.digest), number);
    this.packs.push({
      object,
      sizeBytes: pack.sizeBytes,
      firstFrame: this.firstFrame + this.frameCount,
      frameCount: pack.frames.length,
      isThere: true,
      isDoomed,
    });
    for (const { offset, sealedBytes } of pack.frames) {
      this.#framePack.push(number);
      this.#frameOffset.push(offset);
      this.#frameBytes.push(sealedBytes);
      this.#frameChunks.push(0);
    }
    return number;
  }

  /** A chunk that has a place already has one more. */
  addFurther(ids: Uint8Array, at: number, frame: number): void {
    const key = digestKey(ids.subarray(at, at + HASH_BYTES));
    const places = this.further.get(key) ?? [];
    if (!places.includes(frame)) this.further.set(key, [...places, frame]);
  }

  furtherPlaces(ids: Uint8Array, at: number): readonly number[] {
    if (this.further.size === 0) return [];
    return this.further.get(digestKey(ids.subarray(at, at + HASH_BYTES))) ?? [];
  }
}

/** All of a name, unlike a chunk's key: anybody who can write to the storage can put an object under a name that is nearly a pack's. */
function nameKey(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, HASH_BYTES).toString("latin1");
}

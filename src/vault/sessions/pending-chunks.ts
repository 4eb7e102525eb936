import { ChunkTable } from "../index/chunk-table.ts";

/** A generation is closed at this many chunks, and forgotten when the index has all of them. */
const GENERATION_CHUNKS = 65_536;

interface Generation {
  readonly table: ChunkTable;
  /** Frames whose chunks are in the table and not yet in the index. */
  openFrames: number;
}

/** A frame that is being filled. */
export interface PendingFrame {
  readonly number: number;
  readonly generation: Generation;
}

/**
 * What a session stored that the index does not name yet. A chunk counts as known to the file that stores it at once, to
 * other files of the session when its frame is in a pack: before, its frame could still fail without them.
 */
export class PendingChunks {
  #generations: Generation[] = [{ table: new ChunkTable(), openFrames: 0 }];
  /** Frames that are in no pack yet, and the file that fills them. */
  readonly #owners = new Map<number, object>();
  readonly #opened = new Map<number, Generation>();
  #lastFrame = 0;

  isKnown(ids: Uint8Array, at: number, owner: object): boolean {
    for (const { table } of this.#generations) {
      const frame = table.get(ids, at);
      if (frame === undefined) continue;
      const filling = this.#owners.get(frame);
      if (filling === undefined || filling === owner) return true;
    }
    return false;
  }

  /** A number that no other frame of the session has. */
  openFrame(owner: object): PendingFrame {
    let generation = this.#generations.at(-1) as Generation;
    if (generation.table.size >= GENERATION_CHUNKS) {
      generation = { table: new ChunkTable(), openFrames: 0 };
      this.#generations.push(generation);
    }
    const number = ++this.#lastFrame;
    generation.openFrames++;
    this.#owners.set(number, owner);
    this.#opened.set(number, generation);
    return { number, generation };
  }

  add(ids: Uint8Array, at: number, frame: PendingFrame): void {
    frame.generation.table.set(ids, at, frame.number);
  }

  /** The frame is in a pack. */
  appended(frame: number): void {
    this.#owners.delete(frame);
  }

  /** The index names the frame. */
  indexed(frame: number): void {
    const generation = this.#opened.get(frame);
    if (generation === undefined) return;
    this.#opened.delete(frame);
    generation.openFrames--;
    this.#generations = this.#generations.filter(
      (each, i) => each.openFrames > 0 || i === this.#generations.length - 1,
    );
  }
}

import { forEachBounded, throwIfInterrupted } from "../../base/index.ts";
import { type ByteSource, type ByteStore, type DiskExtent, SourceEndedError } from "../../disk/index.ts";
import { VaultDamagedError } from "../errors.ts";
import type { FrameLocation } from "../index/chunk-index.ts";
import type { Reference } from "../recipes/recipe-node.ts";
import { walkRecipe } from "../recipes/walk-recipe.ts";
import type { StoredFile } from "../restore-points/restore-point.ts";
import { chunkIn, type FrameContent, type FrameReader } from "./frame-reader.ts";
import { openTarget } from "./open-target.ts";
import { planReading, type ReadingRun, type WantedChunk, WINDOW_BYTES } from "./plan-reading.ts";
import { type SalvageOptions, salvageFile } from "./salvage-file.ts";

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how much of the file is done; never goes back. */
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
}

const LEAVES_KEPT = 4;

/** A file of a restore point, read from the vault: every chunk is authenticated and its identity checked. */
export class StoredFileReader implements ByteSource {
  readonly sizeBytes: number;
  readonly #file: StoredFile;
  readonly #frames: FrameReader;
  readonly #runsAtOnce: number;
  /** Lists of chunks that were used last. */
  readonly #leaves: (readonly Reference[])[] = [];

  constructor(file: StoredFile, frames: FrameReader, options: { readonly runsAtOnce: number }) {
    this.sizeBytes = file.recipe.sizeBytes;
    this.#file = file;
    this.#frames = frames;
    this.#runsAtOnce = options.runsAtOnce;
  }

  /** @throws {SourceEndedError} @throws {VaultDamagedError} */
  async read(target: Uint8Array, offset: number): Promise<void> {
    const end = offset + target.length;
    if (offset < 0 || end > this.sizeBytes) {
      throw new SourceEndedError(
        `Cannot read ${target.length} bytes at ${offset} of "${this.#file.path}": it has ${this.sizeBytes}`,
      );
    }
    for (let at = offset; at < end; ) {
      const reference = referenceAt(await this.#leafAt(at), at);
      const stop = Math.min(end, reference.offset + reference.length);
      const piece = target.subarray(at - offset, stop - offset);
      if (reference.id === undefined) piece.fill(0);
      else {
        const bytes = await this.#chunk(reference.id, reference.length);
        piece.set(bytes.subarray(at - reference.offset, stop - reference.offset));
      }
      at = stop;
    }
  }

  /** File order, covers the whole file; zero extents need no reading. */
  async *extents(): AsyncGenerator<DiskExtent> {
    let last: { offset: number; length: number; kind: DiskExtent["kind"] } | undefined;
    for await (const references of this.#walk()) {
      for (const { offset, length, id } of references) {
        const kind = id === undefined ? "zero" : "data";
        if (last?.kind === kind) last.length += length;
        else {
          if (last !== undefined) yield last;
          last = { offset, length, kind };
        }
      }
    }
    if (last !== undefined) yield last;
  }

  /**
   * Writes the whole file into an empty store: frames are opened in parallel, each about once; zeros are skipped and the length is set. What was written is durable after the store's `flush`, which is the
   * caller's. @throws {VaultDamagedError}
   */
  async copyTo(target: ByteStore, options: CopyOptions = {}): Promise<{ readonly bytesWritten: number }> {
    await target.truncate(this.sizeBytes);
    const file = await openTarget(target);
    let doneBytes = 0;
    let bytesWritten = 0;
    const report = (bytes: number): void => {
      doneBytes += bytes;
      options.onProgress?.(doneBytes);
    };
    const write = async (frames: readonly FrameContent[], { wanted }: ReadingRun): Promise<void> => {
      for (const [i, frame] of frames.entries()) {
        for (const piece of pieces(frame, wanted[i] ?? [])) {
          throwIfInterrupted(options.signal);
          await target.write(piece.bytes, piece.offset);
          bytesWritten += piece.bytes.length;
          report(piece.bytes.length);
        }
      }
    };
    const open = async (run: ReadingRun): Promise<void> => {
      if (file !== undefined && (await this.#frames.copyRun(run, file))) {
        const bytes = wantedBytes(run);
        bytesWritten += bytes;
        report(bytes);
        return;
      }
      await this.#frames.openRun(run.frames, async (frames) => await write(frames, run), options.signal);
    };
    const work = async (run: ReadingRun, looks = 0): Promise<void> => {
      try {
        await open(run); // what was written before a failure is written again, and is the same
      } catch (error) {
        const { signal } = options;
        if (!(await this.#frames.looksAgainAfter(error, { looks, signal }))) throw error;
        const runs = await planReading(run.wanted.flat(), this.#locator(options));
        for (const again of runs) await work(again, looks + 1);
      }
    };
    await forEachBounded(this.#runs(report, options), async (run) => await work(run), {
      limit: this.#runsAtOnce,
      signal: options.signal,
    });
    return { bytesWritten };
  }

  /**
   * Writes what can be read of the file into an empty store, zeros for the rest, and tells which stretches those are. As durable as
   * what `copyTo` wrote.
   */
  async salvageTo(target: ByteStore, options: SalvageOptions): Promise<{ readonly bytesWritten: number }> {
    const parts = { file: this.#file, frames: this.#frames, runsAtOnce: this.#runsAtOnce };
    return await salvageFile(parts, target, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the vault holds what it read from
  }

  async *#runs(onZeros: (bytes: number) => void, { signal }: CopyOptions): AsyncGenerator<ReadingRun> {
    const locate = this.#locator({ signal });
    let window: Reference[] = [];
    let windowBytes = 0;
    for await (const references of this.#walk()) {
      for (const reference of references) {
        if (reference.id === undefined) onZeros(reference.length);
        else {
          window.push(reference);
          windowBytes += reference.length;
        }
      }
      if (windowBytes < WINDOW_BYTES) continue;
      yield* await planReading(window, locate);
      window = [];
      windowBytes = 0;
    }
    yield* await planReading(window, locate);
  }

  #locator({ signal }: CopyOptions): (id: Uint8Array) => Promise<FrameLocation> {
    return async (id) => await this.#frames.locate(id, signal);
  }

  #walk(from = 0): AsyncGenerator<readonly Reference[]> {
    return walkRecipe(this.#file.recipe, {
      from,
      loadNode: async (id) => await this.#frames.chunk(id),
    });
  }

  async #leafAt(offset: number): Promise<readonly Reference[]> {
    const known = this.#leaves.find((leaf) => isIn(leaf, offset));
    if (known !== undefined) return known;
    const { value } = await this.#walk(offset).next();
    const leaf: readonly Reference[] = value ?? [];
    this.#leaves.unshift(leaf);
    this.#leaves.splice(LEAVES_KEPT);
    return leaf;
  }

  async #chunk(id: Uint8Array, length: number): Promise<Uint8Array> {
    const { bytes, object } = await this.#frames.chunk(id);
    if (bytes.length !== length)
      throw new VaultDamagedError(object, "a chunk has another length than its file says");
    return bytes;
  }
}

function isIn(leaf: readonly Reference[], offset: number): boolean {
  const first = leaf[0];
  const last = leaf.at(-1);
  return (
    first !== undefined && last !== undefined && offset >= first.offset && offset < last.offset + last.length
  );
}

function referenceAt(leaf: readonly Reference[], offset: number): Reference {
  let low = 0;
  let high = leaf.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((leaf[middle] as Reference).offset <= offset) low = middle;
    else high = middle - 1;
  }
  return leaf[low] as Reference;
}

function wantedBytes({ wanted }: ReadingRun): number {
  return wanted.flat().reduce((sum, { length }) => sum + length, 0);
}

/** Neighbours in the file that are neighbours in the frame become one piece. Views of the frame. */
function* pieces(
  frame: FrameContent,
  wanted: readonly WantedChunk[],
): Generator<{ readonly bytes: Uint8Array; readonly offset: number }> {
  let last: { bytes: Uint8Array; offset: number } | undefined;
  for (const { id, offset, length } of wanted) {
    const bytes = chunkIn(frame, id);
    if (bytes?.length !== length)
      throw new VaultDamagedError(frame.object, "its chunks are not those that the file needs");
    const follows =
      last !== undefined &&
      last.offset + last.bytes.length === offset &&
      last.bytes.byteOffset + last.bytes.length === bytes.byteOffset;
    if (follows && last !== undefined) {
      last.bytes = new Uint8Array(bytes.buffer, last.bytes.byteOffset, last.bytes.length + length);
    } else {
      if (last !== undefined) yield last;
      last = { bytes, offset };
    }
  }
  if (last !== undefined) yield last;
}

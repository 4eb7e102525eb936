import { forEachBounded, throwIfInterrupted } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import { StorageError } from "../../storage/index.ts";
import { VaultDamagedError } from "../errors.ts";
import type { FrameLocation } from "../index/chunk-index.ts";
import type { OpenTarget } from "../pipeline/worker-tasks.ts";
import type { Reference } from "../recipes/recipe-node.ts";
import { type LoadedNode, walkRecipe } from "../recipes/walk-recipe.ts";
import type { StoredFile } from "../restore-points/restore-point.ts";
import { chunkIn, type FrameContent, type FrameReader } from "./frame-reader.ts";
import { openTarget } from "./open-target.ts";
import { planReading, type ReadingRun, type WantedChunk, WINDOW_BYTES } from "./plan-reading.ts";

/** A stretch of a file that could not be read. */
export interface UnreadRange {
  readonly offset: number;
  readonly length: number;
  /** The object of the vault that it should have come from. */
  readonly object: string;
  /** What is wrong with that. */
  readonly what: string;
}

export interface SalvageOptions {
  /** Told of each stretch that is left out, once, in no order; neighbours come separately. */
  readonly onUnread: (range: UnreadRange) => void;
  readonly signal?: AbortSignal | undefined;
  /** Told how much of the file is done, what is left out included; never goes back. */
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
}

export interface SalvageParts {
  readonly file: StoredFile;
  readonly frames: FrameReader;
  readonly runsAtOnce: number;
}

/**
 * Writes what can be read of a file into an empty store, and leaves out the rest, which reads as zeros. Everything is tried: other
 * places of a chunk as in every restore, then where the index says that it was, whatever else is known of that place, and packs as
 * their sidecars mend them. Nothing is written that was not authenticated.
 */
export async function salvageFile(
  parts: SalvageParts,
  target: ByteStore,
  options: SalvageOptions,
): Promise<{ readonly bytesWritten: number }> {
  await target.truncate(parts.file.recipe.sizeBytes);
  const salvaging = new Salvaging(parts, { store: target, open: await openTarget(target) }, options);
  const { signal } = options;
  await forEachBounded(salvaging.runs(), async (run) => await salvaging.read(run, 0), {
    limit: parts.runsAtOnce,
    signal,
  });
  return { bytesWritten: salvaging.bytesWritten };
}

interface SalvageTarget {
  readonly store: ByteStore;
  readonly open: OpenTarget | undefined;
}

class Salvaging {
  readonly #parts: SalvageParts;
  readonly #mending: FrameReader;
  readonly #target: SalvageTarget;
  readonly #options: SalvageOptions;
  /** After a search of the whole vault that found nothing, others would find nothing more. */
  #hasSearched = false;
  #doneBytes = 0;
  bytesWritten = 0;

  constructor(parts: SalvageParts, target: SalvageTarget, options: SalvageOptions) {
    this.#parts = parts;
    this.#mending = parts.frames.mending();
    this.#target = target;
    this.#options = options;
  }

  /** What is where it should be. Of the rest the last resort is over before the next window begins. */
  async *runs(): AsyncGenerator<ReadingRun> {
    let window: WantedChunk[] = [];
    let windowBytes = 0;
    for await (const references of this.#walk()) {
      for (const reference of references) {
        const { offset, length, id } = reference;
        if (id === undefined) this.#done(length);
        else {
          window.push({ offset, length, id });
          windowBytes += length;
        }
      }
      if (windowBytes < WINDOW_BYTES) continue;
      yield* await this.#planned(window);
      window = [];
      windowBytes = 0;
    }
    yield* await this.#planned(window);
  }

  /** What was written before a failure is written again, and is the same. */
  async read(run: ReadingRun, looks: number): Promise<void> {
    const { frames } = this.#parts;
    const { signal } = this.#options;
    try {
      const { open } = this.#target;
      if (open !== undefined && (await frames.copyRun(run, open))) this.#written(run.wanted.flat());
      else await frames.openRun(run.frames, async (opened) => await this.#write(opened, run), signal);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      if (await frames.looksAgainAfter(error, { looks, signal })) {
        for (const again of await this.#planned(run.wanted.flat())) await this.read(again, looks + 1);
      } else await this.#lastResort(run.wanted.flat());
    }
  }

  /** A list of chunks that cannot be read takes all with it that it is the list of. */
  #walk(): AsyncGenerator<readonly Reference[]> {
    return walkRecipe(this.#parts.file.recipe, {
      loadNode: async (id) => await this.#node(id),
      onUnreadable: ({ offset, length }, error) => {
        if (!isUnreadable(error)) return false;
        this.#lose([{ offset, length }], error);
        return true;
      },
    });
  }

  async #node(id: Uint8Array): Promise<LoadedNode> {
    const { signal } = this.#options;
    try {
      return await this.#parts.frames.chunk(id, signal);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return await this.#mending.chunkAnyway(id, signal);
    }
  }

  async #planned(wanted: readonly WantedChunk[]): Promise<readonly ReadingRun[]> {
    const known: WantedChunk[] = [];
    const unknown: WantedChunk[] = [];
    for (const chunk of wanted) {
      throwIfInterrupted(this.#options.signal);
      ((await this.#isKnown(chunk.id)) ? known : unknown).push(chunk);
    }
    await this.#lastResort(unknown);
    return await planReading(known, this.#locate);
  }

  async #isKnown(id: Uint8Array): Promise<boolean> {
    try {
      await this.#locate(id);
      return true;
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      this.#hasSearched = true;
      return false;
    }
  }

  readonly #locate = async (id: Uint8Array): Promise<FrameLocation> => {
    const { frames } = this.#parts;
    return this.#hasSearched ? frames.locateKnown(id) : await frames.locate(id, this.#options.signal);
  };

  /** Frame by frame, so that one that is damaged takes no other with it. */
  async #lastResort(wanted: readonly WantedChunk[]): Promise<void> {
    const placed: WantedChunk[] = [];
    for (const chunk of wanted) {
      try {
        this.#mending.locateAnyway(chunk.id);
        placed.push(chunk);
      } catch (error) {
        this.#lose([chunk], error);
      }
    }
    const runs = await planReading(placed, async (id) => this.#mending.locateAnyway(id));
    for (const run of runs.flatMap(framesOf)) {
      try {
        const write = async (opened: readonly FrameContent[]): Promise<void> =>
          await this.#writeFound(opened, run);
        await this.#mending.openRun(run.frames, write, this.#options.signal);
      } catch (error) {
        this.#lose(run.wanted.flat(), error);
      }
    }
  }

  async #write(opened: readonly FrameContent[], { wanted }: ReadingRun): Promise<void> {
    for (const [i, frame] of opened.entries()) {
      for (const { id, offset, length } of wanted[i] ?? []) {
        throwIfInterrupted(this.#options.signal);
        const bytes = chunkIn(frame, id);
        if (bytes?.length !== length)
          throw new VaultDamagedError(frame.object, "its chunks are not those that the file needs");
        await this.#target.store.write(bytes, offset);
      }
    }
    this.#written(wanted.flat());
  }

  /** One frame, which may hold less than its index says. */
  async #writeFound([opened]: readonly FrameContent[], { frames, wanted }: ReadingRun): Promise<void> {
    const frame = opened as FrameContent;
    const isThere = ({ id, length }: WantedChunk): boolean => chunkIn(frame, id)?.length === length;
    const [chunks] = wanted as [readonly WantedChunk[]];
    await this.#write([frame], { frames, wanted: [chunks.filter(isThere)] });
    const absent = chunks.filter((chunk) => !isThere(chunk));
    this.#lose(absent, new VaultDamagedError(frame.object, "its chunks are not those that the file needs"));
  }

  #written(chunks: readonly WantedChunk[]): void {
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    this.bytesWritten += bytes;
    this.#done(bytes);
  }

  /** Only what is wrong with the vault is left out; whatever else fails ends the salvage. */
  #lose(ranges: readonly Pick<UnreadRange, "offset" | "length">[], error: unknown): void {
    if (!isUnreadable(error)) throw error;
    const [object, what] =
      error instanceof VaultDamagedError ? [error.object, error.what] : ["", error.message];
    for (const { offset, length } of ranges) {
      this.#options.onUnread({ offset, length, object, what });
      this.#done(length);
    }
  }

  #done(bytes: number): void {
    this.#doneBytes += bytes;
    this.#options.onProgress?.(this.#doneBytes);
  }
}

/** What the vault has lost, and what its store fails to read, such as a bad sector. Not: a store that nobody reaches. */
export function isUnreadable(error: unknown): error is VaultDamagedError | StorageError {
  if (error instanceof VaultDamagedError) return true;
  return error instanceof StorageError && error.code === "storage-failed";
}

function framesOf({ frames, wanted }: ReadingRun): readonly ReadingRun[] {
  return frames.map((frame, i) => ({ frames: [frame], wanted: [wanted[i] ?? []] }));
}

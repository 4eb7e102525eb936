import { InternalError, throwIfInterrupted } from "../../base/index.ts";
import type { ByteSource, FileLayout } from "../../disk/index.ts";
import { isZeroId } from "../chunking/chunk-id.ts";
import { planStretches, type Stretch } from "../chunking/plan-stretches.ts";
import { HASH_BYTES } from "../format/layout.ts";
import type { FileRecipe } from "../recipes/file-recipe.ts";
import { RecipeBuilder } from "../recipes/recipe-builder.ts";
import { type Engine, STRETCH_BYTES, STRETCH_CHUNKS } from "./engine.ts";
import type { FrameFeed } from "./frame-feed.ts";
import { UNREAD } from "./worker-tasks.ts";

export interface StoreCounts {
  /** Payload bytes that were read. */
  readonly bytesRead: number;
  /** Bytes that no guest addresses that were read. */
  readonly bytesReadMetadata: number;
  /** Plain bytes of chunks that the vault did not have. */
  readonly bytesNew: number;
  /** What was put into packs for this file, chunk lists included. */
  readonly bytesStored: number;
}

/** A file that is in the vault; it belongs to it when a restore point names its recipe. */
export interface StoredContent {
  readonly recipe: FileRecipe;
  readonly counts: StoreCounts;
}

export interface FileStoringOptions {
  readonly layout: FileLayout;
  readonly signal?: AbortSignal | undefined;
  /** Told how much of the file is done; never goes back. */
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
}

/** What storing a file needs of its session. */
export interface FileStoringContext {
  readonly engine: Engine;
  readonly chunkBytes: number;
  readonly feeds: { readonly data: FrameFeed; readonly meta: FrameFeed };
  isKnown(ids: Uint8Array, at: number): boolean;
}

interface Identified {
  readonly stretch: Stretch;
  readonly buffer: Uint8Array;
  readonly ids: Uint8Array;
}

type Outcome = Identified | { readonly failure: unknown };

/**
 * One file on its way into the vault: stretches are read and identified some ahead, and looked up in file order; what is
 * new goes to the feeds. Memory: the stretches in hand.
 */
export class FileStoring {
  readonly #source: ByteSource;
  readonly #options: FileStoringOptions;
  readonly #context: FileStoringContext;
  readonly #recipe: RecipeBuilder;
  #bytesRead = 0;
  #bytesReadMetadata = 0;

  constructor(source: ByteSource, options: FileStoringOptions, context: FileStoringContext) {
    this.#source = source;
    this.#options = options;
    this.#context = context;
    this.#recipe = new RecipeBuilder({
      chunkBytes: context.chunkBytes,
      storeNode: async (node) => await this.#storeNode(node),
    });
  }

  async run(): Promise<StoredContent> {
    const { feeds } = this.#context;
    try {
      await this.#takeAll();
      const recipe = await this.#recipe.finish();
      await feeds.data.flush();
      await feeds.meta.flush();
      throwIfInterrupted(this.#options.signal);
      return { recipe, counts: this.#counts() };
    } finally {
      await feeds.data.settled(); // threads may still look into our buffers
      await feeds.meta.settled();
    }
  }

  async #takeAll(): Promise<void> {
    const { engine, chunkBytes } = this.#context;
    const sizes = { chunkBytes, stretchBytes: STRETCH_BYTES, mostChunks: STRETCH_CHUNKS };
    const plan = planStretches(this.#options.layout, sizes);
    const ahead: Promise<Outcome>[] = [];
    let next = await plan.next();
    try {
      while (next.done !== true || ahead.length > 0) {
        throwIfInterrupted(this.#options.signal);
        const buffer =
          next.done === true || ahead.length >= engine.stretchesAhead
            ? undefined
            : await this.#bufferFor(ahead.length);
        if (buffer !== undefined && next.done !== true) {
          ahead.push(this.#identify(next.value, buffer));
          next = await plan.next();
        } else {
          const identified = await (ahead.shift() as Promise<Outcome>);
          if (!("buffer" in identified)) throw identified.failure;
          await this.#take(identified);
        }
      }
    } finally {
      await this.#giveBack(ahead);
      await plan.return(undefined);
    }
  }

  /** Waits for a buffer only when there is nothing else to do: who waits holds none. */
  async #bufferFor(inHand: number): Promise<Uint8Array | undefined> {
    const { stretches } = this.#context.engine;
    return inHand > 0 ? stretches.takeFree() : await stretches.take(this.#options.signal);
  }

  /** Never rejects: nobody waits for it yet. */
  async #identify(stretch: Stretch, buffer: Uint8Array): Promise<Outcome> {
    const { engine } = this.#context;
    try {
      const { lengths, offset } = stretch;
      const bytes = buffer.subarray(0, stretch.length);
      const ids = buffer.subarray(STRETCH_BYTES, STRETCH_BYTES + HASH_BYTES * lengths.length);
      const { descriptor } = this.#source;
      const task = { kind: "hash", bytes, lengths, ids } as const;
      const isDone =
        descriptor !== undefined &&
        (await engine.workers.run({ ...task, from: { descriptor, offset } })) !== UNREAD;
      if (!isDone) {
        await this.#source.read(bytes, offset);
        await engine.workers.run(task);
      }
      return { stretch, buffer, ids: ids.slice() }; // they live longer than the buffer
    } catch (error) {
      engine.stretches.put(buffer);
      return { failure: error };
    }
  }

  async #giveBack(ahead: readonly Promise<Outcome>[]): Promise<void> {
    for (const outcome of await Promise.all(ahead)) {
      if ("buffer" in outcome) this.#context.engine.stretches.put(outcome.buffer);
    }
  }

  async #take({ stretch, buffer, ids }: Identified): Promise<void> {
    const { feeds, engine } = this.#context;
    const release = (): void => {
      engine.stretches.put(buffer);
    };
    try {
      await this.#takeChunks(stretch, buffer, ids);
    } catch (error) {
      release();
      throw error;
    }
    await feeds.data.endStretch(release);
    this.#bytesRead += stretch.payloadBytes;
    this.#bytesReadMetadata += stretch.length - stretch.payloadBytes;
    this.#options.onProgress?.(stretch.offset + stretch.length);
  }

  async #takeChunks({ lengths }: Stretch, buffer: Uint8Array, ids: Uint8Array): Promise<void> {
    let at = 0;
    for (const [i, length] of lengths.entries()) {
      const closing = this.#takeChunk(buffer.subarray(at, at + length), ids, HASH_BYTES * i);
      if (closing !== undefined) await closing;
      at += length;
    }
  }

  #takeChunk(chunk: Uint8Array, ids: Uint8Array, at: number): Promise<void> | undefined {
    if (isZeroId(ids, at)) return this.#recipe.add(chunk.length, undefined);
    if (!this.#context.isKnown(ids, at)) this.#context.feeds.data.add(chunk, ids, at);
    return this.#recipe.add(chunk.length, ids.subarray(at, at + HASH_BYTES));
  }

  async #storeNode(node: Uint8Array): Promise<Uint8Array> {
    const { engine, feeds } = this.#context;
    const lengths = Uint32Array.of(node.length);
    const id = new Uint8Array(new SharedArrayBuffer(HASH_BYTES));
    await engine.workers.run({ kind: "hash", bytes: node, lengths, ids: id });
    if (isZeroId(id)) throw new InternalError("Cannot store a chunk list: it has no identity");
    if (!this.#context.isKnown(id, 0)) {
      feeds.meta.addCopy(node, id);
      await feeds.meta.endStretch(() => {
        // nothing is lent
      });
    }
    return id;
  }

  #counts(): StoreCounts {
    const { data, meta } = this.#context.feeds;
    return {
      bytesRead: this.#bytesRead,
      bytesReadMetadata: this.#bytesReadMetadata,
      bytesNew: data.plainBytes,
      bytesStored: data.storedBytes + meta.storedBytes,
    };
  }
}

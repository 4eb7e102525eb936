import { FRAME_BYTES, HASH_BYTES } from "../format/layout.ts";
import { longestFrame } from "../packs/frame-codec.ts";
import type { PendingChunks, PendingFrame } from "../sessions/pending-chunks.ts";
import type { PackClass, SessionPacks } from "../sessions/session-packs.ts";
import { type Engine, OUTPUT_BYTES } from "./engine.ts";
import type { FrameOrder } from "./worker-tasks.ts";

export interface FrameFeedOptions {
  readonly engine: Engine;
  readonly packs: SessionPacks;
  readonly pending: PendingChunks;
  readonly packClass: PackClass;
  readonly frameKey: Uint8Array;
  /** The file that stores. */
  readonly owner: object;
}

/** Chunks that will be one frame. */
interface Draft {
  readonly frame: PendingFrame;
  /** Where chunks are copied to; without one they stay where they are. */
  readonly gather: Uint8Array | undefined;
  readonly pieces: Uint8Array[];
  readonly ids: Uint8Array[];
  readonly lengths: number[];
  filled: number;
}

/**
 * Turns new chunks into frames and has them sealed. Runs of new chunks are sealed where they lie in memory; what is left
 * over at the end of a stretch is copied, and waits for the next one.
 */
export class FrameFeed {
  readonly #options: FrameFeedOptions;
  readonly #running = new Set<Promise<void>>();
  #draft: Draft | undefined;
  #ready: Draft[] = [];
  #failure: { readonly error: unknown } | undefined;
  plainBytes = 0;
  storedBytes = 0;

  constructor(options: FrameFeedOptions) {
    this.#options = options;
  }

  /** Adds a chunk that lies in a stretch, which must stay as it is until `endStretch`'s `release`. */
  add(chunk: Uint8Array, ids: Uint8Array, at: number): void {
    const draft = this.#draftFor(chunk.length);
    if (draft.gather === undefined) extend(draft.pieces, chunk);
    else draft.gather.set(chunk, draft.filled);
    this.#note(draft, chunk.length, ids.subarray(at, at + HASH_BYTES));
  }

  /** Adds a chunk that is copied at once. */
  addCopy(chunk: Uint8Array, id: Uint8Array): void {
    const draft = this.#draftFor(chunk.length);
    this.#note(draft, chunk.length, id);
    if (draft.gather === undefined) draft.pieces.push(chunk);
    else draft.gather.set(chunk, draft.filled - chunk.length);
    if (draft.gather === undefined) this.#draft = this.#copied(draft);
  }

  /** Hands full frames out; `release` is called when the stretch is not needed any more. Resolves when there is room for more. */
  async endStretch(release: () => void): Promise<void> {
    if (this.#draft?.gather === undefined && this.#draft !== undefined)
      this.#draft = this.#copied(this.#draft);
    await this.#sealReady(release);
  }

  /** Seals what is left; resolves when all frames are in packs. */
  async flush(): Promise<void> {
    this.#closeDraft();
    await this.#sealReady();
    await this.settled();
    if (this.#failure !== undefined) throw this.#failure.error as Error;
  }

  /** Resolves when no thread works for this feed any more, well or not. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #draftFor(length: number): Draft {
    if (this.#draft !== undefined && this.#draft.filled + length > FRAME_BYTES) this.#closeDraft();
    this.#draft ??= this.#newDraft();
    return this.#draft;
  }

  #newDraft(): Draft {
    const frame = this.#options.pending.openFrame(this.#options.owner);
    return { frame, gather: undefined, pieces: [], ids: [], lengths: [], filled: 0 };
  }

  #note(draft: Draft, length: number, id: Uint8Array): void {
    draft.filled += length;
    draft.lengths.push(length);
    draft.ids.push(id);
    this.plainBytes += length;
    this.#options.pending.add(id, 0, draft.frame);
  }

  #closeDraft(): void {
    if (this.#draft !== undefined) this.#ready.push(this.#draft);
    this.#draft = undefined;
  }

  #copied(draft: Draft): Draft {
    const gather =
      this.#options.engine.gathers.takeFree() ?? new Uint8Array(new SharedArrayBuffer(FRAME_BYTES));
    let at = 0;
    for (const piece of draft.pieces) {
      gather.set(piece, at);
      at += piece.length;
    }
    return { ...draft, gather, pieces: [] };
  }

  async #sealReady(release?: () => void): Promise<void> {
    const drafts = this.#ready;
    this.#ready = [];
    if (drafts.length === 0) {
      release?.();
      return;
    }
    const sealing = this.#seal(drafts)
      .catch((error: unknown) => {
        this.#failure ??= { error };
        this.#options.packs.fail(error);
      })
      .finally(() => release?.());
    const tracked: Promise<void> = sealing.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
    while (this.#running.size > this.#options.engine.sealsAhead) await Promise.race(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error as Error;
  }

  async #seal(drafts: readonly Draft[]): Promise<void> {
    const { engine, packs, packClass, pending, frameKey } = this.#options;
    const target = this.#targetFor(drafts);
    try {
      const header = packs.header(packClass);
      const frames = drafts.map(orderOf);
      const lengths = await engine.workers.run({ kind: "seal", key: frameKey, header, frames, target });
      let at = 0;
      for (const [i, length] of lengths.entries()) {
        await packs.append(packClass, target.subarray(at, at + length));
        pending.appended((drafts[i] as Draft).frame.number);
        this.storedBytes += length;
        at += length;
      }
    } finally {
      if (target.length === OUTPUT_BYTES) engine.outputs.put(target);
      for (const { gather } of drafts) if (gather !== undefined) engine.gathers.put(gather);
    }
  }

  #targetFor(drafts: readonly Draft[]): Uint8Array {
    const longest = drafts.reduce((sum, { filled, ids }) => sum + longestFrame(filled, ids.length), 0);
    const { outputs } = this.#options.engine;
    const usual = longest <= OUTPUT_BYTES ? outputs.takeFree() : undefined;
    return usual ?? new Uint8Array(new SharedArrayBuffer(longest));
  }
}

function orderOf(draft: Draft): FrameOrder {
  return {
    number: draft.frame.number,
    pieces: draft.gather === undefined ? draft.pieces : [draft.gather.subarray(0, draft.filled)],
    ids: Buffer.concat(draft.ids),
    lengths: Uint32Array.from(draft.lengths),
  };
}

/** Neighbours in memory become one piece. */
function extend(pieces: Uint8Array[], chunk: Uint8Array): void {
  const last = pieces.at(-1);
  const follows =
    last !== undefined && last.buffer === chunk.buffer && last.byteOffset + last.length === chunk.byteOffset;
  if (!follows) pieces.push(chunk);
  else pieces[pieces.length - 1] = new Uint8Array(last.buffer, last.byteOffset, last.length + chunk.length);
}

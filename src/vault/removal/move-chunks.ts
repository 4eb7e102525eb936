import type { Entropy } from "../../base/index.ts";
import { throwIfInterrupted } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { SessionKeys } from "../crypto/session-keys.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { CONTENT, HASH_BYTES, SealedHeader } from "../format/layout.ts";
import type { IndexedPack } from "../index/chunk-index.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import type { Engine } from "../pipeline/engine.ts";
import { FrameFeed } from "../pipeline/frame-feed.ts";
import type { FrameContent, FrameReader } from "../reading/frame-reader.ts";
import type { PendingChunks } from "../sessions/pending-chunks.ts";
import { SessionPacks } from "../sessions/session-packs.ts";
import { writeSegment } from "../sessions/write-segment.ts";
import type { NeededChunks } from "./needed-chunks.ts";

export interface MovingParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly entropy: Entropy;
  readonly engine: Engine;
  readonly loaded: LoadedIndex;
  readonly frames: FrameReader;
  readonly session: SessionKeys;
  /** Numbers the session's frames: one of it for as long as its keys are used. */
  readonly pending: PendingChunks;
  /** When so many packs are durable, a segment names them. @default 128 */
  readonly packsASegment?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Moved {
  readonly writtenBytes: number;
  /** Packs that hold something needed which cannot be read any more. They stay. */
  readonly damaged: readonly VaultDamagedError[];
}

/** A pack of 64 KiB chunks holds some hundreds of them. */
const PACKS_A_SEGMENT = 128;

/** What a mover asks of what is needed. */
type Needed = Pick<NeededChunks, "isNeededIn" | "neededIn" | "isLasting">;

/**
 * Stores the needed chunks of packs again, in packs of this session. Each frame is authenticated and each id computed again before;
 * what does not open is not carried along.
 */
export async function moveChunks(
  packs: readonly number[],
  needed: Needed,
  parts: MovingParts,
): Promise<Moved> {
  const { index } = parts.loaded;
  for (const number of packs) index.doom([index.pack(number).object]); // so that the index takes the new places
  const written = new WrittenPacks(parts, needed.isLasting);
  const sessionPacks = new SessionPacks({ ...parts, onDurable: async (contents) => written.add(contents) });
  const mover = new Mover(parts, sessionPacks);
  const damaged: VaultDamagedError[] = [];
  try {
    for (const number of packs) {
      throwIfInterrupted(parts.signal);
      try {
        for (const each of index.numbersOf(index.pack(number).object))
          await mover.move(index.pack(each), needed);
      } catch (error) {
        if (!(error instanceof VaultDamagedError)) throw error;
        damaged.push(error);
      }
      await written.name(parts.packsASegment ?? PACKS_A_SEGMENT);
    }
    await mover.flush();
    await sessionPacks.flush();
  } finally {
    await mover.settled(); // nothing of it is on its way when a failure is told
    await sessionPacks.end();
  }
  await written.name(1);
  written.tell();
  return { writtenBytes: written.bytes, damaged };
}

/** Packs that are durable, and that segments have to name. */
class WrittenPacks {
  readonly #parts: MovingParts;
  readonly #isLasting: boolean;
  readonly #unnamed: PackContents[] = [];
  /** What the index is told when nobody asks for marks any more that it would move. */
  readonly #untold: { readonly segment: string; readonly packs: readonly PackContents[] }[] = [];
  bytes = 0;

  constructor(parts: MovingParts, isLasting: boolean) {
    this.#parts = parts;
    this.#isLasting = isLasting;
  }

  add(contents: PackContents): void {
    this.#unnamed.push(contents);
    this.bytes += contents.sizeBytes;
  }

  /** Puts a segment when there are so many. */
  async name(atLeast: number): Promise<void> {
    if (this.#unnamed.length < atLeast) return;
    const packs = this.#unnamed.splice(0);
    this.#untold.push({ segment: await writeSegment(packs, this.#parts), packs });
    if (this.#isLasting) this.tell();
  }

  tell(): void {
    const { loaded, pending } = this.#parts;
    for (const { segment, packs } of this.#untold.splice(0)) {
      loaded.noteWritten(segment, packs);
      for (const { frames } of packs) for (const { number } of frames) pending.indexed(number);
    }
  }
}

class Mover {
  readonly #parts: MovingParts;
  readonly #feeds: Readonly<Record<"data" | "meta", FrameFeed>>;

  constructor(parts: MovingParts, packs: SessionPacks) {
    const { engine, session, pending } = parts;
    const feed = (packClass: "data" | "meta"): FrameFeed =>
      new FrameFeed({ engine, packs, pending, packClass, frameKey: session.frameKey, owner: this });
    this.#parts = parts;
    this.#feeds = { data: feed("data"), meta: feed("meta") };
  }

  async move(pack: IndexedPack, needed: Needed): Promise<void> {
    const { loaded, frames, signal } = this.#parts;
    const feed = this.#feeds[await this.#classOf(pack)];
    let damage: VaultDamagedError | undefined;
    for (let frame = pack.firstFrame; frame < pack.firstFrame + pack.frameCount; frame++) {
      if (needed.neededIn(frame) === 0) continue;
      throwIfInterrupted(signal);
      try {
        await frames.openRun(
          [loaded.index.locate(frame)],
          ([content]) => {
            if (content !== undefined) this.#take(content, { frame, feed, needed });
          },
          signal,
        );
        await feed.endStretch(() => {
          // nothing is lent
        });
      } catch (error) {
        if (!(error instanceof VaultDamagedError)) throw error;
        damage ??= error; // what can be read of the pack is moved all the same
      }
    }
    if (damage !== undefined) throw damage;
  }

  #take(
    { ids, lengths, plain }: FrameContent,
    into: {
      readonly frame: number;
      readonly feed: FrameFeed;
      readonly needed: Needed;
    },
  ): void {
    let at = 0;
    for (const [i, length] of lengths.entries()) {
      const id = ids.slice(HASH_BYTES * i, HASH_BYTES * (i + 1));
      if (into.needed.isNeededIn(into.frame, id)) into.feed.addCopy(plain.slice(at, at + length), id);
      at += length;
    }
  }

  async flush(): Promise<void> {
    await this.#feeds.data.flush();
    await this.#feeds.meta.flush();
  }

  /** Resolves when no thread works for it any more, well or not. */
  async settled(): Promise<void> {
    await this.#feeds.data.settled();
    await this.#feeds.meta.settled();
  }

  async #classOf({ object }: IndexedPack): Promise<"data" | "meta"> {
    const header = await getOrDamaged(this.#parts.storage, object, {
      offset: 0,
      length: SealedHeader.sizeBytes,
    });
    return SealedHeader.decode(header).content === CONTENT.metaPack ? "meta" : "data";
  }
}

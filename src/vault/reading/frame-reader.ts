import { hexFromBytes } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { openHeader, SessionKeyring } from "../crypto/open-header.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { FrameDamagedError, VaultDamagedError } from "../errors.ts";
import { FRAME_BYTES, HASH_BYTES, SealedHeader } from "../format/layout.ts";
import { INDEX_PREFIX } from "../format/object-names.ts";
import { FIRST_CLAIMED } from "../hosts/host-claims.ts";
import type { FrameLocation } from "../index/chunk-index.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import { getOrDamaged, isCutOff, isGone, isUnreadable, ownBuffer } from "../packs/get-or-damaged.ts";
import { MendedPacks } from "../parity/mended-packs.ts";
import { type Engine, RUN_FRAMES } from "../pipeline/engine.ts";
import type { ChunkPlaces, OpenedFrame, OpenTarget } from "../pipeline/worker-tasks.ts";
import type { ReadingRun, WantedChunk } from "./plan-reading.ts";

export interface FrameReaderOptions {
  readonly storage: Storage | MendedPacks;
  readonly keys: VaultKeys;
  readonly engine: Engine;
  readonly loaded: LoadedIndex;
  /** Reads files of this write-only host too, by what it says itself: 32 hexadecimal digits. */
  readonly host?: string | undefined;
}

/** A frame that is open. */
export interface FrameContent {
  /** The pack that it was read from. */
  readonly object: string;
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
  readonly plain: Uint8Array;
}

/** What a worker needs to open frames of a pack. */
interface PackKeys {
  readonly header: Uint8Array;
  readonly frameKey: Uint8Array;
}

const PACKS_KEPT = 1024;
/** How often a chunk is looked for again that was moved away: prunes are rare, several at once are rarer. */
const MOST_LOOKS = 8;
/** How many places of a chunk are tried whose frames turn out damaged. */
const MOST_COPIES = 3;
const FRAMES_KEPT = 16;

/** How often something was looked for before. */
interface Looks {
  readonly looks: number;
  readonly signal?: AbortSignal | undefined;
}

/** Finds chunks and opens the frames that hold them, in the worker threads. */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #keyring: SessionKeyring;
  readonly #packKeys = new Map<string, Promise<PackKeys>>();
  readonly #frames = new Map<number, Promise<FrameContent>>();

  constructor(options: FrameReaderOptions) {
    this.#options = options;
    this.#keyring = new SessionKeyring(options.keys);
  }

  /**
   * Where a chunk is. What the index does not know may have been added by another session, or lost with a segment: then
   * segments are listed again, at last the packs. @throws {VaultDamagedError}
   */
  async locate(id: Uint8Array, signal?: AbortSignal): Promise<FrameLocation> {
    const { loaded } = this.#options;
    let found = this.#find(id);
    if (found === undefined) {
      await loaded.refresh(signal);
      found = this.#find(id);
    }
    if (found === undefined) {
      await loaded.reconcile(signal);
      found = this.#find(id);
    }
    if (found === undefined) {
      await loaded.doubtClaims(signal);
      found = this.#find(id);
    }
    return found ?? this.locateKnown(id);
  }

  /** The same, without looking for what others may have added. @throws {VaultDamagedError} */
  locateKnown(id: Uint8Array): FrameLocation {
    const found = this.#find(id);
    if (found !== undefined) return found;
    const { object } = this.locateAnyway(id);
    throw new VaultDamagedError(object, "it is gone or cut off");
  }

  /** Where a chunk is or was, whatever else is known of that place. @throws {VaultDamagedError} when nothing ever named it */
  locateAnyway(id: Uint8Array): FrameLocation {
    const { index } = this.#options.loaded;
    const frame = index.findAnyway(id);
    const location = frame === undefined ? this.claimed(id) : index.locate(frame);
    if (location !== undefined) return location;
    throw new VaultDamagedError(INDEX_PREFIX, `no pack holds the chunk ${hexFromBytes(id)}`);
  }

  #find(id: Uint8Array): FrameLocation | undefined {
    const { index } = this.#options.loaded;
    const frame = index.findReadable(id);
    return frame === undefined ? this.claimed(id) : index.locate(frame);
  }

  /** Where the host of this reader says that a chunk is, when nobody else does. */
  claimed(id: Uint8Array): FrameLocation | undefined {
    const { loaded, host } = this.#options;
    return host === undefined ? undefined : loaded.claims.locate(host, id);
  }

  /** A reader of a write-only host's files; itself where there is none. */
  of(host: string | undefined): FrameReader {
    return host === undefined ? this : new FrameReader({ ...this.#options, host });
  }

  /** A reader that has packs as their sidecars mend them. */
  mending(): FrameReader {
    const { storage } = this.#options;
    return "stat" in storage
      ? new FrameReader({ ...this.#options, storage: new MendedPacks(storage) })
      : this;
  }

  /**
   * Whether it is worth trying again after this error: a pack that a prune moved away is gone, and its chunks are where
   * newer segments say, as those of one that is cut off may be; those of a frame that is damaged may be in another one too.
   */
  async looksAgainAfter(error: unknown, { looks, signal }: Looks): Promise<boolean> {
    const { loaded } = this.#options;
    if ((isGone(error) || isCutOff(error)) && looks < MOST_LOOKS) await loaded.reconcile(signal);
    else if (error instanceof FrameDamagedError && looks < MOST_COPIES) await loaded.refresh(signal);
    else return false;
    return true;
  }

  /**
   * Opens up to `RUN_FRAMES` frames of one pack that lie behind each other, or nearly so, with one read. Every chunk's identity
   * has been computed again. The content is valid until `use` has resolved. @throws {VaultDamagedError}
   */
  async openRun<T>(
    run: readonly FrameLocation[],
    use: (frames: readonly FrameContent[]) => Promise<T> | T,
    signal?: AbortSignal,
  ): Promise<T> {
    const { engine } = this.#options;
    const target =
      engine.opened.takeFree() ?? new Uint8Array(new SharedArrayBuffer(RUN_FRAMES * FRAME_BYTES));
    try {
      return await use(await this.#openInto(target, run, signal));
    } finally {
      engine.opened.put(target);
    }
  }

  /**
   * Writes the chunks of a run to an open file of this machine, without their passing through this thread; false when that is not
   * possible, or did not work: then the slow way is gone, which says why.
   */
  async copyRun({ frames, wanted }: ReadingRun, target: OpenTarget): Promise<boolean> {
    const { storage, engine } = this.#options;
    const first = frames[0] as FrameLocation;
    const path = "fileOf" in storage ? storage.fileOf?.(first.object) : undefined;
    if (path === undefined) return false;
    const last = frames.at(-1) as FrameLocation;
    const length = last.offset + last.sealedBytes - first.offset;
    const { header, frameKey } = await this.#keysOf(first.object);
    return await engine.workers.run({
      kind: "copy",
      key: frameKey,
      header,
      from: { path, offset: first.offset, length },
      frames: frames.map(({ offset, sealedBytes }, i) => ({
        at: offset - first.offset,
        length: sealedBytes,
        wanted: placesOf(wanted[i] ?? []),
      })),
      target,
    });
  }

  async #openInto(
    target: Uint8Array,
    run: readonly FrameLocation[],
    signal?: AbortSignal,
  ): Promise<readonly FrameContent[]> {
    const first = run[0] as FrameLocation;
    const last = run.at(-1) as FrameLocation;
    const length = last.offset + last.sealedBytes - first.offset;
    const { header, frameKey } = await this.#keysOf(first.object);
    const { engine } = this.#options;
    const bytes = await this.#given(run, { offset: first.offset, length, signal });
    const frames = run.map(({ offset, sealedBytes }) => ({ at: offset - first.offset, length: sealedBytes }));
    const task = { kind: "open", key: frameKey, header, bytes, frames, target } as const;
    const opened = await engine.workers.run(task, [bytes.buffer]);
    const bad = run.filter((_, i) => opened[i] === null);
    if (bad.length > 0) throw this.#damageOf(bad);
    return opened.map((found, i) => {
      const frame = found as OpenedFrame;
      const { object } = run[i] as FrameLocation;
      const plain = target.subarray(FRAME_BYTES * i, FRAME_BYTES * i + frame.plainBytes);
      return { object, ids: frame.ids, lengths: frame.lengths, plain };
    });
  }

  /** The bytes of a run. Frames that the disk does not give are taken for damaged: other places of their chunks come first then. */
  async #given(
    run: readonly FrameLocation[],
    range: { readonly offset: number; readonly length: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { object } = run[0] as FrameLocation;
    try {
      return ownBuffer(await getOrDamaged(this.#options.storage, object, range));
    } catch (error) {
      throw isUnreadable(error) ? this.#damageOf(run) : error;
    }
  }

  #damageOf(bad: readonly FrameLocation[]): FrameDamagedError {
    const { object, offset } = bad[0] as FrameLocation;
    // a host may claim what is not so of anybody's pack: that says nothing of the pack
    const frames = bad.filter(({ frame }) => frame < FIRST_CLAIMED).map((frame) => frame.offset);
    if (frames.length > 0) this.#options.loaded.noteDamage({ pack: object, frames });
    return new FrameDamagedError(object, `the frame at ${offset} is not what was sealed`);
  }

  /** A chunk's bytes: a view, valid for ever, not to be written to. Frames that were used last are kept. */
  async chunk(
    id: Uint8Array,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: Uint8Array; readonly object: string }> {
    for (let looks = 0; ; looks++) {
      try {
        return await this.#chunkAt(await this.locate(id, signal), id, signal);
      } catch (error) {
        if (!(await this.looksAgainAfter(error, { looks, signal }))) throw error;
      }
    }
  }

  /** The same, tried once at the place that `locateAnyway()` gives. @throws {VaultDamagedError} */
  async chunkAnyway(
    id: Uint8Array,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: Uint8Array; readonly object: string }> {
    return await this.#chunkAt(this.locateAnyway(id), id, signal);
  }

  async #chunkAt(
    location: FrameLocation,
    id: Uint8Array,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: Uint8Array; readonly object: string }> {
    let opening = this.#frames.get(location.frame);
    if (opening === undefined) {
      opening = this.openRun([location], keptFrame, signal);
      if (this.#frames.size >= FRAMES_KEPT) this.#frames.delete(this.#frames.keys().next().value as number);
    }
    this.#frames.delete(location.frame);
    this.#frames.set(location.frame, opening);
    try {
      const bytes = chunkIn(await opening, id);
      if (bytes === undefined)
        throw new VaultDamagedError(location.object, "its index and its frames disagree");
      return { bytes, object: location.object };
    } catch (error) {
      this.#frames.delete(location.frame);
      throw error;
    }
  }

  async #keysOf(object: string): Promise<PackKeys> {
    let reading = this.#packKeys.get(object);
    if (reading === undefined) {
      reading = this.#readKeys(object);
      if (this.#packKeys.size >= PACKS_KEPT) this.#packKeys.clear();
      this.#packKeys.set(object, reading);
    }
    try {
      return await reading;
    } catch (error) {
      this.#packKeys.delete(object);
      throw error;
    }
  }

  async #readKeys(object: string): Promise<PackKeys> {
    const { storage, keys } = this.#options;
    const header = await getOrDamaged(storage, object, { offset: 0, length: SealedHeader.sizeBytes });
    try {
      const { frameKey } = this.#keyring.open(openHeader(keys, header, { kind: "pack", object }), object);
      return { header, frameKey };
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      this.#options.loaded.noteDamage({ pack: object }); // no frame of it opens without the header
      throw new FrameDamagedError(object, error.what, { cause: error });
    }
  }
}

function placesOf(wanted: readonly WantedChunk[]): ChunkPlaces {
  return {
    ids: Buffer.concat(wanted.map(({ id }) => id)),
    lengths: Uint32Array.from(wanted, ({ length }) => length),
    offsets: Float64Array.from(wanted, ({ offset }) => offset),
  };
}

/** A copy that stays valid. */
function keptFrame([frame]: readonly FrameContent[]): FrameContent {
  const content = frame as FrameContent;
  return { ...content, plain: content.plain.slice() };
}

/** The bytes of one chunk of a frame: all 256 bits of the id are compared. A view. */
export function chunkIn({ ids, lengths, plain }: FrameContent, id: Uint8Array): Uint8Array | undefined {
  let at = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i] as number;
    if (Buffer.compare(ids.subarray(HASH_BYTES * i, HASH_BYTES * (i + 1)), id) === 0) {
      return plain.subarray(at, at + length);
    }
    at += length;
  }
  return undefined;
}

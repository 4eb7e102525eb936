import { createHash, type Hash } from "node:crypto";
import { type Clock, forEachBounded, throwIfInterrupted } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { openHeader, SessionKeyring } from "../crypto/open-header.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { SealedHeader } from "../format/layout.ts";
import { digestFromName } from "../format/object-names.ts";
import type { ChunkIndex, FrameLocation, IndexedPack } from "../index/chunk-index.ts";
import { getOrDamaged, isGone, ownBuffer } from "../packs/get-or-damaged.ts";
import { readPackContents } from "../packs/read-pack-contents.ts";
import type { Engine } from "../pipeline/engine.ts";
import type { CheckedObjects } from "./checked-objects.ts";
import { CheckingTurn } from "./checking-turn.ts";
import type { DamageLedger } from "./damage-ledger.ts";
import type { DamageRecord } from "./damage-record.ts";

const RUN_BYTES = 2 * 1024 * 1024;

export interface PackCheckParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly engine: Engine;
  readonly index: ChunkIndex;
  readonly clock: Clock;
  readonly ledger: DamageLedger;
  readonly record: DamageRecord;
  readonly signal?: AbortSignal | undefined;
}

export interface DataCheckOptions {
  /** How much of the packs is read, the longest unchecked first: 100 is all. */
  readonly percent: number;
  readonly checked: CheckedObjects;
  /** Do not go on with a reading of everything that was interrupted. */
  readonly fromStart?: true | undefined;
  readonly onProgress?:
    | ((progress: { readonly doneBytes: number; readonly totalBytes: number }) => void)
    | undefined;
}

/** What reading packs came to. */
export interface DataCheckReport {
  readonly packs: number;
  readonly bytes: number;
  /** All that are there. */
  readonly packsThere: number;
  readonly bytesThere: number;
  /** When the interrupted reading began that this one went on with, in ms since 1970. */
  readonly goesOnSince: number | undefined;
}

/** @throws {VaultDamagedError} when the storage does not give the bytes */
type RangeReader = (offset: number, length: number) => Promise<Uint8Array>;

interface FrameKeys {
  readonly header: Uint8Array;
  readonly frameKey: Uint8Array;
}

/** Looks at packs: that they are there, that they say what the index says, and that their bytes are those that were sealed. */
export class PackCheck {
  readonly #parts: PackCheckParts;
  readonly #keyring: SessionKeyring;

  constructor(parts: PackCheckParts) {
    this.#parts = parts;
    this.#keyring = new SessionKeyring(parts.keys);
  }

  /** Presence, length, header and footer of each pack. */
  async checkFooters(): Promise<void> {
    const { index, engine, signal } = this.#parts;
    const check = async (pack: IndexedPack): Promise<void> => {
      // whoever needs one that is gone tells of it: a prune takes what nobody needs
      if (pack.isThere) await this.#noting(pack, async () => await this.#checkFooter(pack));
    };
    await forEachBounded(index.eachPack(), check, { limit: 2 * engine.workers.size, signal });
  }

  /** Reads packs whole: their name, every frame, every chunk's identity. */
  async checkData(options: DataCheckOptions): Promise<DataCheckReport> {
    const { index, engine, record, clock, signal } = this.#parts;
    const { percent, checked, fromStart } = options;
    const there = index.packs.filter((pack) => pack.isThere);
    const packsThere = there.length;
    const bytesThere = there.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (percent <= 0) return { packs: 0, bytes: 0, packsThere, bytesThere, goesOnSince: undefined };
    const turn = new CheckingTurn({ percent, checked, fromStart, now: clock.now().epochMilliseconds });
    for (const { object, sizeBytes } of there) turn.add(object, sizeBytes);
    const totalBytes = turn.plan();
    const chosen = there.filter(({ object, sizeBytes }) => turn.takes(object, sizeBytes));
    chosen.sort((a, b) => turn.ageOf(a.object) - turn.ageOf(b.object));
    await turn.begin();
    let doneBytes = 0;
    const onRead = (bytes: number): void => {
      doneBytes += bytes;
      options.onProgress?.({ doneBytes, totalBytes });
    };
    const check = async (pack: IndexedPack): Promise<void> => {
      const isSound = await this.#noting(pack, async () => await this.#checkPack(pack, onRead));
      const note = async (): Promise<void> => {
        await checked.note(pack.object, clock.now().epochMilliseconds);
      };
      if (isSound) await record.sound(pack.object);
      await record.thenOf(pack.object, note);
    };
    try {
      await forEachBounded(chosen, check, { limit: engine.workers.size + 1, signal });
    } catch (error) {
      throwIfInterrupted(signal); // said once, not by each that was reading
      throw error;
    }
    await record.flush();
    await turn.end();
    return { packs: chosen.length, bytes: doneBytes, packsThere, bytesThere, goesOnSince: turn.goesOnSince };
  }

  /** False when the pack is damaged. One that is gone meanwhile is told of by whoever needs it. */
  async #noting({ object }: IndexedPack, check: () => Promise<void>): Promise<boolean> {
    const { ledger, record, index } = this.#parts;
    try {
      await check();
      return true;
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      if (isGone(error)) index.setGone(object);
      else {
        ledger.note(object, error.what);
        record.add({ pack: object, frames: [] });
      }
      return false;
    }
  }

  async #checkFooter(pack: IndexedPack): Promise<void> {
    const { index, storage } = this.#parts;
    const { object, sizeBytes, firstFrame } = pack;
    await this.#opened(pack, async () => {
      const range = { offset: 0, length: SealedHeader.sizeBytes };
      return await getOrDamaged(storage, object, range);
    });
    const contents = await readPackContents(object, sizeBytes, { ...this.#parts, keyring: this.#keyring });
    const isAsIndexed =
      contents.frames.length === pack.frameCount &&
      contents.frames.every(({ offset, sealedBytes }, i) => {
        const indexed = index.locate(firstFrame + i);
        return indexed.offset === offset && indexed.sealedBytes === sealedBytes;
      });
    if (!isAsIndexed) throw new VaultDamagedError(object, "its frames are not those that the index names");
  }

  async #checkPack(pack: IndexedPack, onRead: (bytes: number) => void): Promise<void> {
    const { storage, signal } = this.#parts;
    const { object, sizeBytes } = pack;
    const digest = createHash("sha256");
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      throwIfInterrupted(signal);
      const bytes = await getOrDamaged(storage, object, { offset, length, signal });
      digest.update(bytes);
      onRead(length);
      return bytes;
    };
    const keys = await this.#opened(pack, async () => await read(0, SealedHeader.sizeBytes));
    let end: number = SealedHeader.sizeBytes;
    let damaged = 0;
    for (const run of this.#runsOf(pack)) {
      const last = run.at(-1) as FrameLocation;
      end = last.offset + last.sealedBytes;
      damaged += await this.#checkRun(run, read, keys);
    }
    await read(end, sizeBytes - end);
    this.#judge(pack, { digest, damaged });
  }

  #judge(pack: IndexedPack, found: { readonly digest: Hash; readonly damaged: number }): void {
    const named = digestFromName(pack.object);
    if (found.damaged > 0) {
      throw new VaultDamagedError(
        pack.object,
        `${found.damaged} of its ${pack.frameCount} frames are not what was sealed, or cannot be read`,
      );
    }
    if (named === undefined || Buffer.compare(found.digest.digest(), named) !== 0) {
      throw new VaultDamagedError(pack.object, "its bytes are not those that it is named for");
    }
  }

  /** Without its header, read and right, no frame of a pack opens. */
  async #opened({ object }: IndexedPack, read: () => Promise<Uint8Array>): Promise<FrameKeys> {
    try {
      const header = await read();
      const opened = openHeader(this.#parts.keys, header, { kind: "pack", object });
      return { header, frameKey: this.#keyring.open(opened, object).frameKey };
    } catch (error) {
      if (error instanceof VaultDamagedError && !isGone(error)) this.#parts.record.add({ pack: object });
      throw error;
    }
  }

  /** How many of the frames are damaged; what the storage does not give counts. */
  async #checkRun(run: readonly FrameLocation[], read: RangeReader, keys: FrameKeys): Promise<number> {
    const bad = await this.#badFrames(run, read, keys);
    if (bad.length > 0) {
      const { object } = run[0] as FrameLocation;
      this.#parts.record.add({ pack: object, frames: bad.map(({ offset }) => offset) });
    }
    return bad.length;
  }

  async #badFrames(
    run: readonly FrameLocation[],
    read: RangeReader,
    keys: FrameKeys,
  ): Promise<readonly FrameLocation[]> {
    const start = (run[0] as FrameLocation).offset;
    const frames = run.map(({ offset, sealedBytes }) => ({ at: offset - start, length: sealedBytes }));
    const length = frames.reduce((sum, frame) => sum + frame.length, 0);
    const found = await givenBy(async () => await read(start, length));
    if (found === undefined) {
      if (run.length === 1) return run;
      const bad: FrameLocation[] = []; // a bad sector is in one of them
      for (const frame of run) bad.push(...(await this.#badFrames([frame], read, keys)));
      return bad;
    }
    const bytes = ownBuffer(found);
    const task = { kind: "open", key: keys.frameKey, header: keys.header, bytes, frames } as const;
    const verdicts = await this.#parts.engine.workers.run(task, [bytes.buffer]);
    return run.filter((_, i) => verdicts[i] === null);
  }

  *#runsOf({ firstFrame, frameCount }: IndexedPack): Generator<readonly FrameLocation[]> {
    let run: FrameLocation[] = [];
    let bytes = 0;
    for (let frame = firstFrame; frame < firstFrame + frameCount; frame++) {
      const location = this.#parts.index.locate(frame);
      if (bytes > 0 && bytes + location.sealedBytes > RUN_BYTES) {
        yield run;
        run = [];
        bytes = 0;
      }
      run.push(location);
      bytes += location.sealedBytes;
    }
    yield run;
  }
}

/** What was read, or nothing when the storage does not give it. @throws {VaultDamagedError} when the object is gone */
async function givenBy(read: () => Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof VaultDamagedError) || isGone(error)) throw error;
    return undefined;
  }
}

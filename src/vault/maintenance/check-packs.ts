import { createHash, type Hash } from "node:crypto";
import { type Entropy, forEachBounded, throwIfInterrupted } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { openHeader, SessionKeyring } from "../crypto/open-header.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { SealedHeader } from "../format/layout.ts";
import { digestFromName } from "../format/object-names.ts";
import type { ChunkIndex, FrameLocation, IndexedPack } from "../index/chunk-index.ts";
import { getOrDamaged, ownBuffer } from "../packs/get-or-damaged.ts";
import { readPackContents } from "../packs/read-pack-contents.ts";
import type { Engine } from "../pipeline/engine.ts";
import type { DamageLedger } from "./damage-ledger.ts";

const RUN_BYTES = 2 * 1024 * 1024;

export interface PackCheckParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly engine: Engine;
  readonly index: ChunkIndex;
  readonly entropy: Entropy;
  readonly ledger: DamageLedger;
  readonly signal?: AbortSignal | undefined;
}

export interface DataCheckOptions {
  /** How many of the packs are read: 100 is all, less is a random part. */
  readonly percent: number;
  readonly onProgress?:
    | ((progress: { readonly doneBytes: number; readonly totalBytes: number }) => void)
    | undefined;
}

/** Looks at packs: that they are there, that they say what the index says, and that their bytes are those that were sealed. */
export class PackCheck {
  /** Frames that do not open to their chunks. */
  readonly damagedFrames = new Set<number>();
  readonly #parts: PackCheckParts;
  readonly #keyring: SessionKeyring;

  constructor(parts: PackCheckParts) {
    this.#parts = parts;
    this.#keyring = new SessionKeyring(parts.keys);
  }

  /** Presence, length, header and footer of each pack. */
  async checkFooters(): Promise<void> {
    const { index, ledger, engine, signal } = this.#parts;
    const check = async (pack: IndexedPack): Promise<void> => {
      // whoever needs one that is gone tells of it: a prune takes what nobody needs
      if (pack.isThere) await ledger.catching(async () => await this.#checkFooter(pack));
    };
    await forEachBounded([...index.packs], check, { limit: 2 * engine.workers.size, signal });
  }

  /** Reads packs whole: their name, every frame, every chunk's identity. */
  async checkData(options: DataCheckOptions): Promise<void> {
    const { index, ledger, engine, signal } = this.#parts;
    const chosen = index.packs.filter((pack) => pack.isThere && this.#isChosen(options.percent));
    const totalBytes = chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    let doneBytes = 0;
    const check = async (pack: IndexedPack): Promise<void> => {
      await ledger.catching(
        async () =>
          await this.#checkPack(pack, (bytes) => {
            doneBytes += bytes;
            options.onProgress?.({ doneBytes, totalBytes });
          }),
      );
    };
    await forEachBounded(chosen, check, { limit: engine.workers.size + 1, signal });
  }

  async #checkFooter(pack: IndexedPack): Promise<void> {
    const { index, storage } = this.#parts;
    const { object, sizeBytes, firstFrame } = pack;
    const header = await getOrDamaged(storage, object, { offset: 0, length: SealedHeader.sizeBytes });
    if ((await this.#keysOf(header, object)) === undefined) {
      this.#loseAll(pack);
      return;
    }
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
    const header = await read(0, SealedHeader.sizeBytes);
    let end = header.length;
    let damaged = 0;
    const opens = await this.#keysOf(header, object);
    if (opens === undefined) this.#loseAll(pack);
    for (const run of this.#runsOf(pack)) {
      const first = run[0] as FrameLocation;
      const length = run.reduce((sum, { sealedBytes }) => sum + sealedBytes, 0);
      const bytes = await read(first.offset, length);
      end = first.offset + length;
      if (opens !== undefined) damaged += await this.#checkRun(run, bytes, { header, frameKey: opens });
    }
    await read(end, sizeBytes - end);
    this.#judge(pack, { digest, damaged });
  }

  #judge(pack: IndexedPack, found: { readonly digest: Hash; readonly damaged: number }): void {
    const named = digestFromName(pack.object);
    if (found.damaged > 0) {
      throw new VaultDamagedError(
        pack.object,
        `${found.damaged} of its ${pack.frameCount} frames are not what was sealed`,
      );
    }
    if (named === undefined || Buffer.compare(found.digest.digest(), named) !== 0) {
      throw new VaultDamagedError(pack.object, "its bytes are not those that it is named for");
    }
  }

  async #keysOf(header: Uint8Array, object: string): Promise<Uint8Array | undefined> {
    let frameKey: Uint8Array | undefined;
    await this.#parts.ledger.catching(async () => {
      const opened = openHeader(this.#parts.keys, header, { kind: "pack", object });
      frameKey = this.#keyring.open(opened, object).frameKey;
    });
    return frameKey;
  }

  async #checkRun(
    run: readonly FrameLocation[],
    bytes: Uint8Array,
    keys: { readonly header: Uint8Array; readonly frameKey: Uint8Array },
  ): Promise<number> {
    const start = (run[0] as FrameLocation).offset;
    const frames = run.map(({ offset, sealedBytes }) => ({ at: offset - start, length: sealedBytes }));
    const own = ownBuffer(bytes);
    const task = { kind: "open", key: keys.frameKey, header: keys.header, bytes: own, frames } as const;
    const verdicts = await this.#parts.engine.workers.run(task, [own.buffer]);
    const bad = run.filter((_, i) => verdicts[i] === null);
    for (const { frame } of bad) this.damagedFrames.add(frame);
    return bad.length;
  }

  #loseAll({ firstFrame, frameCount }: IndexedPack): void {
    for (let frame = firstFrame; frame < firstFrame + frameCount; frame++) this.damagedFrames.add(frame);
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

  #isChosen(percent: number): boolean {
    if (percent >= 100) return true;
    const draw = this.#parts.entropy.bytes(4);
    return new DataView(draw.buffer, draw.byteOffset).getUint32(0) < (percent / 100) * 4294967296;
  }
}

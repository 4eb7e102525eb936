import { type Entropy, throwIfInterrupted } from "../../base/index.ts";
import { type Storage, StorageDeniedError } from "../../storage/index.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import { isFullKeyWriter, type VaultKeys } from "../crypto/vault-keys.ts";
import { damageIn, VaultDamagedError } from "../errors.ts";
import { digestFromName } from "../format/object-names.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import { isGone } from "../packs/get-or-damaged.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { readPackContents } from "../packs/read-pack-contents.ts";
import { RUN_FRAMES } from "../pipeline/engine.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import { writeSegment } from "../sessions/write-segment.ts";

/** Packs that one segment names. */
const PACKS_A_SEGMENT = 128;

export interface ReadBackParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly entropy: Entropy;
  readonly loaded: LoadedIndex;
  readonly frames: FrameReader;
  readonly signal?: AbortSignal | undefined;
}

export interface ReadBackReport {
  /** Packs that a segment of a full-key holder names from now on. */
  readonly packs: number;
  /** Packs that are not what their hosts say. */
  readonly damaged: readonly VaultDamagedError[];
}

/**
 * Reads what write-only hosts stored and no full-key holder has read yet: every frame is opened and every id computed again.
 * What is sound is named by segments of ours, and so becomes everybody's. The index has been held against what is there. docs/vault-format.md 11.3.
 */
export async function readBackClaims(parts: ReadBackParts): Promise<ReadBackReport> {
  const { loaded, signal } = parts;
  const damaged: VaultDamagedError[] = [];
  let [sound, packs]: [PackContents[], number] = [[], 0];
  const name = async (): Promise<void> => {
    if (sound.length === 0) return;
    try {
      loaded.noteWritten(await writeSegment(sound, parts), sound);
      packs += sound.length;
    } catch (error) {
      if (!(error instanceof StorageDeniedError)) throw error; // who may only read has read for nobody else
    }
    sound = [];
  };
  const keyring = new SessionKeyring(parts.keys);
  for (const { object, sizeBytes } of loaded.claims.packs) {
    throwIfInterrupted(signal);
    if (loaded.index.hasPack(digestFromName(object) as Uint8Array)) continue;
    try {
      const contents = await readPackContents(object, sizeBytes, { ...parts, keyring });
      if (isFullKeyWriter(contents.writer)) continue; // no host's, whatever a host says
      await readAll(object, contents, parts);
      sound.push(contents);
    } catch (error) {
      const damage = damageIn(error);
      if (!isGone(damage)) damaged.push(damage); // one that is gone is told of by whoever needs it
    }
    if (sound.length === PACKS_A_SEGMENT) await name();
  }
  await name();
  return { packs, damaged };
}

/** @throws {VaultDamagedError} when a frame does not open, or to other chunks than the footer says */
async function readAll(object: string, { frames }: PackContents, parts: ReadBackParts): Promise<void> {
  for (let first = 0; first < frames.length; first += RUN_FRAMES) {
    throwIfInterrupted(parts.signal);
    const some = frames.slice(first, first + RUN_FRAMES);
    const run = some.map(({ offset, sealedBytes }) => ({ frame: -1, pack: -1, object, offset, sealedBytes }));
    await parts.frames.openRun(
      run,
      (opened) => {
        const isAsSaid = opened.every(
          ({ ids }, i) => Buffer.compare(ids, some[i]?.ids ?? new Uint8Array(0)) === 0,
        );
        if (!isAsSaid)
          throw new VaultDamagedError(object, "its frames hold other chunks than its footer says");
      },
      parts.signal,
    );
  }
}

import { MIB } from "../../base/index.ts";
import type { ChunkHasher } from "../chunking/chunk-hasher.ts";
import { FRAME_BYTES, HASH_BYTES } from "../format/layout.ts";
import { discard } from "../packs/discard.ts";
import { openFrame } from "../packs/frame-codec.ts";
import { hasStatedIds } from "../packs/stated-ids.ts";
import { GatheredWriter } from "./in-thread/gathered-writer.ts";
import { readFilePiece } from "./in-thread/read-file-piece.ts";
import type { ChunkPlaces, CopyTask } from "./worker-tasks.ts";

/** Runs of frames are seldom longer. */
const read = Buffer.allocUnsafeSlow(2 * MIB + FRAME_BYTES);

/**
 * Reads frames from their pack, opens and checks them, and writes the chunks that are wanted where they belong, all in this thread.
 * False at the first thing that is not as it should be.
 */
export function copyFrames(task: CopyTask, hasher: ChunkHasher): boolean {
  const { from, frames } = task;
  const sealed = from.length <= read.length ? read.subarray(0, from.length) : Buffer.allocUnsafe(from.length);
  if (!readFilePiece(sealed, from)) return false;
  const writer = new GatheredWriter(task.target);
  const areWritten = frames.every(({ at, length, wanted }) => {
    const frame = openFrame(sealed.subarray(at, at + length), task);
    if (frame === undefined) return false;
    const { clear, plain } = frame;
    const isWritten = hasStatedIds(frame, hasher) && writeChunks({ ...clear, plain }, wanted, writer);
    discard(plain);
    return isWritten;
  });
  return writer.end() && areWritten;
}

interface OpenFrame {
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
  readonly plain: Uint8Array;
}

/** Chunks that are neighbours in the frame and in the file are written at once. */
function writeChunks(frame: OpenFrame, wanted: ChunkPlaces, writer: GatheredWriter): boolean {
  let from = 0;
  let end = 0;
  let offset = 0;
  for (const [i, place] of wanted.offsets.entries()) {
    const at = placeIn(frame, wanted, i);
    if (at === undefined) return false;
    if (at === end && place === offset + (end - from)) {
      end += wanted.lengths[i] as number;
      continue;
    }
    if (!writer.write(frame.plain.subarray(from, end), offset)) return false;
    from = at;
    end = at + (wanted.lengths[i] as number);
    offset = place;
  }
  return writer.write(frame.plain.subarray(from, end), offset);
}

/** Where a wanted chunk begins in its frame: all 256 bits of the id are compared, and its length. */
function placeIn(frame: OpenFrame, wanted: ChunkPlaces, which: number): number | undefined {
  const id = wanted.ids.subarray(HASH_BYTES * which, HASH_BYTES * (which + 1));
  let at = 0;
  for (const [i, length] of frame.lengths.entries()) {
    if (Buffer.compare(frame.ids.subarray(HASH_BYTES * i, HASH_BYTES * (i + 1)), id) === 0)
      return length === wanted.lengths[which] ? at : undefined;
    at += length;
  }
  return undefined;
}

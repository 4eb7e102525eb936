import { VaultDamagedError } from "../errors.ts";
import { HASH_BYTES, SegmentChunk, SegmentFrame, SegmentHead, SegmentPack } from "../format/layout.ts";
import type { PackContents } from "../packs/pack-contents.ts";

/** A segment's content, as it is read: packs, and the sorted chunks as they stand. */
export interface Segment {
  readonly packs: readonly {
    readonly digest: Uint8Array;
    readonly sizeBytes: number;
    readonly frames: readonly { readonly offset: number; readonly sealedBytes: number }[];
  }[];
  readonly chunkCount: number;
  /** Calls back for each chunk: its id is at `at` in `bytes`, its frame is a position in all frames above. */
  forEachChunk(visit: (bytes: Uint8Array, at: number, frame: number) => void): void;
}

/** docs/vault-format.md 7. The caller owns the bytes. */
export function encodeSegment(packs: readonly PackContents[]): Uint8Array {
  const frames = packs.flatMap((pack) => pack.frames);
  const chunkCount = frames.reduce((sum, frame) => sum + frame.ids.length / HASH_BYTES, 0);
  const head = SegmentHead.encode({ packCount: packs.length, frameCount: frames.length, chunkCount });
  const packTable = packs.map(({ digest, sizeBytes, frames }) =>
    SegmentPack.encode({ name: digest, sizeBytes, frameCount: frames.length }),
  );
  const frameTable = frames.map(({ offset, sealedBytes }) => SegmentFrame.encode({ offset, sealedBytes }));
  return Buffer.concat([head, ...packTable, ...frameTable, ...sortedChunks(frames)]);
}

function sortedChunks(frames: readonly { readonly ids: Uint8Array }[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  frames.forEach(({ ids }, frame) => {
    for (let at = 0; at < ids.length; at += HASH_BYTES) {
      chunks.push(SegmentChunk.encode({ id: ids.subarray(at, at + HASH_BYTES), frame }));
    }
  });
  return chunks.sort((a, b) => Buffer.compare(a, b));
}

/** @throws {VaultDamagedError} */
export function decodeSegment(bytes: Uint8Array, object: string): Segment {
  const fail = (what: string): VaultDamagedError => new VaultDamagedError(object, what);
  if (bytes.length < SegmentHead.sizeBytes) throw fail("it is cut off");
  const head = SegmentHead.decode(bytes);
  const framesAt = SegmentHead.sizeBytes + SegmentPack.sizeBytes * head.packCount;
  const chunksAt = framesAt + SegmentFrame.sizeBytes * head.frameCount;
  if (bytes.length !== chunksAt + SegmentChunk.sizeBytes * head.chunkCount) {
    throw fail("its tables do not fit its length");
  }
  let frame = 0;
  const packs = Array.from({ length: head.packCount }, (_, i) => {
    const pack = SegmentPack.decode(bytes, SegmentHead.sizeBytes + SegmentPack.sizeBytes * i);
    const count = Math.min(pack.frameCount, head.frameCount - frame);
    const frames = Array.from({ length: count }, (_, k) =>
      SegmentFrame.decode(bytes, framesAt + SegmentFrame.sizeBytes * (frame + k)),
    );
    frame += pack.frameCount;
    return { digest: pack.name, sizeBytes: pack.sizeBytes, frames };
  });
  if (frame !== head.frameCount) throw fail("its packs have other frames than it lists");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frameAt = SegmentChunk.offsetOf("frame");
  const frameOf = (at: number): number => {
    const value = view.getUint32(at + frameAt, true);
    if (value >= head.frameCount) throw fail("a chunk is in a frame that it does not list");
    return value;
  };
  return {
    packs,
    chunkCount: head.chunkCount,
    forEachChunk(visit) {
      for (let at = chunksAt; at < bytes.length; at += SegmentChunk.sizeBytes) visit(bytes, at, frameOf(at));
    },
  };
}

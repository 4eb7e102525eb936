import { COMPRESSION, FRAME_BYTES, FrameChunk, FrameHead, TAG_BYTES } from "../format/layout.ts";
import { FRAME_MAGIC } from "../format/magic.ts";

/** What a frame says of itself without a key. */
export interface FrameClear {
  readonly number: number;
  readonly plainBytes: number;
  readonly packedBytes: number;
  readonly compression: number;
  /** 32 bytes for each chunk; a copy. */
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
  /** Length of head and entries. */
  readonly clearBytes: number;
  /** Length of the whole frame. */
  readonly sealedBytes: number;
}

/** Reads head and entries; undefined when they are cut off or do not fit together. */
export function parseFrameClear(bytes: Uint8Array, at: number): FrameClear | undefined {
  if (at + FrameHead.sizeBytes > bytes.length) return undefined;
  const head = FrameHead.decode(bytes, at);
  const clearBytes = FrameHead.sizeBytes + FrameChunk.sizeBytes * head.chunkCount;
  if (!isPlausible(head) || at + clearBytes > bytes.length) return undefined;
  const ids = new Uint8Array(32 * head.chunkCount);
  const lengths = new Uint32Array(head.chunkCount);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengthAt = FrameChunk.offsetOf("plainBytes");
  let sum = 0;
  for (let i = 0; i < head.chunkCount; i++) {
    const entry = at + FrameHead.sizeBytes + FrameChunk.sizeBytes * i;
    ids.set(bytes.subarray(entry, entry + lengthAt), 32 * i);
    lengths[i] = view.getUint32(entry + lengthAt, true);
    sum += lengths[i] as number;
  }
  if (sum !== head.plainBytes) return undefined;
  const number = Number(head.number);
  return {
    ...head,
    number,
    ids,
    lengths,
    clearBytes,
    sealedBytes: clearBytes + head.packedBytes + TAG_BYTES,
  };
}

function isPlausible(head: ReturnType<typeof FrameHead.decode>): boolean {
  return (
    Buffer.compare(head.magic, FRAME_MAGIC) === 0 &&
    head.number <= Number.MAX_SAFE_INTEGER &&
    head.chunkCount >= 1 &&
    head.chunkCount <= FRAME_BYTES &&
    head.plainBytes <= FRAME_BYTES &&
    head.packedBytes <= head.plainBytes &&
    (head.compression === COMPRESSION.zstd || head.compression === COMPRESSION.none)
  );
}

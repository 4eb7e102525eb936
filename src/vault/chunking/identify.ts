import { HASH_BYTES } from "../format/layout.ts";
import type { ChunkHasher } from "./chunk-hasher.ts";

const ZEROS = Buffer.alloc(2 * 1024 * 1024);

/** Whether all bytes are zero: a comparison in large strides, far faster than any hash. */
export function isZero(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < view.length; at += ZEROS.length) {
    const length = Math.min(ZEROS.length, view.length - at);
    if (view.compare(ZEROS, 0, length, at, at + length) !== 0) return false;
  }
  return true;
}

/** Chunks that lie one behind the other, and where their ids go: 32 bytes each, zeros for a chunk of zeros. */
export interface Unidentified {
  readonly bytes: Uint8Array;
  readonly lengths: Uint32Array;
  readonly ids: Uint8Array;
}

/** Writes the ids; gives how many chunks there are. */
export function identifyChunks({ bytes, lengths, ids }: Unidentified, hasher: ChunkHasher): number {
  ids.fill(0, 0, HASH_BYTES * lengths.length);
  if (isZero(bytes)) return lengths.length;
  let at = 0;
  for (let i = 0; i < lengths.length; i++) {
    const chunk = bytes.subarray(at, at + (lengths[i] as number));
    if (!isZero(chunk)) hasher.hash(chunk, ids, HASH_BYTES * i);
    at += chunk.length;
  }
  return lengths.length;
}

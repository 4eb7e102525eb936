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

/** The ids of neighbouring chunks, 32 bytes each; zeros for a chunk of zeros. The caller owns them. */
export function identifyChunks(bytes: Uint8Array, lengths: Uint32Array, hasher: ChunkHasher): Uint8Array {
  const ids = new Uint8Array(HASH_BYTES * lengths.length);
  if (isZero(bytes)) return ids;
  let at = 0;
  for (let i = 0; i < lengths.length; i++) {
    const chunk = bytes.subarray(at, at + (lengths[i] as number));
    if (!isZero(chunk)) hasher.hash(chunk, ids, HASH_BYTES * i);
    at += chunk.length;
  }
  return ids;
}

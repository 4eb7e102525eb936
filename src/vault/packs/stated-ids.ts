import type { ChunkHasher } from "../chunking/chunk-hasher.ts";
import { HASH_BYTES } from "../format/layout.ts";
import type { FrameClear } from "./frame-clear.ts";

/** Computes the id of each chunk of an opened frame again; whether all are as the frame states. */
export function hasStatedIds(
  opened: { readonly clear: FrameClear; readonly plain: Uint8Array },
  hasher: ChunkHasher,
): boolean {
  const { ids, lengths } = opened.clear;
  const id = Buffer.alloc(HASH_BYTES);
  let at = 0;
  for (let i = 0; i < lengths.length; i++) {
    const end = at + (lengths[i] as number);
    hasher.hash(opened.plain.subarray(at, end), id, 0);
    if (id.compare(ids, HASH_BYTES * i, HASH_BYTES * (i + 1)) !== 0) return false;
    at = end;
  }
  return true;
}

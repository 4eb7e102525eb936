import { HASH_BYTES } from "../format/layout.ts";

const ZERO_ID = Buffer.alloc(HASH_BYTES);

/**
 * Whether the 32 bytes mark a chunk that is all zeros. Such chunks have no id in memory and are nowhere at rest; that a
 * real id is all zeros is as likely as guessing the identity key.
 */
export function isZeroId(ids: Uint8Array, at = 0): boolean {
  for (let i = 0; i < HASH_BYTES; i += 8) if (ids[at + i] !== 0) return false;
  return ZERO_ID.equals(ids.subarray(at, at + HASH_BYTES));
}

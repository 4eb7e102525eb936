import { hash } from "node:crypto";

/** The first bytes of the SHA-256 of a sentence: what marks an object or a part of one as ours. */
export function magic(sentence: string, length: number): Uint8Array {
  return new Uint8Array(hash("sha256", sentence, "buffer").subarray(0, length));
}

export const PACK_MAGIC = magic("stillpoint vault: pack", 8);
export const SEGMENT_MAGIC = magic("stillpoint vault: segment", 8);
export const POINT_MAGIC = magic("stillpoint vault: restore point", 8);
export const REMOVAL_MAGIC = magic("stillpoint vault: removal", 8);
export const RECEIPT_MAGIC = magic("stillpoint vault: receipt", 8);
export const HOST_MAGIC = magic("stillpoint vault: host", 8);
export const PACK_END_MAGIC = magic("stillpoint vault: pack end", 8);
export const FRAME_MAGIC = magic("stillpoint vault: frame", 4);
export const NODE_MAGIC = magic("stillpoint vault: recipe node", 4);
export const PARITY_MAGIC = magic("stillpoint vault: parity", 8);

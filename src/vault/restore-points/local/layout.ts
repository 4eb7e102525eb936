import { bytes, reserved, struct, u16, u32 } from "../../../base/index.ts";

/** A program that knows another version makes the file anew: also when what a list shows has other fields. */
export const DIGESTS_VERSION = 1;
export const DIGESTS_MAGIC: Uint8Array = new TextEncoder().encode("SPPOINTS");

/** In front of all pages. */
export const DigestsHead = struct("DigestsHead", 48, {
  magic: bytes(8),
  version: u16,
  reserved: reserved(6),
  /** Of this file's key. */
  seed: bytes(32),
});

/** In front of each page: so many sealed bytes, then the tag. Open, they are one zstd frame. */
export const DigestPageHead = struct("DigestPageHead", 8, {
  plainBytes: u32,
  sealedBytes: u32,
});

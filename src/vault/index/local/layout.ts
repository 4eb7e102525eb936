import { bytes, reserved, struct, u8, u16, u32 } from "../../../base/index.ts";

/** Everything in a run is pages of this length: what is read, and checked, at once. */
export const PAGE_BYTES = 4096;
/** A program that knows another version makes its runs anew. */
export const RUN_VERSION = 1;
export const RUN_MAGIC: Uint8Array = new TextEncoder().encode("SPINDEX1");

/** Runs count chunks and frames in 32 bits. */
export const MOST_IN_RUN: number = 2 ** 32 - 1;

/** In front of each page. */
export const PageHead = struct("PageHead", 16, {
  /** CRC-32 of the page behind this field. */
  checksum: u32,
  /** How many records the page holds. */
  count: u32,
  /** Where the page belongs: a page that was written to another's place is noticed. */
  page: u32,
  /** Which run it belongs to. */
  run: u32,
});
export const PAGE_BODY: number = PAGE_BYTES - PageHead.sizeBytes;

/** The only record of the first page, which is written last. */
export const RunHead = struct("RunHead", 96, {
  magic: bytes(8),
  version: u16,
  filterProbes: u16,
  run: u32,
  vault: bytes(16),
  chunkCount: u32,
  chunkHomes: u32,
  chunkPages: u32,
  nameHomes: u32,
  namePages: u32,
  frameCount: u32,
  packCount: u32,
  segmentCount: u32,
  filterBlocks: u32,
  reserved: reserved(28),
});

/** A chunk and its frame, or a pack's name and its number: 104 bits of it. Sorted by partition, a, b, c. */
export const KeyRecord = struct("KeyRecord", 17, { partition: u8, a: u32, b: u32, c: u32, value: u32 });

/** A frame, with the number of its pack in the run. */
export const FrameRecord = struct("FrameRecord", 16, {
  pack: u32,
  offset: u32,
  sealedBytes: u32,
  chunkCount: u32,
});

/** A pack, with the number of its first frame in the run. */
export const PackRecord = struct("PackRecord", 44, {
  digest: bytes(32),
  sizeBytes: u32,
  firstFrame: u32,
  frameCount: u32,
});

/** A segment that the run holds whole: its packs have neighbouring numbers. */
export const SegmentRecord = struct("SegmentRecord", 40, {
  digest: bytes(32),
  firstPack: u32,
  packCount: u32,
});

/** One block of the filter. */
export const FILTER_BLOCK_BYTES = 64;

import { bytes, reserved, struct, u8, u16, u32, u64, u64Pattern } from "../../base/index.ts";

/** The only version of the format so far. */
export const FORMAT_VERSION = 1;
/** Length of an id, of a key, of a SHA-256. */
export const HASH_BYTES = 32;
/** Length of the tag of AES-256-GCM. */
export const TAG_BYTES = 16;
/** What a frame holds of plain bytes at most, and so the longest chunk. */
export const FRAME_BYTES = 512 * 1024;
/** At this length a pack is closed. */
export const PACK_BYTES = 16 * 1024 * 1024;

/** docs/vault-format.md 5: the values of `SealedHeader.content`. */
export const CONTENT = {
  dataPack: 1,
  metaPack: 2,
  segment: 3,
  restorePoint: 4,
  doomedList: 5,
  awaitedSessions: 6,
  trashEntry: 7,
  damagedPacks: 8,
  receipt: 9,
  renewal: 10,
  keptPoint: 11,
  host: 16,
  hostEnd: 17,
} as const;
export type Content = (typeof CONTENT)[keyof typeof CONTENT];
/** Where the key of a sealed object comes from. */
export const KEY_FORM = { envelope: 1, indexRoot: 2 } as const;
export const COMPRESSION = { none: 0, zstd: 1 } as const;

/** docs/vault-format.md 3.1. What a share of a recovery key says. */
export const RecoveryShareBytes = struct("RecoveryShareBytes", 30, {
  form: u8,
  vault: bytes(4),
  set: bytes(2),
  number: u8,
  needed: u8,
  shares: u8,
  part: bytes(20),
});

/** docs/vault-format.md 5. In front of packs, segments and restore points. */
export const SealedHeader = struct("SealedHeader", 176, {
  magic: bytes(8),
  version: u16,
  content: u8,
  keyForm: u8,
  reserved: reserved(4),
  vault: bytes(16),
  session: bytes(16),
  writer: bytes(16),
  seed: bytes(32),
  wrappedKey: bytes(32),
  wrapTag: bytes(16),
  proof: bytes(32),
});

/** docs/vault-format.md 5. Behind the header of segments and restore points. */
export const SealedBody = struct("SealedBody", 16, {
  plainBytes: u32,
  packedBytes: u32,
  compression: u8,
  reserved: reserved(7),
});

/** docs/vault-format.md 6. In front of each frame, and again in the footer. */
export const FrameHead = struct("FrameHead", 32, {
  magic: bytes(4),
  chunkCount: u32,
  number: u64Pattern,
  plainBytes: u32,
  packedBytes: u32,
  compression: u8,
  reserved: reserved(7),
});

/** docs/vault-format.md 6. One for each chunk, behind the frame's head. */
export const FrameChunk = struct("FrameChunk", 36, {
  id: bytes(32),
  plainBytes: u32,
});

/** docs/vault-format.md 6. Where a frame begins: in the footer, before the copy of its head. */
export const FooterOffset = struct("FooterOffset", 4, { offset: u32 });

/** docs/vault-format.md 6. The end of a pack. */
export const PackTrailer = struct("PackTrailer", 56, {
  mac: bytes(32),
  frameCount: u32,
  footerBytes: u32,
  checksum: u32,
  reserved: reserved(4),
  magic: bytes(8),
});

/** docs/vault-format.md 6.1. In front of a pack's parity. */
export const ParityHead = struct("ParityHead", 56, {
  magic: bytes(8),
  version: u16,
  dataSegments: u8,
  paritySegments: u8,
  reserved: reserved(4),
  pack: bytes(32),
  packBytes: u32,
  segmentBytes: u32,
});

/** docs/vault-format.md 7. */
export const SegmentHead = struct("SegmentHead", 16, {
  packCount: u32,
  frameCount: u32,
  chunkCount: u32,
  reserved: reserved(4),
});

/** docs/vault-format.md 7. */
export const SegmentPack = struct("SegmentPack", 40, {
  name: bytes(32),
  sizeBytes: u32,
  frameCount: u32,
});

/** docs/vault-format.md 7. */
export const SegmentFrame = struct("SegmentFrame", 8, { offset: u32, sealedBytes: u32 });

/** docs/vault-format.md 7. */
export const SegmentChunk = struct("SegmentChunk", 36, { id: bytes(32), frame: u32 });

/** docs/vault-format.md 8. */
export const NodeHead = struct("NodeHead", 24, {
  magic: bytes(4),
  level: u8,
  reserved: reserved(3),
  runCount: u32,
  idCount: u32,
  coveredBytes: u64,
});

/** docs/vault-format.md 8. A count of 0 is one stretch of zeros. */
export const NodeRun = struct("NodeRun", 16, { count: u32, reserved: reserved(4), unitBytes: u64 });

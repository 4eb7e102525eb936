import {
  FooterOffset,
  FrameChunk,
  FrameHead,
  PackTrailer,
  SealedHeader,
} from "../../src/vault/format/layout.ts";
import type { Key } from "../../src/vault/index/local/keys.ts";

const GIB = 2 ** 30;
const FRAME_BYTES = 512 * 1024;
/** Chunks that compress to the half: a pack of 16 MiB holds so many frames of 512 KiB. */
const FRAMES_A_PACK = 64;
const SEALED_FRAME_BYTES = 256 * 1024;
const CHUNKS_A_SEGMENT = 65_536;

/** The index of a vault that was never filled: every number, id and name is computed. */
export class SyntheticIndex {
  readonly chunkBytes: number;
  readonly chunks: number;
  readonly frames: number;
  readonly packs: number;
  readonly segments: number;
  readonly packBytes: number;
  readonly chunksAFrame: number;
  readonly packsASegment: number;

  /** Whether its segments are written for real; of larger ones only the run is. */
  readonly isReal: boolean;

  /** Of so many unique bytes; 128 KiB chunks from 20 TiB on, as vaults of that size should have. */
  constructor(gibibytes: number) {
    this.chunkBytes = gibibytes >= 20 * 1024 ? 131_072 : 65_536;
    this.isReal = gibibytes <= 100;
    this.chunksAFrame = FRAME_BYTES / this.chunkBytes;
    const clearBytes = FrameHead.sizeBytes + FrameChunk.sizeBytes * this.chunksAFrame;
    const endBytes = FRAMES_A_PACK * (FooterOffset.sizeBytes + clearBytes) + PackTrailer.sizeBytes;
    this.packBytes = SealedHeader.sizeBytes + FRAMES_A_PACK * SEALED_FRAME_BYTES + endBytes;
    this.packsASegment = CHUNKS_A_SEGMENT / (FRAMES_A_PACK * this.chunksAFrame);
    this.segments = (gibibytes * GIB) / this.chunkBytes / CHUNKS_A_SEGMENT;
    this.packs = this.segments * this.packsASegment;
    this.frames = this.packs * FRAMES_A_PACK;
    this.chunks = this.segments * CHUNKS_A_SEGMENT;
  }

  /** The key of a chunk, ascending with its number. */
  key(chunk: number, key: Key): void {
    const place = ((chunk + 0.5) / this.chunks) * 256;
    key.partition = Math.floor(place);
    key.a = Math.floor((place - key.partition) * 4294967296);
    key.b = mixed(chunk);
    key.c = mixed(chunk + 0x9e3779b9);
  }

  /** Neighbours in the order of ids are far apart on the disk. */
  frameOf(chunk: number): number {
    return chunk % this.frames;
  }

  frame(frame: number): { pack: number; offset: number; sealedBytes: number; chunkCount: number } {
    return {
      pack: Math.floor(frame / FRAMES_A_PACK),
      offset: SealedHeader.sizeBytes + (frame % FRAMES_A_PACK) * SEALED_FRAME_BYTES,
      sealedBytes: SEALED_FRAME_BYTES,
      chunkCount: this.chunksAFrame,
    };
  }

  /** Ascending with the pack's number. */
  packDigest(pack: number): Uint8Array {
    return digest((pack + 0.5) / this.packs, pack);
  }

  /** The number of the pack of that digest, if there is one. */
  packNear(digest: Uint8Array): number {
    const view = new DataView(digest.buffer, digest.byteOffset);
    const place = (view.getUint8(0) + view.getUint32(1, true) / 4294967296) / 256;
    return Math.min(this.packs - 1, Math.floor(place * this.packs));
  }

  packFrames(pack: number): { firstFrame: number; frameCount: number } {
    return { firstFrame: pack * FRAMES_A_PACK, frameCount: FRAMES_A_PACK };
  }

  segmentDigest(segment: number): Uint8Array {
    return digest((segment + 0.5) / this.segments, segment + 7);
  }

  /** About what such a segment takes. */
  get segmentBytes(): number {
    return 37 * CHUNKS_A_SEGMENT;
  }
}

/** 32 bytes that begin with a place between 0 and 1, as evenly spread names do. */
function digest(place: number, number: number): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  const first = place * 256;
  bytes[0] = Math.floor(first);
  view.setUint32(1, Math.floor((first - Math.floor(first)) * 4294967296), true);
  for (let i = 1; i < 7; i++) view.setUint32(1 + 4 * i, mixed(number + i), false);
  return bytes;
}

/** A permutation of 32 bits without a pattern. */
function mixed(number: number): number {
  let x = number >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

import { SECTORS_PER_BITMAP_BLOCK } from "./layout.ts";

/** How a virtual disk divides into blocks and chunks, and where each one's entry lies in the block table. [MS-VHDX] 2.2.5 */
export interface BlockGeometry {
  readonly virtualSizeBytes: number;
  readonly blockSizeBytes: number;
  readonly logicalSectorBytes: number;
  /** Payload blocks of one chunk: as many as one sector bitmap block describes. */
  readonly chunkRatio: number;
  readonly payloadBlocks: number;
  /** Chunks, and so sector bitmap entries of a differencing disk. */
  readonly chunks: number;
  /** Entries of the block table; what the region has behind them means nothing. */
  readonly entryCount: number;
}

export interface DiskShape {
  readonly virtualSizeBytes: number;
  readonly blockSizeBytes: number;
  readonly logicalSectorBytes: number;
  readonly hasParent: boolean;
}

/** The disk's division; sizes have been checked before. */
export function blockGeometry(shape: DiskShape): BlockGeometry {
  const { virtualSizeBytes, blockSizeBytes, logicalSectorBytes, hasParent } = shape;
  const chunkRatio = (SECTORS_PER_BITMAP_BLOCK * logicalSectorBytes) / blockSizeBytes;
  const payloadBlocks = Math.ceil(virtualSizeBytes / blockSizeBytes);
  const chunks = Math.ceil(payloadBlocks / chunkRatio);
  const interleaved = payloadBlocks === 0 ? 0 : payloadBlocks + Math.floor((payloadBlocks - 1) / chunkRatio);
  const entryCount = hasParent ? chunks * (chunkRatio + 1) : interleaved;
  return {
    virtualSizeBytes,
    blockSizeBytes,
    logicalSectorBytes,
    chunkRatio,
    payloadBlocks,
    chunks,
    entryCount,
  };
}

/** Index in the block table of a payload block's entry: each chunk's bitmap entry stands behind its payload entries. */
export function payloadEntryIndex(geometry: BlockGeometry, block: number): number {
  return block + Math.floor(block / geometry.chunkRatio);
}

/** Index in the block table of a chunk's sector bitmap entry. */
export function bitmapEntryIndex(geometry: BlockGeometry, chunk: number): number {
  return (chunk + 1) * geometry.chunkRatio + chunk;
}

/** The first bit of a block in its chunk's sector bitmap; bits count sectors of the chunk, lowest bit first. */
export function firstSectorBit(geometry: BlockGeometry, block: number): number {
  return (block % geometry.chunkRatio) * (geometry.blockSizeBytes / geometry.logicalSectorBytes);
}

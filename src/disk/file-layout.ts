/** A stretch of a virtual disk's file that holds the disk's own bytes. */
export interface PayloadExtent {
  /** Where a guest sees it. A multiple of 512. */
  readonly virtualOffset: number;
  /** Where it lies in the file. */
  readonly fileOffset: number;
  readonly length: number;
}

/** A stretch of a file, in the file's own addresses. */
export interface FileSegment {
  readonly offset: number;
  readonly length: number;
  /** `payload`: bytes that a guest addresses; `plain`: headers, tables, gaps, everything else. */
  readonly kind: "payload" | "plain";
  /**
   * A file offset at which a guest address that is a multiple of 1 MiB lies (or would lie, before or behind the
   * segment; never negative). Chunks are cut at whole multiples of the chunk size from here, so that equal guest data gives
   * equal chunks wherever its file holds it. 0 for plain segments, and for VHDX, whose blocks lie on whole MiB.
   */
  readonly cutOrigin: number;
}

/**
 * How a file divides into payload and everything else. Memory stays bounded: tables are walked, never held, and what must
 * be turned into file order costs at most one bit a MiB of file (VHDX) or four bytes a block (VHD).
 */
export interface FileLayout {
  /** The file's length. */
  readonly sizeBytes: number;
  /** Ascending by virtual offset; only what the file holds. */
  payload(): AsyncIterable<PayloadExtent>;
  /** Ascending by offset: covers each byte of [0, sizeBytes) exactly once. */
  segments(): AsyncIterable<FileSegment>;
}

/** The layout of a file that is not a virtual disk, or one that could not be understood: all of it is plain. */
export function plainLayout(sizeBytes: number): FileLayout {
  return {
    sizeBytes,
    async *payload() {
      // no byte of it has a guest's address
    },
    async *segments() {
      if (sizeBytes > 0) yield { offset: 0, length: sizeBytes, kind: "plain", cutOrigin: 0 };
    },
  };
}

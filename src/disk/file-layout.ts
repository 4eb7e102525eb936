/** A stretch of a virtual disk's file that holds the disk's own bytes. */
export interface PayloadExtent {
  /** Where a guest sees it. A multiple of 512. */
  readonly virtualOffset: number;
  /** Where it lies in the file. */
  readonly fileOffset: number;
  readonly length: number;
}

/** A stretch of a file, in the file's own addresses. */
export interface FileExtent {
  readonly offset: number;
  readonly length: number;
}

/**
 * How a file divides into payload, which is stored by its virtual address so that clones and moved blocks
 * deduplicate, and everything else, which is stored as it lies. The two together cover each byte of the file once.
 */
export interface FileLayout {
  /** The file's length. */
  readonly sizeBytes: number;
  /** Ascending by virtual offset. Bounded memory: the table is walked, never held. */
  payload(): AsyncIterable<PayloadExtent>;
  /** Ascending by offset: the complement of the payload. */
  plain(): AsyncIterable<FileExtent>;
}

/** The layout of a file that is not a virtual disk, or one that could not be understood: all of it is plain. */
export function plainLayout(sizeBytes: number): FileLayout {
  return {
    sizeBytes,
    async *payload() {
      // no byte of it has a guest's address
    },
    async *plain() {
      if (sizeBytes > 0) yield { offset: 0, length: sizeBytes };
    },
  };
}

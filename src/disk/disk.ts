/** A run of a guest disk's bytes of one kind. */
export interface DiskExtent {
  readonly offset: number;
  readonly length: number;
  /** `zero`: known to read as zeros without reading. */
  readonly kind: "data" | "zero";
}

/** What a guest sees: a flat array of sectors, differencing chains already resolved. */
export interface Disk extends AsyncDisposable {
  /** Virtual size in bytes, a multiple of the sector size. */
  readonly sizeBytes: number;
  readonly logicalSectorBytes: number;
  /**
   * Fills `target` from the virtual offset on; offset and length are any bytes inside the disk. Any number of reads may
   * run at the same time; the target stays the caller's. @throws {SourceEndedError} when it leaves the disk.
   */
  read(target: Uint8Array, offset: number): Promise<void>;
  /** Covers [0, sizeBytes) without gap or overlap, in order; neighbours may be of one kind. Reads no payload. */
  extents(): AsyncIterable<DiskExtent>;
}

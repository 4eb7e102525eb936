/** Where content goes: a virtual disk, or anything else that takes bytes at offsets. What is not written reads as zeros. */
export interface ContentDisk {
  /** Whole sectors of 512 bytes. */
  write(bytes: Uint8Array, offset: number): Promise<void>;
}

/** A file of the volume. */
export interface ContentFile {
  /** With slashes, from the volume's root: `Documents/Quarterly report.txt`. */
  readonly path: string;
  readonly modified: Temporal.Instant;
  readonly sizeBytes: number;
  /** Fills the target with the file's bytes from the offset on. */
  read(target: Uint8Array, offset: number): void;
}

/** Where a file's bytes lie on the disk, in one piece. */
export interface PlacedFile {
  readonly path: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

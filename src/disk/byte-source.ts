/** Sectors have 512 or 4,096 bytes: multiples of this are whole ones on every disk. */
export const UNCACHED_BLOCK_BYTES = 4096;

/**
 * The bytes of one file that does not change its length while it is read.
 *
 * Whoever opened it disposes of it; iterating or reading never closes.
 */
export interface ByteSource extends AsyncDisposable {
  /** Length in bytes when it was opened. */
  readonly sizeBytes: number;
  /**
   * Of an open file of this machine: its descriptor, valid until it is disposed of. Another thread may read from it, without a way through
   * this one; whatever goes wrong there is asked of `read` again, which knows the words for it.
   */
  readonly descriptor?: number;
  /**
   * Fills the whole of `target` with the bytes from `offset` on. Any number of reads may run at the same time.
   * The target stays the caller's. @throws {SourceEndedError} when the file ends before the target is full.
   */
  read(target: Uint8Array, offset: number): Promise<void>;
}

/** A file that can be written too; nobody else writes it meanwhile. */
export interface ByteStore extends ByteSource {
  /** Grows by writing behind the end; the gap reads as zeros. */
  readonly sizeBytes: number;
  /** The bytes are on their way when this resolves, and durable after the next `flush`. */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  /** Everything written so far survives a power cut when this resolves. */
  flush(): Promise<void>;
  /** Cuts or extends (with zeros, sparse where the file system can) to a length. */
  truncate(sizeBytes: number): Promise<void>;
  /**
   * Of a file of this machine: another descriptor of it, valid until it is disposed of, that writes past the page cache; undefined where
   * the system does not do that. Place, length and memory of each write are multiples of `UNCACHED_BLOCK_BYTES`; one that is refused goes
   * through `descriptor` instead.
   */
  openUncached?(): Promise<number | undefined>;
}

/** A new buffer with the bytes of an extent; the caller owns it. For small structures: the length is trusted. */
export async function readBytes(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await source.read(bytes, offset);
  return bytes;
}

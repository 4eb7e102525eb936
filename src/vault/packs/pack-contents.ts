/** One frame of a pack, as footers and segments name it. */
export interface FramePlace {
  /** Unique in its session. */
  readonly number: number;
  readonly offset: number;
  readonly sealedBytes: number;
  /** 32 bytes for each of its chunks. */
  readonly ids: Uint8Array;
}

/** What is in a pack: everything that the index wants to know of it. */
export interface PackContents {
  /** SHA-256 of the pack, which names it. */
  readonly digest: Uint8Array;
  readonly sizeBytes: number;
  readonly frames: readonly FramePlace[];
}

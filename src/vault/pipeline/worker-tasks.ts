import type { FilePiece } from "./in-thread/read-file-piece.ts";
import type { DescriptorPlace } from "./in-thread/read-open-file.ts";

/** What a hash task gives whose bytes could not be read. */
export const UNREAD = -1;

/** What a worker is started with. */
export interface WorkerStart {
  readonly identityKey: Uint8Array;
}

/** Zero test and identity of neighbouring chunks. */
export interface HashTask {
  readonly kind: "hash";
  /** Where `bytes` are read from first, if they are not there yet. */
  readonly from?: DescriptorPlace;
  /** Best over memory that both threads see: then nothing is copied. */
  readonly bytes: Uint8Array;
  readonly lengths: Uint32Array;
  /** Memory that both threads see: the ids are written to it, 32 bytes each, zeros for a chunk of zeros. */
  readonly ids: Uint8Array;
}

export interface FrameOrder {
  readonly number: number;
  /** Runs of chunks, in order; together as long as the lengths say. */
  readonly pieces: readonly Uint8Array[];
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
}

/** Compress, seal, self-check. */
export interface SealTask {
  readonly kind: "seal";
  readonly key: Uint8Array;
  readonly header: Uint8Array;
  readonly frames: readonly FrameOrder[];
  /** Memory that both threads see: the frames are written to it one behind the other. */
  readonly target: Uint8Array;
}

/** Frames of one pack, in a piece of it. */
export interface OpenTask {
  readonly kind: "open";
  readonly key: Uint8Array;
  readonly header: Uint8Array;
  readonly bytes: Uint8Array;
  /** Where each frame lies in `bytes`. */
  readonly frames: readonly { readonly at: number; readonly length: number }[];
  /** Memory that both threads see, for the content: `FRAME_BYTES` for each frame. Without it only a verdict is wanted. */
  readonly target?: Uint8Array;
}

/** Chunks of a frame, and where they go. */
export interface ChunkPlaces {
  /** 32 bytes each. */
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
  readonly offsets: Float64Array;
}

/** A file of this machine that is open for writing. */
export interface OpenTarget {
  readonly descriptor: number;
  /** A descriptor of the same file that writes past the page cache. */
  readonly uncached?: number | undefined;
}

/** Frames of a pack that is a file of this machine, whose chunks go to a file that is open. */
export interface CopyTask {
  readonly kind: "copy";
  readonly key: Uint8Array;
  readonly header: Uint8Array;
  /** Where the frames lie, with this length. */
  readonly from: FilePiece & { readonly length: number };
  /** Where each frame lies in it, and what is wanted of it. */
  readonly frames: readonly { readonly at: number; readonly length: number; readonly wanted: ChunkPlaces }[];
  readonly target: OpenTarget;
}

/** A frame whose chunks have the identities that it states. */
export interface OpenedFrame {
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
  /** Its content is at as many times `FRAME_BYTES` of the target as frames were before it. */
  readonly plainBytes: number;
}

/** The sidecar of a pack: docs/vault-format.md 6.1. */
export interface ParityTask {
  readonly kind: "parity";
  /** Memory that both threads see: the pack, and zeros behind it. */
  readonly stripe: Uint8Array;
  readonly packBytes: number;
  readonly digest: Uint8Array;
}

export type WorkerTask = HashTask | SealTask | OpenTask | CopyTask | ParityTask;

/** What each kind of task gives. `null` is a damaged frame. */
export interface TaskResults {
  /** How many chunks were identified; `UNREAD` when not all bytes could be read. */
  readonly hash: number;
  /** The frames' lengths. */
  readonly seal: readonly number[];
  readonly open: readonly (OpenedFrame | null)[];
  /** Whether everything was read, found good and written. Else some of it may be written, and it is not said what went wrong. */
  readonly copy: boolean;
  readonly parity: Uint8Array;
}

export interface TaskMessage {
  readonly ticket: number;
  readonly task: WorkerTask;
}

export type TaskAnswer =
  | { readonly ticket: number; readonly result: TaskResults[keyof TaskResults] }
  | { readonly ticket: number; readonly failure: { readonly code: string; readonly message: string } };

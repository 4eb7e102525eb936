/** What a worker is started with. */
export interface WorkerStart {
  readonly identityKey: Uint8Array;
}

/** Zero test and identity of neighbouring chunks. */
export interface HashTask {
  readonly kind: "hash";
  /** Best over memory that both threads see: then nothing is copied. */
  readonly bytes: Uint8Array;
  readonly lengths: Uint32Array;
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
}

/** Frames of one pack, in a piece of it. */
export interface OpenTask {
  readonly kind: "open";
  /** `content`: hand out the plain bytes. `verdict`: only say which frames are whole. */
  readonly wanted: "content" | "verdict";
  readonly key: Uint8Array;
  readonly header: Uint8Array;
  readonly bytes: Uint8Array;
  /** Where each frame lies in `bytes`. */
  readonly frames: readonly { readonly at: number; readonly length: number }[];
}

/** A frame whose chunks have the identities that it states. */
export interface OpenedFrame {
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
  /** Empty when only a verdict was wanted. */
  readonly plain: Uint8Array;
}

export type WorkerTask = HashTask | SealTask | OpenTask;

/** What each kind of task gives. `null` is a damaged frame. */
export interface TaskResults {
  readonly hash: Uint8Array;
  readonly seal: readonly Uint8Array[];
  readonly open: readonly (OpenedFrame | null)[];
}

export interface TaskMessage {
  readonly ticket: number;
  readonly task: WorkerTask;
}

export type TaskAnswer =
  | { readonly ticket: number; readonly result: TaskResults[keyof TaskResults] }
  | { readonly ticket: number; readonly failure: { readonly code: string; readonly message: string } };

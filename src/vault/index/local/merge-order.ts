import type { RunPlace } from "./write-run.ts";

/** What the thread that merges is told when it starts. */
export interface MergeOrder {
  readonly vault: Uint8Array;
  /** The runs that become one. */
  readonly runs: readonly string[];
  /** Digests of the segments that are there. */
  readonly present: ReadonlySet<string>;
  readonly place: RunPlace;
}

/** What it tells. A run that was damaged is deleted by then; `failed` is for what the system refuses. */
export type MergeNews =
  | { readonly kind: "merging"; readonly doneChunks: number }
  | { readonly kind: "merged" | "damaged" | "failed" };

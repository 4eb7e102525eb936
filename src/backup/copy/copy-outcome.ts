import type { RestorePointId } from "../../base/index.ts";
import type { RestorePointSummary } from "../../vault/index.ts";

/** What tells a restore point of the source apart for people. */
export type PointFacts = Pick<RestorePointSummary, "id" | "machine" | "time" | "bytes">;

/** A restore point that the target has now. */
export interface CopiedPoint {
  readonly point: PointFacts;
  /** Its id in the target. */
  readonly id: RestorePointId;
  /** Plain bytes that the target did not have. */
  readonly bytesNew: number;
  /** What they take there. */
  readonly bytesStored: number;
}

/** A restore point of the target that stands for one of the source. */
export interface KnownCopy {
  readonly id: RestorePointId;
  /** `there`: the target has it; `in-trash`: it was removed there, and can be taken back. */
  readonly because: "there" | "in-trash";
}

export interface SkippedPoint {
  readonly point: PointFacts;
  /** `gone`: it was removed from the source since it was listed. */
  readonly because: KnownCopy["because"] | "gone";
  /** Its id in the target. */
  readonly id?: RestorePointId | undefined;
}

/** A restore point that the target lacks. */
export interface FailedCopy {
  readonly id: string;
  /** Undefined where the restore point cannot be read. */
  readonly point: PointFacts | undefined;
  readonly error: Error;
}

export interface CopyOutcome {
  readonly copied: readonly CopiedPoint[];
  readonly skipped: readonly SkippedPoint[];
  readonly failed: readonly FailedCopy[];
  /** Set when the run ended before every restore point had its turn; those are among the failed ones, with this error. */
  readonly endedBy: Error | undefined;
}

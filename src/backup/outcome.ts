import type {
  CaptureMethod,
  CheckpointKind,
  Consistency,
  Guid,
  Notice,
  RestorePointId,
  Uncovered,
} from "../base/index.ts";
import type { FileRole, RestorePoint } from "../vault/index.ts";
import type { CommandReport } from "./commands/item-commands.ts";
import type { FullReadReason } from "./store-files.ts";

export interface MachineName {
  readonly id: Guid;
  readonly name: string;
}

/** What became of one machine that was backed up: the fields of the `backup` summary that scripts rely on. */
export interface PointOutcome {
  readonly id: RestorePointId;
  readonly machine: MachineName;
  readonly asked: Consistency;
  readonly consistency: Consistency;
  readonly method: CaptureMethod;
  readonly checkpointKind: CheckpointKind;
  readonly memory: { readonly kept: boolean; readonly reason?: string | undefined };
  readonly interruptedSeconds: number;
  readonly attempts: number;
  readonly files: readonly { readonly path: string; readonly role: FileRole; readonly bytes: number }[];
  readonly uncovered: readonly Uncovered[];
  readonly warnings: readonly Notice[];
  readonly fullReadReason: readonly FullReadReason[];
  /** Payload of disks and memory that was read. */
  readonly bytesRead: number;
  /** Everything else that was read. */
  readonly bytesReadMetadata: number;
  /** Plain bytes that the vault did not have. */
  readonly bytesNew: number;
  /** What they take there. */
  readonly bytesStored: number;
  /** One sentence for each thing that stayed on the host; empty: nothing, and that was checked. */
  readonly leftBehind: readonly string[];
  /** The user's commands that ran for it, in order. */
  readonly commands: readonly CommandReport[];
}

export interface FailedMachine {
  readonly machine: MachineName;
  /** What stopped it. */
  readonly error: Error;
  /** What failed while it was let go, if anything did. */
  readonly alsoFailed: readonly Error[];
  readonly leftBehind: readonly string[];
  readonly warnings: readonly Notice[];
  /** The user's commands that ran for it, in order. */
  readonly commands: readonly CommandReport[];
}

export interface SkippedMachine extends Notice {
  readonly machine: MachineName;
  /** The user's commands that ran for it before that was known; absent where none did. */
  readonly commands?: readonly CommandReport[] | undefined;
}

export interface RunOutcome {
  readonly points: readonly PointOutcome[];
  readonly failed: readonly FailedMachine[];
  readonly skipped: readonly SkippedMachine[];
  /**
   * Set when the run ended before every machine had its turn: an interruption, or a vault that takes nothing more. The
   * machines without a turn are among the failed ones, with this error.
   */
  readonly endedBy: Error | undefined;
}

export function pointOutcome(
  point: RestorePoint,
  facts: { readonly machine: MachineName; readonly fullReadReason: readonly FullReadReason[] },
): PointOutcome {
  return {
    id: point.id,
    machine: facts.machine,
    asked: point.asked,
    consistency: point.consistency,
    method: point.method,
    checkpointKind: point.checkpointKind,
    memory: point.memory,
    interruptedSeconds: point.interruptedSeconds,
    attempts: point.attempts,
    files: point.files.map((file) => ({ path: file.path, role: file.role, bytes: file.sizeBytes })),
    uncovered: point.uncovered,
    warnings: point.warnings,
    fullReadReason: facts.fullReadReason,
    ...point.counts,
    leftBehind: point.leftBehind,
    commands: [],
  };
}

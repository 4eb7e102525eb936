import type { VaultDamagedError } from "../errors.ts";

export interface PruneOptions {
  /** Packs of which a smaller share is needed are rewritten. @default 0.5 */
  readonly moveBelow?: number | undefined;
  /** A lease that is older counts as dead. @default a week */
  readonly staleAfterMs?: number | undefined;
  /** When so many packs were written while chunks were moved, a segment names them. @default 128 */
  readonly packsASegment?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PruneReport {
  /** Restore points whose time in the trash was over. */
  readonly removedPoints: number;
  readonly packsDropped: number;
  readonly packsMoved: number;
  /** What was deleted, less what was written. */
  readonly bytesFreed: number;
  /** What goes as soon as the sessions have ended that may still use it. */
  readonly bytesDoomed: number;
  /** Sessions that are open and waited for, by the names of their leases. */
  readonly waitingFor: readonly string[];
  /** Leases that were too old. */
  readonly revoked: readonly string[];
  /** What cannot be read and so was not moved. */
  readonly damaged: readonly VaultDamagedError[];
  /** Objects that lay where doomed lists are and are none: they doomed nothing, and were deleted. */
  readonly strange: readonly VaultDamagedError[];
  /** Restore points that cannot be read and that nobody was promised: nothing is kept for them, and they go after a week. */
  readonly unpromised: readonly VaultDamagedError[];
  /** Objects that this credential may not delete. */
  readonly denied: number;
  /** Objects that a lock keeps for now; a later prune deletes them. */
  readonly locked: number;
  /** When the last of these locks ends, as far as it is told. */
  readonly lockedUntil: string | undefined;
}

/** What an attempt has done that stays done when it fails. */
export type PruneDone = Pick<
  PruneReport,
  "removedPoints" | "packsDropped" | "packsMoved" | "bytesFreed" | "revoked"
>;

export const NOTHING_DONE: PruneDone = {
  removedPoints: 0,
  packsDropped: 0,
  packsMoved: 0,
  bytesFreed: 0,
  revoked: [],
};

/** What attempts before the last one did counts too. */
export function withBefore<T extends PruneDone>(report: T, before: PruneDone): T {
  return {
    ...report,
    removedPoints: report.removedPoints + before.removedPoints,
    packsDropped: report.packsDropped + before.packsDropped,
    packsMoved: report.packsMoved + before.packsMoved,
    bytesFreed: report.bytesFreed + before.bytesFreed,
    revoked: [...before.revoked, ...report.revoked],
  };
}

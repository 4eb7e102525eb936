import type {
  CaptureMethod,
  CheckpointKind,
  Consistency,
  Interruption,
  Notice,
  Uncovered,
} from "../../base/index.ts";

/** Why a machine is not backed up. `busy` may pass by itself; `skipped` is no failure. */
export interface ForecastRefusal {
  readonly kind: "refused" | "skipped" | "busy";
  readonly code: string;
}

/** What a backup of the machine would reach now, and why. */
export interface Forecast {
  readonly possible: boolean;
  /** Null where a backup is not possible; so is `method`. */
  readonly consistency: Consistency | null;
  readonly method: CaptureMethod | null;
  readonly checkpointKind: CheckpointKind;
  readonly interruptsGuest: Interruption;
  /** Whether the machine's memory will be in the restore point. */
  readonly memory: boolean;
  /** One English sentence. */
  readonly reason: string;
  readonly uncovered: readonly Uncovered[];
  readonly warnings: readonly Notice[];
  /** Texts of the exclusions that this forecast speaks of: in the ledger, or because they name the machine. */
  readonly exclusions?: readonly string[] | undefined;
  /** Present exactly when `possible` is false. */
  readonly refusal?: ForecastRefusal | undefined;
}

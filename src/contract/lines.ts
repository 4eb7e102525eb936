import type {
  CaptureMethod,
  CheckpointKind,
  Consistency,
  Interruption,
  Notice,
  Uncovered,
} from "../base/index.ts";

/** What `--json` prints: documents with a `type`, one a line. Scripts rely on these fields; more may be added. */
export interface ForecastFields {
  readonly possible: boolean;
  /** Null where a backup is not possible. */
  readonly consistency: Consistency | null;
  readonly method: CaptureMethod | null;
  readonly checkpointKind: CheckpointKind;
  readonly interruptsGuest: Interruption;
  readonly memory: boolean;
  readonly reason: string;
  readonly uncovered: readonly Uncovered[];
  readonly warnings: readonly Notice[];
}

export interface MachineLine {
  readonly type: "machine";
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly generation: number;
  readonly disks: readonly {
    readonly controller: string;
    readonly number: number;
    readonly location: number;
    readonly path?: string | undefined;
  }[];
  readonly forecast: ForecastFields;
}

export interface MachineName {
  readonly id: string;
  readonly name: string;
}

export interface PointLine {
  readonly type: "point";
  readonly id: string;
  readonly machine: MachineName;
  readonly time: string;
  readonly consistency: Consistency;
  readonly method: CaptureMethod;
  readonly bytes: number;
}

export interface ErrorLine {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly retry: string;
  readonly machine?: MachineName | undefined;
}

/** What `explain` prints of a code; the texts are in the user's language. */
export interface CardLine {
  readonly type: "card";
  readonly code: string;
  readonly kind: "error" | "warning" | "note";
  /** Errors only. */
  readonly exitCode?: number | undefined;
  readonly meaning: string;
  /** What to do, the likeliest first. */
  readonly advice: readonly string[];
  /** Where the host itself shows it: a command, what to look for, and who says so. */
  readonly evidence: readonly {
    readonly command: string;
    readonly look: string;
    readonly source: string;
  }[];
  readonly links: readonly { readonly title: string; readonly address: string }[];
}

/** The last line of every command; the other fields are the command's own. */
export interface SummaryLine {
  readonly type: "summary";
  readonly [field: string]: unknown;
}

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

/**
 * When a machine's replication was seen free, of what runs and looks of the last four weeks saw; never a promise. Times
 * are of UTC.
 */
export interface ProposalFields {
  readonly kind: "slot" | "never-blocked" | "never-free" | "not-enough";
  /** `02:00`; only of a slot, which goes past midnight when it ends before it begins. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Half hours in which somebody looked: in the slot, else at all. */
  readonly observations: number;
  /** In how many of a slot's it was blocked, and in how many a backup held the machine. */
  readonly blocked?: number | undefined;
  readonly held?: number | undefined;
  /** All of it in a sentence in the user's language. */
  readonly text: string;
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
  /** Absent for machines that do not replicate. */
  readonly proposal?: ProposalFields | undefined;
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
  /** The write-only host that stored it: 32 hexadecimal digits. Absent: somebody with all keys did. */
  readonly storedBy?: string | undefined;
  readonly storedByName?: string | undefined;
  /** Of a copy: the vault in which that host stored the original. */
  readonly storedIn?: string | undefined;
}

export interface ErrorLine {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly retry: string;
  readonly machine?: MachineName | undefined;
  /** Of a machine that is busy and replicates. */
  readonly proposal?: ProposalFields | undefined;
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

/** A restore point of a vault that is copied into another; `id` is the copy's. */
interface CopyFields {
  readonly point: string;
  readonly machine: MachineName;
  readonly time: string;
  /** The files' sizes together. */
  readonly bytes: number;
}

/** The summary of `copy`. */
export interface CopySummary {
  readonly copied: readonly (CopyFields & {
    readonly id: string;
    /** Plain bytes that the other vault did not have, and what they take there. */
    readonly bytesNew: number;
    readonly bytesStored: number;
  })[];
  readonly skipped: readonly (CopyFields & {
    /** Absent where the restore point is gone. */
    readonly id?: string | undefined;
    /** `gone`: removed from the first vault since it was listed. */
    readonly because: "there" | "in-trash" | "gone";
  })[];
  /** Machine and time are absent where the restore point cannot be read. */
  readonly failed: readonly (Partial<Pick<CopyFields, "machine" | "time">> &
    Pick<CopyFields, "point"> & {
      readonly error: Pick<ErrorLine, "code" | "message" | "advice">;
    })[];
  readonly warnings: readonly Notice[];
}

/** A stretch of a file that `restore --salvage` could not read: it is zeros. */
export interface UnreadRangeLine {
  readonly type: "unread-range";
  readonly point: string;
  readonly machine: MachineName;
  /** Below DIR. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  /** The object of the vault that it should have come from, and what is wrong with that. */
  readonly object: string;
  readonly what: string;
}

/** A file that was restored. */
export interface RestoredFileFields {
  /** Below DIR. */
  readonly path: string;
  readonly bytes: number;
  /** Of a file that is not whole: how many stretches and bytes of it are zeros that could not be read, and the report that lists them. */
  readonly salvaged?:
    | {
        readonly ranges: number;
        readonly unreadBytes: number;
        readonly report: string;
      }
    | undefined;
}

/** The summary of `restore`, of several restore points. `files` and `bytesWritten` are those of all of them. */
export interface RestoreSummary {
  readonly points: readonly {
    readonly point: string;
    readonly machine: MachineName;
    readonly time: string;
    /** As in the lines of `points`. */
    readonly storedBy?: string | undefined;
    readonly storedByName?: string | undefined;
    readonly storedIn?: string | undefined;
    /** Below DIR; empty for DIR itself. The files' paths begin with it. */
    readonly folder: string;
    readonly files: readonly RestoredFileFields[];
    /** False when something of a file could not be read. */
    readonly whole: boolean;
    readonly bytesWritten: number;
    readonly rewritten: readonly string[];
    readonly warnings: readonly Notice[];
  }[];
  /** Machine and time are absent where the restore point cannot be read. */
  readonly failed: readonly {
    readonly point: string;
    readonly machine?: MachineName | undefined;
    readonly time?: string | undefined;
    /** Files that came back all the same. */
    readonly files: readonly RestoredFileFields[];
    readonly error: Pick<ErrorLine, "code" | "message" | "advice">;
  }[];
  readonly files: readonly RestoredFileFields[];
  readonly bytesWritten: number;
}

/** The last line of every command; the other fields are the command's own. */
export interface SummaryLine {
  readonly type: "summary";
  readonly [field: string]: unknown;
}

import type {
  CaptureMethod,
  CheckpointKind,
  Consistency,
  Guid,
  Notice,
  RestorePointId,
  Uncovered,
} from "../../base/index.ts";
import type { StoreCounts } from "../pipeline/store-file.ts";
import type { FileRecipe } from "../recipes/file-recipe.ts";

export type FileRole = "disk" | "configuration" | "runtime" | "guest-state" | "memory" | "other";

/** A file of a restore point. */
export interface StoredFile {
  /** As the host names it. */
  readonly path: string;
  readonly role: FileRole;
  readonly sizeBytes: number;
  /** ISO instant. */
  readonly modified?: string;
  readonly recipe: FileRecipe;
  /** The write-only host that stored it: 32 hexadecimal digits. The header of its restore point says it, not its body. */
  readonly storedBy?: string | undefined;
}

/** One checkpoint of the machine's tree, as the host told it. */
export interface CheckpointRecord {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly parent: string | null;
  readonly type: "standard" | "production" | "unknown";
  readonly memory: boolean;
  readonly disks: readonly {
    readonly controller: string;
    readonly number: number;
    readonly location: number;
    readonly path: string;
  }[];
  readonly files: readonly string[];
  /** Not a user's: the backup made it, to hold the memory of the running machine, and removed it again. */
  readonly madeForMemory?: true | undefined;
}

/** Of which restore point a copy is one: of the one that a run made, however many copies lie between. */
export interface CopyOrigin {
  /** The vault that the run stored it in. */
  readonly vault: string;
  /** Its id there. */
  readonly point: string;
  /** When it was committed there: ISO instant. The copy keeps it as its own time. */
  readonly time: string;
  /** The write-only host that stored it there: 32 hexadecimal digits. */
  readonly storedBy?: string | undefined;
}

/** Everything that a restore point says; JSON, open for more fields. */
export interface RestorePointDraft {
  /** Set in a copy; everything else is as in the original, but for `counts`. */
  readonly copyOf?: CopyOrigin | undefined;
  readonly machine: { readonly id: string; readonly name: string };
  readonly host: { readonly name: string; readonly system?: string };
  /** When the run began with this machine: ISO instant, our clock. */
  readonly started: string;
  /** When the machine was held: ISO instant, our clock. */
  readonly held: string;
  readonly asked: Consistency;
  readonly consistency: Consistency;
  readonly method: CaptureMethod;
  readonly checkpointKind: CheckpointKind;
  readonly interruptedSeconds: number;
  readonly attempts: number;
  readonly memory: { readonly kept: boolean; readonly reason?: string };
  readonly files: readonly StoredFile[];
  /** In the order in which people count them; `viewLeaf` is the path of the file that is the disk at the held instant. */
  readonly disks: readonly {
    readonly controller: string;
    readonly number: number;
    readonly location: number;
    readonly viewLeaf: string;
  }[];
  readonly tree: { readonly checkpoints: readonly CheckpointRecord[]; readonly current: string | null };
  readonly uncovered: readonly Uncovered[];
  readonly warnings: readonly Notice[];
  readonly fullReadReasons: readonly {
    readonly disk: string;
    readonly code: string;
    readonly message: string;
  }[];
  readonly forecast: unknown;
  readonly leftBehind: readonly string[];
  readonly counts: StoreCounts;
}

/** What is kept of one machine at one moment. */
export interface RestorePoint extends RestorePointDraft {
  /** The write-only host that put it, as in its files. It may say of a machine and of a time what it likes. */
  readonly storedBy?: string | undefined;
  readonly id: RestorePointId;
  /** When it was committed, of a copy: when the original was: ISO instant, the writer's clock. */
  readonly time: string;
  /** The files' sizes together. */
  readonly bytes: number;
  readonly vault: Guid;
}

/** What a list of restore points shows. */
export type RestorePointSummary = Pick<
  RestorePoint,
  "id" | "machine" | "host" | "time" | "consistency" | "method" | "bytes" | "copyOf" | "storedBy"
>;

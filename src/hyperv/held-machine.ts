import type {
  CaptureMethod,
  CheckpointKind,
  Consistency,
  EventSink,
  Guid,
  Notice,
  Uncovered,
} from "../base/index.ts";
import type { HostFiles } from "../places/index.ts";
import type { DiskPlace } from "./disk-place.ts";
import type { Forecast } from "./forecast/forecast-types.ts";
import type { HoldWishes } from "./hold-wishes.ts";
import type { ReplicationSight } from "./replication/sight.ts";

export type { DiskPlace };

/** How long to wait for a machine that is busy with something that passes by itself. */
export interface Patience {
  /** Attempts in all, the first one included. */
  readonly attempts: number;
  /** Doubles after each attempt, up to `longestDelayMs`. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** S32: five attempts, 30 seconds doubling to 8 minutes. */
export const USUAL_PATIENCE: Patience = { attempts: 5, firstDelayMs: 30_000, longestDelayMs: 480_000 };

export interface HoldOptions extends HoldWishes {
  /** Checked between all calls; an interrupted hold releases what it has made before it rejects. */
  readonly signal?: AbortSignal | undefined;
  readonly events: EventSink;
  /** The step of the event tree that notes and warnings belong to. */
  readonly step: string;
  readonly patience: Patience;
  /** Id of the run; it stands in the journal and in the checkpoint's name. */
  readonly run: string;
  /** Told of each attempt that has to wait for a machine that replicates. Returns at once and does not throw. */
  readonly onBlocked?: ((seen: ReplicationSight) => void) | undefined;
  /**
   * Port: the files of a disk's chain, leaf first, as their own headers link them. This module reads no disk formats; with
   * it the view leaf of a shadow copy is found by the links, without it by its name alone.
   */
  readonly chainOf?: ((files: HostFiles, leaf: string) => Promise<readonly string[]>) | undefined;
}

export type HeldFileRole = "configuration" | "runtime" | "guest-state" | "memory" | "other";

/** A file that belongs to the held machine and is no virtual disk. */
export interface HeldFile {
  readonly path: string;
  readonly role: HeldFileRole;
  /** The user checkpoint that it belongs to; absent for the held state's own files. */
  readonly checkpoint?: Guid | undefined;
}

/** An attached disk. */
export interface HeldDisk extends DiskPlace {
  /** The file that, with its parents, is the disk at the held instant. */
  readonly viewLeaf: string;
}

/** A user checkpoint, with what of it can be read. */
export interface CheckpointNode {
  readonly id: Guid;
  readonly name: string;
  /** Null where the host does not say it. */
  readonly created: Temporal.Instant | null;
  /** Null for a root of the tree. */
  readonly parent: Guid | null;
  readonly type: "standard" | "production" | "unknown";
  /** Whether the checkpoint holds the machine's memory. */
  readonly memory: boolean;
  readonly disks: readonly CheckpointDisk[];
  /** Its configuration and state files; never its disks. */
  readonly files: readonly HeldFile[];
  /** Not a user's: it was made for this backup, to hold the memory of the running machine. */
  readonly madeForMemory?: true | undefined;
}

/** A disk as a checkpoint has it: `path` is the leaf that, with its parents, is the disk at that instant. */
export interface CheckpointDisk extends DiskPlace {
  readonly path: string;
}

export interface HeldTree {
  /** Parents before their children. */
  readonly checkpoints: readonly CheckpointNode[];
  /** The checkpoint that the machine's present state descends from. */
  readonly current: Guid | null;
}

export interface ReleaseReport {
  /** One sentence for each thing that could not be removed; empty: nothing was left behind, and that was checked. */
  readonly leftBehind: readonly string[];
  readonly warnings: readonly Notice[];
  readonly interruptedSeconds: number;
}

/**
 * A machine that holds still. Disposing releases it when that has not happened yet, and hides no error of its own
 * making behind another one.
 */
export interface HeldMachine extends AsyncDisposable {
  readonly machine: { readonly id: Guid; readonly name: string };
  readonly asked: Consistency;
  readonly reached: Consistency;
  readonly method: CaptureMethod;
  readonly checkpointKind: CheckpointKind;
  readonly interruptedSeconds: number;
  /** How many attempts the hold took. */
  readonly attempts: number;
  readonly heldAt: Temporal.Instant;
  readonly memory: { readonly kept: boolean; readonly reason?: string | undefined };
  /** As it was just before the hold. */
  readonly forecast: Forecast;
  /** Configuration, runtime and guest state, of the held state and of every user checkpoint; never disks. */
  readonly files: readonly HeldFile[];
  /** Every attached disk that is covered, by controller, number and location. */
  readonly disks: readonly HeldDisk[];
  readonly tree: HeldTree;
  /**
   * What the files are read through, by their own paths: a machine held by a shadow copy is read from the copy. Absent
   * where they are read from the host itself. Ends with the release.
   */
  readonly view?: HostFiles | undefined;
  readonly uncovered: readonly Uncovered[];
  readonly warnings: readonly Notice[];
  /** Reads tree and disks again, after the last file. @throws {MachineChangedError} retry later */
  confirmUnchanged(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Lets go and watches the merge to its end; all our file handles must be closed before. Idempotent. */
  release(options?: { readonly signal?: AbortSignal | undefined }): Promise<ReleaseReport>;
}

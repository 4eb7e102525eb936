/** How consistent the disks of a restore point are, best first; the words that scripts see. */
export type Consistency = "application" | "filesystem" | "saved" | "crash";

/** How the machine was held still. `files`: nothing to hold, the files were just read. */
export type CaptureMethod = "recovery-checkpoint" | "shadow-copy" | "files";

/** What kind of checkpoint the guest sees, in the words of Hyper-V's own settings. */
export type CheckpointKind = "production" | "standard" | "none";

/** What the guest feels of it. */
export type Interruption = "no" | "possible" | "pause" | "save";

/** A warning: a stable kebab-case code and one sentence with the facts. */
export interface Notice {
  readonly code: string;
  readonly message: string;
}

/** Something that the guest has and the restore point has not. */
export interface Uncovered {
  /** What it is, as its administrator knows it: a path, or a place on a controller. */
  readonly disk: string;
  /** Why, in one sentence. */
  readonly why: string;
  /** Its size, where the host says it. */
  readonly bytes?: number | undefined;
}

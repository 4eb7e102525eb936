import { z } from "zod";

/**
 * What no source confirms about real hosts. Each has two answers; the simulator gives the default one unless the host's
 * `assumptions` say otherwise, and tests run both. `docs/unconfirmed.md` has the list in words.
 */
export const assumptionsSchema = z.looseObject({
  /** Where a conflicting operation is refused: as the job's outcome, or at once by the method's return value. */
  busyRefusal: z.enum(["job", "return"]).optional(),
  /** Whether checkpoint type "disabled" also forbids recovery checkpoints. */
  disabledTypeRefusesRecovery: z.boolean().optional(),
  /** Whether level application works for a machine whose guest does not run. */
  applicationLevelWhenNotRunning: z.enum(["works", "fails"]).optional(),
  /** Whether a machine of configuration version below 6.2 can have a recovery checkpoint at level crash. */
  oldVersionRecovery: z.enum(["works", "fails"]).optional(),
  /** Whether the runtime file of a saved machine's recovery checkpoint holds the saved state. */
  savedStateInRecovery: z.boolean().optional(),
  /** What a merge does that meets an open file: fail and stay outstanding, or wait. */
  blockedMerge: z.enum(["fails", "waits"]).optional(),
  /** Whether a standing recovery checkpoint makes the next one fail. */
  secondRecoveryRefused: z.boolean().optional(),
  /** Whether a primary in its initial replication or resynchronisation refuses, as a replica does. */
  primaryReplicationBlocks: z.boolean().optional(),
  /** Whether the configuration and runtime files of user checkpoints are locked while the machine runs. */
  checkpointFilesLocked: z.boolean().optional(),
  /** Unit of Msvm_DiskDrive.MaxMediaSize. */
  mediaSizeUnit: z.enum(["kilobytes", "bytes"]).optional(),
  /** Whether a VHD set is skipped by IgnoreNonSnapshottableDisks, or fails the checkpoint of a single machine. */
  vhdSetIgnored: z.boolean().optional(),
  /** What a GuestBackupType does on 2016, whose class has no such property. */
  guestBackupTypeOn2016: z.enum(["ignored", "fails"]).optional(),
});

export type Assumptions = Required<{
  [K in keyof z.infer<typeof assumptionsSchema> as string extends K ? never : K]: Exclude<
    z.infer<typeof assumptionsSchema>[K],
    undefined
  >;
}>;

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  busyRefusal: "job",
  disabledTypeRefusesRecovery: false,
  applicationLevelWhenNotRunning: "works",
  oldVersionRecovery: "works",
  savedStateInRecovery: true,
  blockedMerge: "fails",
  secondRecoveryRefused: true,
  primaryReplicationBlocks: false,
  checkpointFilesLocked: false,
  mediaSizeUnit: "kilobytes",
  vhdSetIgnored: true,
  guestBackupTypeOn2016: "fails",
};

/** The host's answers, with the default ones where it has none. */
export function assumptionsOf(host: {
  readonly assumptions?: z.infer<typeof assumptionsSchema> | undefined;
}): Assumptions {
  const said = Object.entries(host.assumptions ?? {}).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_ASSUMPTIONS, ...Object.fromEntries(said) };
}

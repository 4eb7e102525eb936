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
  /** What a suspension does that is asked for while a replica applies a log. */
  suspensionWhileApplying: z.enum(["works", "refused"]).optional(),
  /** What a GuestBackupType does on 2016, whose class has no such property. */
  guestBackupTypeOn2016: z.enum(["ignored", "fails"]).optional(),
  /** What becomes of a program whose client died: it goes on, as one that another computer started, or ends with it. */
  programsOfDeadClients: z.enum(["go-on", "end"]).optional(),
  /** How the Hyper-V VSS writer's captions look. */
  writerCaption: z.enum(["method-first", "name-first", "missing", "other-words"]).optional(),
  /** Whether a guest takes part on 2012 and before only if its checkpoints lie on the volume of its disks. */
  checkpointsBesideDisks: z.enum(["not-needed", "needed"]).optional(),
  /** How a machine goes on that the writer saved. */
  writerResumes: z.enum(["at-once", "late", "stays-saved", "stays-paused"]).optional(),
  /** Exit code of `list shadows all` when there are none. */
  emptyListingExitCode: z.union([z.literal(0), z.literal(1)]).optional(),
  /** Whether `create` prints aliases. */
  diskshadowAliases: z.boolean().optional(),
  /** The file of `/l`: its encoding, or that it is written at the end only. */
  diskshadowLog: z.enum(["utf-8", "utf-16", "at-the-end"]).optional(),
  /** Whether diskshadow adds volumes by their names, folders and shares, or by letters only. */
  diskshadowVolumes: z.enum(["any", "letters"]).optional(),
  /** Whether `end backup` keeps a persistent set. */
  endBackupKeepsSet: z.boolean().optional(),
  /** Whether a command that fails ends a diskshadow script, or it goes on and ends with 0. */
  diskshadowFailure: z.enum(["ends-script", "goes-on"]).optional(),
  /** What excluding a writer or component does that the host does not have. */
  excludingAbsent: z.enum(["fails", "ignored"]).optional(),
  /** Whether the writer leaves machines alone that a script excludes, or holds them too. */
  excludedMachines: z.enum(["untouched", "held"]).optional(),
  /** Whether the writer lists machines on Windows Server 2019 and later. */
  componentsSince2019: z.boolean().optional(),
  /** Whether the shadow copy of an online machine of 2012 R2 has a disk with what the guest recovered. */
  autoRecoveryDisk: z.boolean().optional(),
  /** Whether `.bin` and `.vsv` of a machine that the writer saved are in the shadow copy. */
  savedFilesInShadow: z.boolean().optional(),
  /** Where root\\virtualization has a drive's place on its controller. */
  classicPlace: z.enum(["address", "address-on-parent"]).optional(),
  /** How the writer holds a running machine whose checkpoint type is "disabled". */
  disabledTypeWriter: z.enum(["checkpoint", "saves"]).optional(),
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
  suspensionWhileApplying: "works",
  guestBackupTypeOn2016: "fails",
  programsOfDeadClients: "go-on",
  writerCaption: "method-first",
  checkpointsBesideDisks: "not-needed",
  writerResumes: "at-once",
  emptyListingExitCode: 0,
  diskshadowAliases: true,
  diskshadowLog: "utf-8",
  diskshadowVolumes: "any",
  endBackupKeepsSet: true,
  diskshadowFailure: "ends-script",
  excludingAbsent: "fails",
  excludedMachines: "untouched",
  componentsSince2019: true,
  autoRecoveryDisk: true,
  savedFilesInShadow: true,
  classicPlace: "address",
  disabledTypeWriter: "checkpoint",
};

/** The host's answers, with the default ones where it has none. */
export function assumptionsOf(host: {
  readonly assumptions?: z.infer<typeof assumptionsSchema> | undefined;
}): Assumptions {
  const said = Object.entries(host.assumptions ?? {}).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_ASSUMPTIONS, ...Object.fromEntries(said) };
}

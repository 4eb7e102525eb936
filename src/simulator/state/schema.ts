import { z } from "zod";
import { parseGuid } from "../../base/index.ts";
import { assumptionsSchema } from "./assumptions.ts";
import {
  programRunSchema,
  runningProgramSchema,
  scriptedProgramSchema,
  shadowCopySchema,
} from "./program-state.ts";
import { faultSchema, scriptedActSchema, wireFaultSchema } from "./scenario.ts";
import { scheduledTaskSchema } from "./scheduled-task.ts";

/** Printed in upper case as Windows does, accepted in any. */
export const identifier = z
  .string()
  .refine((text) => parseGuid(text) !== undefined, "must be a GUID")
  .transform((text) => text.replaceAll(/[{}]/g, "").toUpperCase());

const windowsPath = z.string().regex(/^([a-z]:[\\/]|\\\\)/i, "must be an absolute Windows path");
const moment = z.string().refine((text) => {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false; // the refusal is the answer
  }
}, "must be a moment such as 2026-05-01T10:00:00Z");

const place = {
  controller: z.enum(["ide", "scsi"]),
  number: z.int().min(0).max(3),
  location: z.int().min(0).max(63),
};

const diskSchema = z.looseObject({
  ...place,
  path: windowsPath.optional(),
  /** A physical disk that the host lends to the guest: hyperv-facts 1.5, 7. */
  physicalDisk: z.looseObject({ number: z.int().min(0), bytes: z.int().min(0) }).optional(),
  shared: z.enum(["vhdx", "vhds"]).optional(),
  /**
   * The worker has written since it opened this leaf: write identities change once per open, before the first change
   * ([MS-VHDX] 2.2.2), not per write.
   */
  written: z.boolean().optional(),
});

const frozenDiskSchema = z.looseObject({ ...place, path: windowsPath });

const checkpointSchema = z.looseObject({
  id: identifier,
  name: z.string(),
  created: moment,
  parent: identifier.nullable().default(null),
  type: z.enum(["standard", "production"]).default("standard"),
  memory: z.boolean().default(false),
  disks: z.array(frozenDiskSchema).default([]),
});

const recoveryCheckpointSchema = z.looseObject({
  id: identifier,
  name: z.string(),
  created: moment,
  /** 1 application, 2 crash: hyperv-facts 2.1. */
  consistency: z.int().min(0).max(2).default(2),
  memory: z.boolean().default(false),
  disks: z.array(frozenDiskSchema).default([]),
  /** The VSS writer made it, from Windows Server 2012 R2 on; it goes with `end backup` (hyperv-facts 3.6). */
  ofWriter: z.boolean().optional(),
});

const networkAdapterSchema = z.looseObject({
  name: z.string().default("Network Adapter"),
  mac: z.string().optional(),
  switch: z.string().nullable().optional(),
  connected: z.boolean().default(true),
});

/** A file that is waiting to be merged into its parent, because the host could not do it yet. */
const pendingMergeSchema = z.object({ child: windowsPath, parent: windowsPath });

export const REPLICATION_STATES = [
  "disabled",
  "ready-for-replication",
  "waiting-to-complete-initial-replication",
  "replicating",
  "synced-replication-complete",
  "recovered",
  "committed",
  "suspended",
  "critical",
  "waiting-to-start-resynchronization",
  "resynchronizing",
  "resynchronization-suspended",
  "failover-in-progress",
  "failback-in-progress",
  "failback-complete",
  "disk-update-in-progress",
  "disk-update-critical",
  "unknown",
  "repurpose-in-progress",
  "prepared-for-synced-replication",
  "prepared-for-group-reverse",
  "fire-drill-in-progress",
] as const;
/** Moments of a replica that Hyper-V shows by no state of its own: hyperv-facts 6. */
export const REPLICA_MOMENTS = ["applying-log", "apply-cancelled", "apply-failed"] as const;

const replicationSchema = z.looseObject({
  mode: z.enum(["none", "primary", "replica", "extended-replica", "test-replica"]).default("none"),
  state: z.enum([...REPLICATION_STATES, ...REPLICA_MOMENTS]).default("disabled"),
  health: z.enum(["ok", "warning", "critical"]).optional(),
  /** That many attempts to hold the machine meet a change log that is being applied. */
  busyFor: z.int().min(0).optional(),
  lastReplication: moment.optional(),
});

export const MACHINE_STATES = [
  "running",
  "off",
  "saved",
  "paused",
  "starting",
  "merging",
  "migrating",
] as const;

const machineSchema = z.looseObject({
  id: identifier,
  name: z.string().min(1),
  state: z.enum(MACHINE_STATES).default("off"),
  generation: z.union([z.literal(1), z.literal(2)]).default(2),
  configurationVersion: z.string().regex(/^\d+\.\d+$/, "must be such as 9.0"),
  memoryMegabytes: z.int().min(1).default(1024),
  guest: z
    .looseObject({
      os: z.enum(["windows", "linux", "none"]).default("none"),
      /** Said by data exchange as ProductType 2. */
      domainController: z.boolean().optional(),
      vss: z.enum(["ok", "missing", "disabled", "failing", "protocol-mismatch"]).default("missing"),
      /** What it was before a client switched the service off. */
      vssBefore: z.enum(["ok", "missing", "disabled", "failing", "protocol-mismatch"]).optional(),
      /** What the guest's writers change in the copy of its disks when they recover after a shadow copy. */
      recovery: z
        .array(z.looseObject({ disk: z.int(), offset: z.int(), length: z.int(), seed: z.int().default(1) }))
        .optional(),
    })
    .prefault({}),
  checkpointType: z.enum(["disabled", "production", "production-only", "standard"]).default("production"),
  replication: replicationSchema.prefault({}),
  disks: z.array(diskSchema).default([]),
  checkpoints: z.array(checkpointSchema).default([]),
  /** The checkpoint that the present state descends from; absent: the newest. */
  currentCheckpoint: identifier.nullable().optional(),
  networkAdapters: z.array(networkAdapterSchema).optional(),
  scsiControllers: z.int().min(0).max(4).default(1),
  vtpm: z.boolean().optional(),
  fibreChannel: z.boolean().optional(),
  /** Disk images in its drives. */
  images: z.array(windowsPath).optional(),
  /** How many devices of the host were handed to it. */
  assignedDevices: z.int().min(0).optional(),
  clusterOwner: z.string().optional(),
  /** Its volume is full or away, for instance: hyperv-facts 1.2. */
  healthCritical: z.boolean().optional(),
  /** User checkpoints whose files the host cannot find. */
  missingCheckpoints: z.int().min(0).optional(),
  /** That many attempts to hold the machine fail before one works. */
  busyFor: z.int().min(0).optional(),
  /** Opening, holding and merging change headers although no guest wrote (architecture.md 6). */
  touchesHeaders: z.boolean().optional(),
  configurationRoot: windowsPath.default("C:\\ProgramData\\Microsoft\\Windows\\Hyper-V"),
  recoveryCheckpoints: z.array(recoveryCheckpointSchema).optional(),
  pendingMerges: z.array(pendingMergeSchema).optional(),
  /** Msvm_DiskMergeSettingData.EnabledState: hyperv-facts 2.5. */
  mergesEnabled: z.boolean().optional(),
  /** Milliseconds since the machine was started are counted from here. */
  startedAt: moment.optional(),
  /** The VSS writer waits for the end of a backup of it; the set's id. */
  backupBegun: identifier.optional(),
  /** It ran when the VSS writer paused or saved it, and has not gone on since. */
  stoodStill: z.boolean().optional(),
  /** The VSS writer lets it go on then. */
  resumesAt: moment.optional(),
});

const hostJobSchema = z.looseObject({
  id: identifier,
  /** Msvm_ConcreteJob.JobType: 70 create, 71 apply, 72 remove a checkpoint, 50 merge (hyperv-facts 1.7). */
  type: z.int(),
  machine: identifier,
  started: moment,
  milliseconds: z.number().min(0),
  state: z.enum(["running", "completed", "failed", "terminated"]).default("running"),
  ended: moment.optional(),
  errorCode: z.int().optional(),
  errorDescription: z.string().optional(),
  /** What is done to the host when the time has passed. */
  work: z.looseObject({ kind: z.string() }),
  /** InstanceID of what the job made, once it is complete. */
  affected: z.string().optional(),
  /** Scripted: the object vanishes as soon as the work is done, or the work never ends. */
  vanishes: z.boolean().optional(),
  neverEnds: z.boolean().optional(),
});

/** All there is to a simulated host; the names are architecture.md 6's. Unknown fields are kept as they are. */
export const hostSchema = z.looseObject({
  name: z.string().min(1),
  os: z.looseObject({
    caption: z.string(),
    version: z.string().regex(/^\d+\.\d+\.\d+/, "must be such as 10.0.17763"),
    productType: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(3),
  }),
  machines: z.array(machineSchema).default([]),
  assumptions: assumptionsSchema.optional(),
  faults: z.array(faultSchema).optional(),
  wireFaults: z.array(wireFaultSchema).optional(),
  script: z.array(scriptedActSchema).optional(),
  hostJobs: z.array(hostJobSchema).optional(),
  /** Files that nothing needs any more, and that go next. */
  doomed: z.array(windowsPath).optional(),
  /** How long each kind of host job takes; default `DEFAULT_JOB_MILLISECONDS`. */
  jobMilliseconds: z.number().min(0).optional(),
  /** How long a finished job's object can be asked for; default five minutes (hyperv-facts 1.7). */
  jobRemovalMilliseconds: z.number().min(0).optional(),
  /** How long the VSS writer needs to save a machine; default `DEFAULT_SAVING_MILLISECONDS`. */
  savingMilliseconds: z.number().min(0).optional(),
  /** Volumes that are mounted in folders, beside drives, shares and cluster volumes. */
  volumes: z.array(z.looseObject({ root: windowsPath })).optional(),
  /** Programs beside diskshadow. */
  programs: z.array(scriptedProgramSchema).optional(),
  programRuns: z.array(programRunSchema).optional(),
  runningPrograms: z.array(runningProgramSchema).optional(),
  shadowCopies: z.array(shadowCopySchema).optional(),
  /** What schtasks.exe made. */
  scheduledTasks: z.array(scheduledTaskSchema).optional(),
  lastShadowCopy: z.int().optional(),
  /** A requester died while it made a set: until then VSS lets nobody begin another. */
  shadowSetBusyUntil: moment.optional(),
});

export type HostState = z.infer<typeof hostSchema>;
export type MachineEntry = z.infer<typeof machineSchema>;
export type DiskEntry = z.infer<typeof diskSchema>;
export type FrozenDiskEntry = z.infer<typeof frozenDiskSchema>;
export type CheckpointEntry = z.infer<typeof checkpointSchema>;
export type RecoveryCheckpointEntry = z.infer<typeof recoveryCheckpointSchema>;
export type HostJobEntry = z.infer<typeof hostJobSchema>;
export type NetworkAdapterEntry = z.infer<typeof networkAdapterSchema>;

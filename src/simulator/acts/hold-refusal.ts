import { type Assumptions, assumptionsOf } from "../state/assumptions.ts";
import { configurationNumber, Release, releaseOf } from "../state/host-version.ts";
import { hasWorker, recoveryCheckpoints } from "../state/lineage.ts";
import type { HostState, MachineEntry } from "../state/schema.ts";
import { checkpointFailed, conflictingOperation, guestCannotFreeze, type Refusal } from "./refusals.ts";

/** What a caller asks of a recovery checkpoint: hyperv-facts 2.1. */
export interface RecoveryRequest {
  readonly consistency: "application" | "crash";
  /** IgnoreNonSnapshottableDisks. */
  readonly ignoresUncoverable: boolean;
}

const CONFLICTING_STATES: readonly MachineEntry["state"][] = ["starting", "merging", "migrating"];

/** Moments in which a replica refuses: hyperv-facts 6, all eight of them with health and migration. */
const REPLICA_REFUSES: readonly MachineEntry["replication"]["state"][] = [
  ...([
    "applying-log",
    "apply-cancelled",
    "apply-failed",
    "waiting-to-complete-initial-replication",
  ] as const),
  ...(["waiting-to-start-resynchronization", "resynchronizing", "resynchronization-suspended"] as const),
  "failover-in-progress",
];
const PRIMARY_REFUSES: readonly MachineEntry["replication"]["state"][] = [
  "waiting-to-complete-initial-replication",
  "waiting-to-start-resynchronization",
  "resynchronizing",
];

/** Why the machine can have no checkpoint for backup now; it may pass by itself. Counts `busyFor` down. */
export function conflictOf(host: HostState, machine: MachineEntry): Refusal | undefined {
  if ((machine.busyFor ?? 0) > 0) {
    machine.busyFor = (machine.busyFor ?? 0) - 1;
    return conflictingOperation(machine.name);
  }
  if ((machine.replication.busyFor ?? 0) > 0) {
    machine.replication.busyFor = (machine.replication.busyFor ?? 0) - 1;
    return conflictingOperation(machine.name);
  }
  const isBusy =
    CONFLICTING_STATES.includes(machine.state) ||
    (host.hostJobs ?? []).some((job) => job.machine === machine.id && job.state === "running") ||
    replicationBlocks(host, machine);
  return isBusy ? conflictingOperation(machine.name) : undefined;
}

function replicationBlocks(host: HostState, machine: MachineEntry): boolean {
  const { mode, state, health } = machine.replication;
  // since 2012 R2 on purpose: hyperv-facts 6
  if (releaseOf(host) < Release.server2012R2) return false;
  if (mode === "replica" || mode === "extended-replica") {
    return health === "critical" || state === "critical" || REPLICA_REFUSES.includes(state);
  }
  return (
    mode === "primary" && assumptionsOf(host).primaryReplicationBlocks && PRIMARY_REFUSES.includes(state)
  );
}

/** Why a recovery checkpoint of this kind cannot be made of the machine as it is set up. */
export function recoveryRefusal(
  host: HostState,
  machine: MachineEntry,
  request: RecoveryRequest,
): Refusal | undefined {
  const assumed = assumptionsOf(host);
  const { name } = machine;
  if (recoveryCheckpoints(machine).length > 0 && assumed.secondRecoveryRefused)
    return checkpointFailed(name, "Another backup checkpoint of this virtual machine exists.");
  if (machine.checkpointType === "disabled" && assumed.disabledTypeRefusesRecovery)
    return checkpointFailed(name, "Checkpoints have been disabled for this virtual machine.");
  const isOld = configurationNumber(machine.configurationVersion) < 6.2;
  if (isOld && (request.consistency === "application" || assumed.oldVersionRecovery === "fails"))
    return checkpointFailed(
      name,
      `Configuration version ${machine.configurationVersion} does not support it.`,
    );
  return (
    uncoverableRefusal(machine, request, assumed) ??
    (request.consistency === "application" ? applicationRefusal(machine, assumed) : undefined)
  );
}

/** Pass-through, shared and Fibre Channel disks: hyperv-facts 7. */
function uncoverableRefusal(
  machine: MachineEntry,
  request: RecoveryRequest,
  assumed: Assumptions,
): Refusal | undefined {
  const hasSet = machine.disks.some((disk) => disk.shared !== undefined);
  if (hasSet && !assumed.vhdSetIgnored)
    return checkpointFailed(machine.name, "A shared virtual hard disk is attached.");
  if (request.ignoresUncoverable) return undefined;
  const isPhysical = machine.disks.some((disk) => disk.physicalDisk !== undefined);
  if (!isPhysical && !hasSet && machine.fibreChannel !== true) return undefined;
  return checkpointFailed(machine.name, "A disk of it cannot be part of a checkpoint.");
}

/** A recovery checkpoint at level application fails where the guest cannot; it never falls back (hyperv-facts 5.1). */
function applicationRefusal(machine: MachineEntry, assumed: Assumptions): Refusal | undefined {
  if (!hasWorker(machine) || machine.state === "paused") {
    return assumed.applicationLevelWhenNotRunning === "works" ? undefined : guestCannotFreeze(machine.name);
  }
  const canFreeze = machine.guest.vss === "ok" && machine.guest["freeze"] !== "fails";
  return canFreeze ? undefined : guestCannotFreeze(machine.name);
}

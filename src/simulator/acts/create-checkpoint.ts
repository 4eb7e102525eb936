import { newGuid } from "../../base/index.ts";
import { assumptionsOf } from "../state/assumptions.ts";
import { Release, releaseOf } from "../state/host-version.ts";
import { currentCheckpoint, hasWorker, settingsOf } from "../state/lineage.ts";
import type { CheckpointEntry, MachineEntry, RecoveryCheckpointEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
import { freezeDisks } from "./freeze-disks.ts";
import { refreshLive } from "./refresh-configurations.ts";

export interface UserCheckpointOptions {
  /** Decided beforehand, where the act may have to be done again. */
  readonly id?: string | undefined;
  readonly name: string;
  /** Whether the guest's memory is kept; default: for standard checkpoints of running machines. */
  readonly memory?: boolean | undefined;
}

export interface RecoveryCheckpointOptions {
  readonly id: string;
  readonly consistency: "application" | "crash";
}

/** The backup kind, SnapshotType 32768: it is no part of the tree that users see (hyperv-facts 2.1). */
export async function createRecoveryCheckpoint(
  context: ActContext,
  machine: MachineEntry,
  options: RecoveryCheckpointOptions,
): Promise<RecoveryCheckpointEntry> {
  const { id } = options;
  const disks = await freezeDisks(context, machine, id);
  const created = context.clock.now().toString();
  const entry: RecoveryCheckpointEntry = {
    id,
    name: `${machine.name} - Backup - (${created})`,
    created,
    consistency: options.consistency === "application" ? 1 : 2,
    memory: machine.state === "saved" && assumptionsOf(context.host).savedStateInRecovery,
    disks,
  };
  machine.recoveryCheckpoints = [...(machine.recoveryCheckpoints ?? []), entry];
  await makeFiles(context, machine, entry.id);
  return entry;
}

/** What a user makes: production or standard by the machine's type, with fallback (hyperv-facts 5.1). */
export async function createUserCheckpoint(
  context: ActContext,
  machine: MachineEntry,
  options: UserCheckpointOptions,
): Promise<CheckpointEntry> {
  const isOnlyStandard = releaseOf(context.host) < Release.server2016;
  const type = isOnlyStandard ? "standard" : userType(machine, options);
  const id = options.id ?? newGuid(context.entropy).toUpperCase();
  const disks = await freezeDisks(context, machine, id);
  const entry: CheckpointEntry = {
    id,
    name: options.name,
    created: context.clock.now().toString(),
    parent: currentCheckpoint(machine),
    type,
    memory: options.memory ?? (type === "standard" && (hasWorker(machine) || machine.state === "saved")),
    disks,
  };
  machine.checkpoints.push(entry);
  machine.currentCheckpoint = entry.id;
  await makeFiles(context, machine, entry.id);
  await refreshLive(context, machine);
  return entry;
}

function userType(machine: MachineEntry, options: UserCheckpointOptions): "standard" | "production" {
  const wantsMemory = options.memory === true;
  const canFreeze = machine.guest.vss === "ok" || !hasWorker(machine);
  return !wantsMemory && machine.checkpointType !== "standard" && canFreeze ? "production" : "standard";
}

async function makeFiles(context: ActContext, machine: MachineEntry, id: string): Promise<void> {
  const entry = settingsOf(machine).find((one) => one.id === id);
  if (entry === undefined) return;
  await context.files.remove(context.host, entry); // half a file of an attempt that died
  await context.files.make(context.host, entry);
}

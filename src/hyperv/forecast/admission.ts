import { isOurs } from "../checkpoint-name.ts";
import { placeText } from "../inventory/attached-disks.ts";
import { type HostGeneration, isSince } from "../inventory/host-generation.ts";
import { type MachineInventory, shownState } from "../inventory/machine-inventory.ts";
import type { ReplicationLink } from "../inventory/replication-link.ts";
import type { MachineState } from "../machine-host.ts";
import type { ForecastRefusal } from "./forecast-types.ts";
import type { Sentence, SentenceKey } from "./sentences.ts";

/** What a forecast must know of the host. */
export interface ForecastHost {
  readonly generation: HostGeneration;
  readonly productType: 1 | 2 | 3;
  readonly caption: string;
  /** Machines of a cluster, as far as they were asked for: on hosts that can save a guest for its backup. */
  readonly clustered?: ReadonlySet<MachineInventory["id"]> | undefined;
}

export interface Refused extends ForecastRefusal {
  readonly sentence: Sentence;
}

const WORKSTATION = 1;

/** States that end by themselves, and the word for each. */
const PASSING: Partial<Record<MachineState, SentenceKey>> = {
  starting: "stateStarting",
  stopping: "stateStopping",
  saving: "stateSaving",
  pausing: "statePausing",
  resuming: "stateResuming",
  merging: "stateMerging",
  migrating: "stateMigrating",
  exporting: "stateExporting",
  checkpointing: "stateCheckpointing",
};

/** requirements.md 1, "May it be backed up at all?": the first rule that applies, or undefined when it may. */
export function refusalOf(machine: MachineInventory, host: ForecastHost): Refused | undefined {
  return (
    hostRefusal(host) ??
    testReplicaRefusal(machine) ??
    unreadableRefusal(machine) ??
    replicationRefusal(machine, host) ??
    passingStateRefusal(machine) ??
    standingCheckpointRefusal(machine) ??
    sharedDiskRefusal(machine, host)
  );
}

/** Whether it is a replica that has not been failed over: such a machine is off. */
export function isWaitingReplica(machine: MachineInventory): boolean {
  return machine.power !== "running" && machine.replication.some(isReplicaLink);
}

/** States of a replica in which Hyper-V fails a backup since 2012 R2 (hyperv-facts 6), and what to say of each. */
export function replicaBlock(link: ReplicationLink): SentenceKey | undefined {
  switch (link.state) {
    case "waiting-to-complete-initial-replication":
      return "busyInitialReplication";
    case "resynchronizing":
      return "busyResynchronising";
    case "waiting-to-start-resync":
    case "resync-suspended":
      return "busyResynchronisationRequired";
    case "failover-in-progress":
    case "failback-in-progress":
      return "busyFailover";
    default:
      return link.state === "critical" || link.health === "critical" ? "busyReplicationCritical" : undefined;
  }
}

export function isReplicaLink(link: ReplicationLink): boolean {
  return link.role === "replica" || link.role === "extended-replica";
}

function hostRefusal(host: ForecastHost): Refused | undefined {
  if (host.productType !== WORKSTATION) return undefined;
  const sentence: Sentence = { key: "desktop", facts: { caption: host.caption || "this system" } };
  return { kind: "refused", code: "desktop-not-supported", sentence };
}

function testReplicaRefusal(machine: MachineInventory): Refused | undefined {
  if (!machine.replication.some((link) => link.role === "test-replica")) return undefined;
  return { kind: "skipped", code: "test-replica", sentence: { key: "testReplica" } };
}

/** It may have been read in the middle of a change, so it is asked again. */
function unreadableRefusal(machine: MachineInventory): Refused | undefined {
  if (machine.power !== "unknown" && machine.hasSettings) return undefined;
  const puzzle = machine.puzzles.join("; ") || "nothing is known of it";
  return { kind: "busy", code: "machine-unreadable", sentence: { key: "unreadable", facts: { puzzle } } };
}

function replicationRefusal(machine: MachineInventory, host: ForecastHost): Refused | undefined {
  // on 2012 Hyper-V does not refuse: the machine is backed up with a warning
  const replicaKey =
    isWaitingReplica(machine) && isSince(host.generation, "2012r2")
      ? firstOf(machine.replication.filter(isReplicaLink).map(replicaBlock))
      : undefined;
  const key = replicaKey ?? firstOf(machine.replication.map(primaryBlock));
  return key === undefined ? undefined : busy({ key });
}

/** A primary is only waited for while its disks are being copied; a partner in trouble is no reason not to back up. */
function primaryBlock(link: ReplicationLink): SentenceKey | undefined {
  if (link.role !== "primary") return undefined;
  if (link.state === "waiting-to-complete-initial-replication") return "busyInitialReplication";
  return link.state === "resynchronizing" ? "busyResynchronising" : undefined;
}

function passingStateRefusal(machine: MachineInventory): Refused | undefined {
  const word = PASSING[shownState(machine)];
  return word === undefined ? undefined : busy({ key: "busyState", facts: { state: { key: word } } });
}

function standingCheckpointRefusal(machine: MachineInventory): Refused | undefined {
  const standing = machine.recoveryCheckpoints[0];
  if (standing === undefined) return undefined;
  const key = isOurs(standing.name) ? "ownCheckpoint" : "foreignCheckpoint";
  return busy({ key, facts: { checkpoint: standing.name } });
}

function sharedDiskRefusal(machine: MachineInventory, host: ForecastHost): Refused | undefined {
  const shared = machine.disks.find((disk) => disk.kind === "shared");
  if (shared === undefined || isSince(host.generation, "2016")) return undefined;
  const disk = shared.path ?? placeText(shared);
  return {
    kind: "refused",
    code: "shared-disk-not-supported",
    sentence: { key: "sharedDisk", facts: { disk } },
  };
}

function busy(sentence: Sentence): Refused {
  return { kind: "busy", code: "machine-busy", sentence };
}

function firstOf<T>(found: readonly (T | undefined)[]): T | undefined {
  return found.find((one) => one !== undefined);
}

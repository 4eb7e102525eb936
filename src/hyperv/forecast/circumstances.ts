import { isSince } from "../inventory/host-generation.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import type { ReplicationLink } from "../inventory/replication-link.ts";
import { type ForecastHost, isReplicaLink, isWaitingReplica, replicaBlock } from "./admission.ts";
import type { Warning } from "./coverage.ts";
import { lacksScsiController } from "./reach.ts";

/** What else its administrator should know before the hold. */
export function circumstancesOf(machine: MachineInventory, host: ForecastHost): readonly Warning[] {
  return [
    ...partnerWarnings(machine),
    ...replicaWarnings(machine, host),
    ...guestWarnings(machine, host),
    ...treeWarnings(machine),
    ...machine.puzzles.map((puzzle): Warning => {
      return { code: "host-answer-unclear", sentence: { key: "warnPuzzle", facts: { puzzle } } };
    }),
  ];
}

const PARTNER_TROUBLE: ReadonlySet<string> = new Set([
  "critical",
  "waiting-to-start-resync",
  "resync-suspended",
  "disk-update-critical",
]);

function partnerWarnings(machine: MachineInventory): readonly Warning[] {
  return machine.replication
    .filter((link) => link.role === "primary")
    .filter((link) => link.health === "critical" || PARTNER_TROUBLE.has(link.state))
    .map((link): Warning => {
      return { code: "replica-partner-critical", sentence: { key: "warnPartner", facts: words(link) } };
    });
}

/** 2012 backs up a replica in any state. */
function replicaWarnings(machine: MachineInventory, host: ForecastHost): readonly Warning[] {
  if (isSince(host.generation, "2012r2") || !isWaitingReplica(machine)) return [];
  return machine.replication
    .filter((link) => isReplicaLink(link) && replicaBlock(link) !== undefined)
    .map((link): Warning => {
      return {
        code: "replica-may-be-inconsistent",
        sentence: { key: "warnReplica2012", facts: words(link) },
      };
    });
}

function guestWarnings(machine: MachineInventory, host: ForecastHost): readonly Warning[] {
  const found: Warning[] = [];
  if (host.generation === "2012r2" && machine.power === "running" && lacksScsiController(machine)) {
    found.push({ code: "scsi-controller-missing", sentence: { key: "warnNoScsi" } });
  }
  if (machine.vtpm) found.push({ code: "vtpm-bound-to-host", sentence: { key: "warnVtpm" } });
  if (machine.power === "paused")
    found.push({ code: "memory-not-kept", sentence: { key: "warnPausedMemory" } });
  if (machine.healthCritical)
    found.push({ code: "machine-health-critical", sentence: { key: "warnHealth" } });
  return found;
}

function treeWarnings(machine: MachineInventory): readonly Warning[] {
  const found: Warning[] = [];
  const count = machine.missingCheckpoints;
  if (count > 0) {
    found.push({ code: "checkpoint-missing", sentence: { key: "warnMissingCheckpoints", facts: { count } } });
  }
  if (machine.suspendedMerge !== undefined) {
    found.push({ code: "merge-suspended", sentence: { key: "warnSuspendedMerge" } });
  }
  const isBare = machine.checkpoints.length === 0 && machine.recoveryCheckpoints.length === 0;
  for (const disk of isBare ? machine.disks : []) {
    if (disk.path === undefined || !/\.avhdx?$/i.test(disk.path)) continue;
    found.push({
      code: "checkpoint-disk-orphaned",
      sentence: { key: "warnOrphans", facts: { disk: disk.path } },
    });
  }
  return found;
}

function words(link: ReplicationLink): { readonly state: string; readonly health: string } {
  return { state: link.state, health: link.health };
}

import type { CaptureMethod, CheckpointKind, Consistency, Interruption } from "../../base/index.ts";
import type { HoldWishes } from "../hold-wishes.ts";
import { type HostGeneration, isSince } from "../inventory/host-generation.ts";
import { canQuiesce, type IntegrationStatus } from "../inventory/integration-status.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { isWaitingReplica } from "./admission.ts";
import type { SentenceKey } from "./sentences.ts";

/** One row of the second table of requirements.md 1. */
export interface Reach {
  readonly consistency: Consistency;
  readonly method: CaptureMethod;
  readonly checkpointKind: CheckpointKind;
  readonly interruptsGuest: Interruption;
  readonly memory: boolean;
  readonly reason: SentenceKey;
}

/** Production checkpoints need configuration version 6.2 (hyperv-facts 5.1). */
const FIRST_WITH_PRODUCTION = [6, 2] as const;

const CRASH_REASONS: Readonly<Record<Exclude<IntegrationStatus, "ok" | "degraded">, SentenceKey>> = {
  missing: "crashMissing",
  disabled: "crashDisabled",
  failing: "crashFailing",
  "protocol-mismatch": "crashProtocol",
  lost: "crashLost",
  none: "crashMissing",
};

/** Which consistency by which method, and what the guest feels of it. The machine may be backed up. */
export function reachOf(
  machine: MachineInventory,
  generation: HostGeneration,
  wishes: HoldWishes = {},
): Reach {
  if (machine.power !== "running") return stillReach(machine, generation, wishes);
  const reach = runningReach(machine, generation, wishes);
  return wishes.memory === "include" ? { ...reach, memory: true } : reach;
}

function runningReach(machine: MachineInventory, generation: HostGeneration, wishes: HoldWishes): Reach {
  if (!isSince(generation, "2012r2")) return olderWriterReach(machine);
  if (!isSince(generation, "2016")) return writerReach(machine);
  const byCheckpoint = hasProduction(machine) ? checkpointReach : oldVersionReach;
  if (wishes.method === "recovery-checkpoint") return byCheckpoint(machine);
  if (wishes.method === "shadow-copy") return newerWriterReach(machine);
  return hasProduction(machine) ? checkpointReach(machine) : writerReach(machine);
}

/** Off, saved or paused: nothing runs that could be asked, and nothing can be interrupted. */
function stillReach(machine: MachineInventory, generation: HostGeneration, wishes: HoldWishes): Reach {
  const usual: CaptureMethod = isSince(generation, "2016") ? "recovery-checkpoint" : "shadow-copy";
  const method = wishes.method ?? usual;
  const still = { method, checkpointKind: "none", interruptsGuest: "no", memory: false } as const;
  if (machine.power === "saved") return { ...still, consistency: "saved", memory: true, reason: "saved" };
  if (isWaitingReplica(machine)) return { ...still, consistency: "crash", reason: "replicaOff" };
  return { ...still, consistency: "crash", reason: machine.power === "paused" ? "paused" : "off" };
}

/** 2016 and later, by a recovery checkpoint. */
function checkpointReach(machine: MachineInventory): Reach {
  const by = { method: "recovery-checkpoint", memory: false } as const;
  if (machine.checkpointType === "disabled") {
    const reason = "crashDisabledType";
    return { ...by, consistency: "crash", checkpointKind: "none", interruptsGuest: "possible", reason };
  }
  const still = { ...by, interruptsGuest: "no" } as const;
  if (!canQuiesce(machine.integration)) return crash(still, crashReason(machine.integration));
  if (machine.checkpointType === "standard") return crash(still, "crashStandardType");
  return quiesced(still, machine.guestOs);
}

/** Below configuration version 6.2 a guest cannot take part in a checkpoint (docs/unconfirmed.md, old-version-recovery). */
function oldVersionReach(): Reach {
  const by = { method: "recovery-checkpoint", memory: false, interruptsGuest: "no" } as const;
  return crash(by, "crashOldVersion");
}

/** 2016 and later, where the writer was asked for: what it does with a machine without checkpoints nobody has confirmed. */
function newerWriterReach(machine: MachineInventory): Reach {
  if (machine.checkpointType !== "disabled") return writerReach(machine);
  const by = { method: "shadow-copy", memory: false, checkpointKind: "none" } as const;
  return { ...by, consistency: "crash", interruptsGuest: "possible", reason: "crashDisabledTypeWriter" };
}

/** 2012 R2 (and old machines on 2016 and 2019), by the VSS writer, which makes a checkpoint itself. */
function writerReach(machine: MachineInventory): Reach {
  const by = { method: "shadow-copy", memory: false, interruptsGuest: "no" } as const;
  if (!canQuiesce(machine.integration)) return crash(by, crashReason(machine.integration));
  if (lacksScsiController(machine)) return crash(by, "crashNoScsi");
  return writerWords(quiesced(by, machine.guestOs));
}

/** 2012 and older: without an answer from a Windows guest the writer saves the machine. */
function olderWriterReach(machine: MachineInventory): Reach {
  const by = { method: "shadow-copy", memory: false } as const;
  if (canQuiesce(machine.integration) && machine.guestOs !== "linux") {
    return writerWords(quiesced({ ...by, interruptsGuest: "no" }, machine.guestOs));
  }
  const reason = "savedByWriter";
  return { ...by, consistency: "crash", checkpointKind: "none", interruptsGuest: "save", reason };
}

/** On 2012 R2 the guest snapshot of a machine of generation 1 needs a SCSI controller. */
export function lacksScsiController(machine: MachineInventory): boolean {
  return machine.generation === 1 && machine.scsiControllers === 0;
}

type Means = Pick<Reach, "method" | "memory" | "interruptsGuest">;

function crash(by: Means, reason: SentenceKey): Reach {
  return { ...by, consistency: "crash", checkpointKind: "standard", reason };
}

/** The guest does it; what it can do depends on what it is. A guest that does not say it is labelled the lower way. */
function quiesced(by: Means, guestOs: MachineInventory["guestOs"]): Reach {
  const production = { ...by, checkpointKind: "production" } as const;
  if (guestOs === "windows") return { ...production, consistency: "application", reason: "application" };
  const reason = guestOs === "linux" ? "filesystem" : "filesystemUnknownGuest";
  return { ...production, consistency: "filesystem", reason };
}

function writerWords(reach: Reach): Reach {
  return reach.reason === "application" ? { ...reach, reason: "applicationWriter" } : reach;
}

function crashReason(status: IntegrationStatus): SentenceKey {
  return status === "ok" || status === "degraded" ? "crashFailing" : CRASH_REASONS[status];
}

/** A machine that does not say its version is taken for a new one: the host decides. */
function hasProduction(machine: MachineInventory): boolean {
  const parts = /^(\d+)\.(\d+)/.exec(machine.configurationVersion ?? "");
  if (parts === null) return true;
  const [major, minor] = [Number(parts[1]), Number(parts[2])];
  const [firstMajor, firstMinor] = FIRST_WITH_PRODUCTION;
  return major > firstMajor || (major === firstMajor && minor >= firstMinor);
}

import { newGuid } from "../../base/index.ts";
import type { CimInstance, CimMethodResult } from "../../cim/index.ts";
import { conflictOf, type RecoveryRequest, recoveryRefusal } from "../acts/hold-refusal.ts";
import { checkpointFailed, conflictingOperation, HyperVCode } from "../acts/refusals.ts";
import { JobType } from "../state/host-jobs.ts";
import { Release } from "../state/host-version.ts";
import { settingsOf } from "../state/lineage.ts";
import type { MachineEntry } from "../state/schema.ts";
import {
  argument,
  type CimMethod,
  instanceArgument,
  type MethodCall,
  machineArgument,
  returned,
  settingsArgument,
  startedJob,
} from "./method-call.ts";

const SERVICE = "Msvm_VirtualSystemSnapshotService";
const FULL = 2;
/** The backup kind, which the reference page does not list: hyperv-facts 2.1. */
const RECOVERY = 32768;

/** hyperv-facts 2.1. */
export const CHECKPOINT_METHODS: readonly CimMethod[] = [
  { className: SERVICE, name: "CreateSnapshot", byJob: true, answer: createCheckpoint },
  { className: SERVICE, name: "DestroySnapshot", byJob: true, answer: removeCheckpoint },
  { className: SERVICE, name: "ApplySnapshot", byJob: true, answer: applyCheckpoint },
];

function createCheckpoint(call: MethodCall): CimMethodResult {
  const machine = machineArgument(call, "AffectedSystem");
  const settings = instanceArgument(call, "SnapshotSettings");
  const type = argument(call, "SnapshotType");
  if (machine === undefined) return returned(HyperVCode.invalidParameter);
  const conflict = conflictOf(call.context.host, machine);
  if (conflict !== undefined) {
    if (call.view.assumptions.busyRefusal === "return") return returned(conflict.errorCode);
    return failingJob(call, { machine, refusal: conflict });
  }
  if (type === FULL) {
    const isDisabled = machine.checkpointType === "disabled" && call.view.release >= Release.server2016;
    if (isDisabled) {
      const refusal = checkpointFailed(
        machine.name,
        "Checkpoints have been disabled for this virtual machine.",
      );
      return failingJob(call, { machine, refusal });
    }
    return startedJob(call, {
      type: JobType.create,
      machine,
      work: {
        kind: "create-checkpoint",
        id: newId(call),
        name: `${machine.name} - (${call.view.now.toString()})`,
      },
    });
  }
  const request = type === RECOVERY ? recoveryRequest(call, settings) : undefined;
  if (request === undefined) return returned(HyperVCode.invalidParameter);
  const refusal = recoveryRefusal(call.context.host, machine, request);
  if (refusal !== undefined) return failingJob(call, { machine, refusal });
  const { consistency } = request;
  return startedJob(call, {
    type: JobType.create,
    machine,
    work: { kind: "create-recovery", id: newId(call), consistency },
  });
}

/** Decided when the job begins, and written down with it: a job that is done again makes the same. */
function newId(call: MethodCall): string {
  return newGuid(call.context.entropy).toUpperCase();
}

function failingJob(
  call: MethodCall,
  facts: {
    readonly machine: MachineEntry;
    readonly refusal: { errorCode: number; errorDescription: string };
  },
): CimMethodResult {
  const { machine, refusal } = facts;
  return startedJob(call, { type: JobType.create, machine, work: { kind: "fail", ...refusal } });
}

/** Recovery checkpoints came with 2016, GuestBackupType after it: hyperv-facts 2.1, 11.7. */
function recoveryRequest(call: MethodCall, settings: CimInstance | undefined): RecoveryRequest | undefined {
  const { release, assumptions } = call.view;
  if (release < Release.server2016 || settings === undefined) return undefined;
  const hasBackupType = (settings.properties["GuestBackupType"] ?? null) !== null;
  const isTooOld = release === Release.server2016 && assumptions.guestBackupTypeOn2016 === "fails";
  if (hasBackupType && isTooOld) return undefined;
  return {
    consistency: settings.properties["ConsistencyLevel"] === 1 ? "application" : "crash",
    ignoresUncoverable: settings.properties["IgnoreNonSnapshottableDisks"] === true,
  };
}

function removeCheckpoint(call: MethodCall): CimMethodResult {
  const found = checkpointArgument(call, "AffectedSnapshot");
  if (found === undefined) return returned(HyperVCode.invalidParameter);
  const { machine, id } = found;
  if (isOccupied(call, machine)) return returned(conflictingOperation(machine.name).errorCode);
  return startedJob(call, {
    type: JobType.remove,
    machine,
    work: { kind: "remove-checkpoint", checkpoint: id },
  });
}

function applyCheckpoint(call: MethodCall): CimMethodResult {
  const found = checkpointArgument(call, "Snapshot");
  if (found === undefined) return returned(HyperVCode.invalidParameter);
  const { machine, id } = found;
  if (isOccupied(call, machine)) return returned(HyperVCode.invalidState);
  return startedJob(call, {
    type: JobType.apply,
    machine,
    work: { kind: "apply-checkpoint", checkpoint: id, id: newId(call) },
  });
}

function isOccupied(call: MethodCall, machine: MachineEntry): boolean {
  const isDoing = (call.context.host.hostJobs ?? []).some(
    (job) => job.machine === machine.id && job.state === "running",
  );
  return isDoing || machine.state === "migrating";
}

function checkpointArgument(
  call: MethodCall,
  name: string,
): { readonly machine: MachineEntry; readonly id: string } | undefined {
  const id = settingsArgument(call, name);
  const machine = call.context.host.machines.find((one) =>
    settingsOf(one).some((entry) => entry.id === id && entry.kind !== "live"),
  );
  return machine === undefined || id === undefined ? undefined : { machine, id };
}

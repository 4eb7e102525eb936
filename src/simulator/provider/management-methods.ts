import { type CimInstance, type CimMethodResult, isInstance } from "../../cim/index.ts";
import { changeReplication } from "../acts/change-replication.ts";
import { changeState } from "../acts/change-state.ts";
import { retryPendingMerges } from "../acts/merge-disks.ts";
import { HyperVCode } from "../acts/refusals.ts";
import { Release } from "../state/host-version.ts";
import type { MachineEntry } from "../state/schema.ts";
import { argument, type CimMethod, instanceArgument, type MethodCall, returned } from "./method-call.ts";
import { scalarText } from "./scalar-text.ts";
import { CHECKPOINT_TYPES } from "./settings-classes.ts";

const SERVICE = "Msvm_VirtualSystemManagementService";
const TERMINATE = 4;
const KILL = 5;
const SERVICE_ON = 2;
const SERVICE_OFF = 3;
/** RequestedState of Msvm_ComputerSystem: hyperv-facts 1.2. */
const REQUESTED: Readonly<Record<number, MachineEntry["state"]>> = {
  2: "running",
  3: "off",
  6: "saved",
  9: "paused",
};

export const MANAGEMENT_METHODS: readonly CimMethod[] = [
  { className: SERVICE, name: "ModifySystemSettings", answer: modifySystemSettings },
  { className: SERVICE, name: "ModifyDiskMergeSettings", answer: modifyMergeSettings },
  { className: SERVICE, name: "ModifyGuestServiceSettings", answer: modifyGuestServices },
  { className: "Msvm_ConcreteJob", name: "GetErrorEx", answer: jobErrors },
  { className: "Msvm_ConcreteJob", name: "RequestStateChange", answer: changeJobState },
  { className: "Msvm_ComputerSystem", name: "RequestStateChange", answer: changeMachineState },
  {
    className: "Msvm_ComputerSystem",
    name: "RequestReplicationStateChange",
    answer: changeMachineReplication,
  },
];

/** Changes what the embedded instance names, by its InstanceID; the rest stays (hyperv-facts 8.1, 9.1). */
function modifySystemSettings(call: MethodCall): CimMethodResult {
  const settings = instanceArgument(call, "SystemSettings");
  const id = /^Microsoft:([0-9a-f-]{36})$/i.exec(scalarText(settings?.properties["InstanceID"]))?.[1];
  if (settings === undefined || id === undefined) return returned(HyperVCode.invalidParameter);
  return returned(applySettings(call, id.toUpperCase(), settings));
}

function applySettings(call: MethodCall, id: string, settings: CimInstance): number {
  const { ElementName: name, IncrementalBackupEnabled: incremental } = settings.properties;
  const type = settings.properties["UserSnapshotType"] ?? null;
  for (const machine of call.context.host.machines) {
    const entries = [machine, ...machine.checkpoints, ...(machine.recoveryCheckpoints ?? [])];
    const entry = entries.find((one) => one.id === id);
    if (entry === undefined) continue;
    if (typeof name === "string") {
      // names of settings have at most 100 characters: hyperv-facts 1.3
      if (name === "" || name.length > 100) return HyperVCode.invalidParameter;
      entry.name = name;
    }
    if (type !== null) {
      const word = Object.entries(CHECKPOINT_TYPES).find(([, number]) => number === type)?.[0];
      // the setting came with 2016: hyperv-facts 1.3
      if (word === undefined || entry !== machine || call.view.release < Release.server2016) {
        return HyperVCode.invalidParameter;
      }
      machine.checkpointType = word as MachineEntry["checkpointType"];
    }
    if (typeof incremental === "boolean") machine["incrementalBackupEnabled"] = incremental;
    return HyperVCode.done;
  }
  return HyperVCode.invalidParameter;
}

/** Switches the backup service of guests off and on, by the InstanceID of the live settings (hyperv-facts 1.6). */
function modifyGuestServices(call: MethodCall): CimMethodResult {
  const settings = argument(call, "GuestServiceSettings");
  for (const one of Array.isArray(settings) ? settings : []) {
    if (!isInstance(one)) return returned(HyperVCode.invalidParameter);
    const id = /^Microsoft:([0-9a-f-]{36})\\/i.exec(scalarText(one.properties["InstanceID"]))?.[1];
    const machine = call.context.host.machines.find((entry) => entry.id === id?.toUpperCase());
    const state = one.properties["EnabledState"];
    if (machine === undefined || (state !== SERVICE_ON && state !== SERVICE_OFF)) {
      return returned(HyperVCode.invalidParameter);
    }
    switchBackupService(machine, state === SERVICE_ON);
  }
  return returned(HyperVCode.done);
}

/** What the guest could do before is what it can do again. */
function switchBackupService(machine: MachineEntry, on: boolean): void {
  const { guest } = machine;
  if (on && guest.vss === "disabled") {
    guest.vss = guest.vssBefore ?? "missing";
    delete guest.vssBefore;
  } else if (!on && guest.vss !== "disabled") {
    guest.vssBefore = guest.vss;
    guest.vss = "disabled";
  }
}

/** hyperv-facts 2.5; merges that were outstanding are done when they are enabled again. */
async function modifyMergeSettings(call: MethodCall): Promise<CimMethodResult> {
  const settings = instanceArgument(call, "SettingData");
  const id = scalarText(settings?.properties["InstanceID"]).replace(/^Microsoft:/, "");
  const machine = call.context.host.machines.find((one) => one.id === id.toUpperCase());
  const state = settings?.properties["EnabledState"];
  if (machine === undefined || (state !== 0 && state !== 1)) return returned(HyperVCode.invalidParameter);
  machine.mergesEnabled = state === 1;
  await retryPendingMerges(call.context, machine);
  return returned(HyperVCode.done);
}

/** Errors[] is null when there is nothing: hyperv-facts 1.7. */
function jobErrors(call: MethodCall): CimMethodResult {
  const job = (call.context.host.hostJobs ?? []).find((one) => one.id === call.on.keys["InstanceID"]);
  if (job?.errorDescription === undefined) return returned(HyperVCode.done, { Errors: null });
  const error: CimInstance = {
    kind: "instance",
    className: "Msvm_Error",
    properties: { Message: job.errorDescription, ErrorType: 4, ProbableCause: 0 },
  };
  return returned(HyperVCode.done, { Errors: [error] });
}

/** Terminate and kill; a job that has not done its work yet never does it (hyperv-facts 1.7). */
function changeJobState(call: MethodCall): CimMethodResult {
  const job = (call.context.host.hostJobs ?? []).find((one) => one.id === call.on.keys["InstanceID"]);
  const wanted = argument(call, "RequestedState");
  if (job?.state !== "running") return returned(HyperVCode.invalidState);
  if (wanted !== TERMINATE && wanted !== KILL) return returned(HyperVCode.invalidParameter);
  job.state = "terminated";
  job.ended = call.view.now.toString();
  return returned(HyperVCode.done);
}

async function changeMachineState(call: MethodCall): Promise<CimMethodResult> {
  const machine = call.context.host.machines.find((one) => one.id === call.on.keys["Name"]);
  const wanted = REQUESTED[Number(argument(call, "RequestedState"))];
  if (machine === undefined || wanted === undefined) return returned(HyperVCode.invalidParameter);
  if (machine.state === wanted) return returned(HyperVCode.invalidState);
  await changeState(call.context, machine, wanted);
  return returned(HyperVCode.done);
}

/** hyperv-facts 6: on the primary relationship; at once here, by a host job or not on Windows. */
function changeMachineReplication(call: MethodCall): CimMethodResult {
  const machine = call.context.host.machines.find((one) => one.id === call.on.keys["Name"]);
  if (machine === undefined) return returned(HyperVCode.invalidParameter);
  return returned(
    changeReplication(machine, Number(argument(call, "RequestedState")), call.view.assumptions),
  );
}

import type { CimInstance, CimReference } from "../../cim/index.ts";
import { currentCheckpoint, settingsOf } from "../state/lineage.ts";
import { classesOf, classOf } from "./catalogue.ts";
import { type HostView, instanceOf, settingsReference, V2 } from "./host-view.ts";
import { scalarText } from "./scalar-text.ts";

type Association = (view: HostView, from: CimReference) => readonly CimInstance[];

/** The associations that hyperv-facts 1.4 names, from the end at which clients begin. */
const ASSOCIATIONS: Readonly<Record<string, Association>> = {
  Msvm_AffectedJobElement: affectedByJob,
  Msvm_SettingsDefineState: (view, from) => settingsWhere(view, from, "live"),
  Msvm_SnapshotOfVirtualSystem: (view, from) => settingsWhere(view, from, "checkpoint", "recovery"),
  Msvm_MostCurrentSnapshotInBranch: mostCurrent,
  Msvm_VirtualSystemSettingDataComponent: resourcesOfSettings,
  Msvm_SystemDevice: devicesOfMachine,
};

const RESOURCE_CLASSES = [
  "Msvm_StorageAllocationSettingData",
  "Msvm_ResourceAllocationSettingData",
  "Msvm_SyntheticEthernetPortSettingData",
  "Msvm_EthernetPortAllocationSettingData",
  "Msvm_VssComponentSettingData",
  "Msvm_SecuritySettingData",
];
const DEVICE_CLASSES = ["Msvm_VssComponent", "Msvm_KvpExchangeComponent"];

/** Everything at the other end of one kind of association, or of all of them. */
export function associatedWith(
  view: HostView,
  from: CimReference,
  filter: { readonly associationClass?: string | undefined; readonly resultClass?: string | undefined },
): readonly CimInstance[] {
  const wanted = filter.associationClass?.toLowerCase();
  const kinds = Object.entries(ASSOCIATIONS).filter(
    ([name]) => wanted === undefined || name.toLowerCase() === wanted,
  );
  const found = kinds.flatMap(([, association]) => association(view, from));
  const result = filter.resultClass?.toLowerCase();
  return found.filter((one) => result === undefined || one.className.toLowerCase() === result);
}

/** Nothing until the job is complete: hyperv-facts 1.1. */
function affectedByJob(view: HostView, from: CimReference): readonly CimInstance[] {
  const job = (view.host.hostJobs ?? []).find((one) => one.id === from.keys["InstanceID"]);
  if (job?.state !== "completed" || job.affected === undefined) return [];
  return instanceById(view, job.affected);
}

function mostCurrent(view: HostView, from: CimReference): readonly CimInstance[] {
  const machine = view.host.machines.find((one) => one.id === from.keys["Name"]);
  const current = machine === undefined ? null : currentCheckpoint(machine);
  return current === null ? [] : instanceById(view, String(settingsReference(current).keys["InstanceID"]));
}

function settingsWhere(
  view: HostView,
  from: CimReference,
  ...kinds: readonly string[]
): readonly CimInstance[] {
  if (from.className !== "Msvm_ComputerSystem") return [];
  return view.host.machines
    .filter((machine) => machine.id === from.keys["Name"])
    .flatMap((machine) => settingsOf(machine).filter((entry) => kinds.includes(entry.kind)))
    .flatMap((entry) => instanceById(view, `Microsoft:${entry.id}`));
}

function resourcesOfSettings(view: HostView, from: CimReference): readonly CimInstance[] {
  const prefix = `${String(from.keys["InstanceID"])}\\`;
  return ofClasses(view, RESOURCE_CLASSES).filter((one) =>
    scalarText(one.properties["InstanceID"]).startsWith(prefix),
  );
}

function devicesOfMachine(view: HostView, from: CimReference): readonly CimInstance[] {
  return ofClasses(view, DEVICE_CLASSES).filter((one) => one.properties["SystemName"] === from.keys["Name"]);
}

function ofClasses(view: HostView, names: readonly string[]): readonly CimInstance[] {
  return classesOf(view, V2)
    .filter((one) => names.includes(one.name))
    .flatMap((one) => one.instances(view).map((properties) => instanceOf(V2, one, properties)));
}

function instanceById(view: HostView, instanceId: string): readonly CimInstance[] {
  const settings = classOf(view, V2, "Msvm_VirtualSystemSettingData");
  return settings
    .instances(view)
    .filter((properties) => properties["InstanceID"] === instanceId)
    .map((properties) => instanceOf(V2, settings, properties));
}

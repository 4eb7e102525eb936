import { configurationPlaces } from "../configuration/configuration-places.ts";
import { derivedGuid } from "../state/derived-guid.ts";
import { Release } from "../state/host-version.ts";
import { currentCheckpoint, type SettingsEntry, settingsOf } from "../state/lineage.ts";
import type { MachineEntry } from "../state/schema.ts";
import {
  type CimClass,
  type HostView,
  machineReference,
  moment,
  type Properties,
  settingsPath,
  settingsReference,
} from "./host-view.ts";

/** VirtualSystemType: hyperv-facts 1.3. */
const TYPES: Readonly<Record<SettingsEntry["kind"], string>> = {
  live: "Microsoft:Hyper-V:System:Realized",
  checkpoint: "Microsoft:Hyper-V:Snapshot:Realized",
  recovery: "Microsoft:Hyper-V:Snapshot:Recovery",
};
/** UserSnapshotType, since 2016: hyperv-facts 1.3. */
export const CHECKPOINT_TYPES: Readonly<Record<MachineEntry["checkpointType"], number>> = {
  disabled: 2,
  production: 3,
  "production-only": 4,
  standard: 5,
};

export const SYSTEM_SETTINGS: CimClass = {
  name: "Msvm_VirtualSystemSettingData",
  keys: ["InstanceID"],
  since: Release.server2012,
  instances: (view) =>
    view.host.machines.flatMap((machine) => [
      ...settingsOf(machine).map((entry) => settings(view, entry)),
      ...Array.from({ length: machine.missingCheckpoints ?? 0 }, (_, at) => missing(machine, at)),
    ]),
};

function settings(view: HostView, entry: SettingsEntry): Properties {
  const { machine, id } = entry;
  const places = configurationPlaces(view.host, entry);
  return {
    InstanceID: `Microsoft:${id}`,
    ElementName: entry.name,
    VirtualSystemIdentifier: machine.id,
    ConfigurationID: id,
    VirtualSystemType: TYPES[entry.kind],
    Version: machine.configurationVersion,
    CreationTime: entry.created === undefined ? null : moment(entry.created),
    Notes: [],
    Parent: entry.parent === null ? null : settingsPath(view, entry.parent),
    ConfigurationDataRoot: places.root,
    ConfigurationFile: places.configurationFile,
    SnapshotDataRoot: places.root,
    SuspendDataRoot: places.root,
    SwapFileDataRoot: places.root,
    IsSaved: entry.memory,
    IncrementalBackupEnabled: machine["incrementalBackupEnabled"] === true,
    ...sinceProperties(view, machine),
    ...(places.guestStateFile === undefined
      ? {}
      : { GuestStateDataRoot: places.root, GuestStateFile: places.guestStateFile }),
    ...(view.release >= Release.server2016 ? { ConsistencyLevel: consistencyLevel(entry) } : {}),
  };
}

/** VirtualSystemType of a checkpoint whose files are not found: hyperv-facts 1.3. */
function missing(machine: MachineEntry, at: number): Properties {
  const id = derivedGuid(machine.id, `missing ${at}`);
  return {
    InstanceID: `Microsoft:${id}`,
    ElementName: `missing ${at}`,
    VirtualSystemIdentifier: machine.id,
    VirtualSystemType: "Microsoft:Hyper-V:Snapshot:Missing",
  };
}

/** Generation came with 2012 R2, the type of user checkpoints with 2016. */
function sinceProperties(view: HostView, machine: MachineEntry): Properties {
  return {
    ...(view.release >= Release.server2012R2
      ? { VirtualSystemSubType: `Microsoft:Hyper-V:SubType:${machine.generation}` }
      : {}),
    ...(view.release >= Release.server2016
      ? { UserSnapshotType: CHECKPOINT_TYPES[machine.checkpointType] }
      : {}),
  };
}

/** 0 unknown, 1 application, 2 crash: hyperv-facts 2.1. */
function consistencyLevel(entry: SettingsEntry): number {
  const { checkpoints, recoveryCheckpoints = [] } = entry.machine;
  const user = checkpoints.find((one) => one.id === entry.id);
  if (user !== undefined) return user.type === "production" ? 1 : 2;
  return recoveryCheckpoints.find((one) => one.id === entry.id)?.consistency ?? 0;
}

/** Antecedent: the machine; Dependent: the settings that its present state descends from (hyperv-facts 1.4). */
export const MOST_CURRENT: CimClass = {
  name: "Msvm_MostCurrentSnapshotInBranch",
  keys: ["Antecedent", "Dependent"],
  since: Release.server2012,
  instances: (view) =>
    view.host.machines.flatMap((machine) => {
      const current = currentCheckpoint(machine);
      if (current === null) return [];
      return [{ Antecedent: machineReference(machine.id), Dependent: settingsReference(current) }];
    }),
};

export const SNAPSHOT_OF_SYSTEM: CimClass = {
  name: "Msvm_SnapshotOfVirtualSystem",
  keys: ["Antecedent", "Dependent"],
  since: Release.server2012,
  instances: (view) =>
    view.host.machines.flatMap((machine) =>
      settingsOf(machine)
        .filter((entry) => entry.kind !== "live")
        .map((entry) => ({
          Antecedent: machineReference(machine.id),
          Dependent: settingsReference(entry.id),
        })),
    ),
};

/** Msvm_SecuritySettingData, since 2016: hyperv-facts 7 (virtual TPM). */
export const SECURITY_SETTINGS: CimClass = {
  name: "Msvm_SecuritySettingData",
  keys: ["InstanceID"],
  since: Release.server2016,
  instances: (view) =>
    view.host.machines.flatMap((machine) =>
      settingsOf(machine).map((entry) => ({
        InstanceID: `Microsoft:${entry.id}\\SecuritySettings`,
        ElementName: "Security Settings",
        TpmEnabled: machine.vtpm === true,
        ShieldingRequested: false,
      })),
    ),
};

/** Msvm_DiskMergeSettingData, since 2016: hyperv-facts 2.5. */
export const MERGE_SETTINGS: CimClass = {
  name: "Msvm_DiskMergeSettingData",
  keys: ["InstanceID"],
  since: Release.server2016,
  instances: (view) =>
    view.host.machines.map((machine) => ({
      InstanceID: `Microsoft:${machine.id}`,
      ElementName: machine.name,
      EnabledState: machine.mergesEnabled === false ? 0 : 1,
    })),
};

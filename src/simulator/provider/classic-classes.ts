import type { Assumptions } from "../state/assumptions.ts";
import { Release } from "../state/host-version.ts";
import { type SettingsEntry, settingsOf } from "../state/lineage.ts";
import { allocationId, controllerId, controllersOf, driveId } from "./device-slots.ts";
import type { CimClass, Properties } from "./host-view.ts";

/** SettingType of root\virtualization, instead of the type texts of v2: hyperv-facts 4. */
const SETTING_TYPE: Readonly<Record<SettingsEntry["kind"], number>> = { live: 3, checkpoint: 5, recovery: 5 };
const STORAGE_EXTENT = 21;
const CLASSIC_CONTROLLERS = {
  ide: { type: 5, subType: "Microsoft Emulated IDE Controller" },
  scsi: { type: 6, subType: "Microsoft Synthetic SCSI Controller" },
} as const;

export const CLASSIC_SETTINGS: CimClass = {
  name: "Msvm_VirtualSystemSettingData",
  keys: ["InstanceID"],
  since: Release.server2008,
  instances: (view) =>
    view.host.machines.flatMap((machine) =>
      settingsOf(machine).map((entry) => ({
        InstanceID: `Microsoft:${entry.id}`,
        SystemName: machine.id,
        ElementName: entry.name,
        SettingType: SETTING_TYPE[entry.kind],
        Parent: entry.parent === null ? null : `Microsoft:${entry.parent}`,
      })),
    ),
};

/** Where the files of a machine lie: hyperv-facts 4. */
export const CLASSIC_GLOBAL_SETTINGS: CimClass = {
  name: "Msvm_VirtualSystemGlobalSettingData",
  keys: ["InstanceID"],
  since: Release.server2008,
  instances: (view) =>
    view.host.machines.map((machine) => ({
      InstanceID: `Microsoft:${machine.id}`,
      SystemName: machine.id,
      ElementName: machine.name,
      ExternalDataRoot: machine.configurationRoot,
      SnapshotDataRoot: machine.configurationRoot,
    })),
};

/** Controllers, drives and disks in one class; the disk's path is in Connection (hyperv-facts 4). */
export const CLASSIC_RESOURCES: CimClass = {
  name: "Msvm_ResourceAllocationSettingData",
  keys: ["InstanceID"],
  since: Release.server2008,
  instances: (view) =>
    view.host.machines
      .flatMap(settingsOf)
      .flatMap((entry) => resources(entry, view.assumptions.classicPlace)),
};

function resources(entry: SettingsEntry, place: Assumptions["classicPlace"]): Properties[] {
  const placeName = place === "address" ? "Address" : "AddressOnParent"; // docs/unconfirmed.md, v1-resource-place
  const controllers = controllersOf(entry).map((slot) => ({
    InstanceID: controllerId(entry, slot),
    ResourceType: CLASSIC_CONTROLLERS[slot.controller].type,
    ResourceSubType: CLASSIC_CONTROLLERS[slot.controller].subType,
    Address: String(slot.number),
  }));
  const disks = entry.disks.flatMap((disk) => [
    {
      InstanceID: driveId(entry, disk),
      ResourceType: 22,
      ResourceSubType:
        disk.path === undefined ? "Microsoft Physical Disk Drive" : "Microsoft Synthetic Disk Drive",
      Parent: controllerId(entry, disk),
      [placeName]: String(disk.location),
    },
    ...(disk.path === undefined
      ? []
      : [
          {
            InstanceID: allocationId(entry, disk),
            ResourceType: STORAGE_EXTENT,
            ResourceSubType: "Microsoft Virtual Hard Disk",
            Parent: driveId(entry, disk),
            Connection: [disk.path],
          },
        ]),
  ]);
  return [...controllers, ...disks];
}

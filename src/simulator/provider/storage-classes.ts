import type { CimReference } from "../../cim/index.ts";
import { derivedGuid } from "../state/derived-guid.ts";
import { Release } from "../state/host-version.ts";
import { type SettingsEntry, settingsOf } from "../state/lineage.ts";
import type { DiskEntry } from "../state/schema.ts";
import { allocationId, type ControllerSlot, controllerId, controllersOf, driveId } from "./device-slots.ts";
import { type CimClass, type HostView, type Properties, V2 } from "./host-view.ts";
import { objectPath } from "./object-path.ts";

/** ResourceSubType and ResourceType: hyperv-facts 1.5. */
const Sub = {
  disk: "Microsoft:Hyper-V:Virtual Hard Disk",
  image: "Microsoft:Hyper-V:Virtual CD/DVD Disk",
  drive: "Microsoft:Hyper-V:Synthetic Disk Drive",
  physical: "Microsoft:Hyper-V:Physical Disk Drive",
  ide: "Microsoft:Hyper-V:Emulated IDE Controller",
  scsi: "Microsoft:Hyper-V:Synthetic SCSI Controller",
  fibreChannel: "Microsoft:Hyper-V:Synthetic FibreChannel Port",
  tpm: "Microsoft:Hyper-V:TPM",
} as const;
const CONTROLLER_TYPE = { ide: 5, scsi: 6 } as const;
const DISK_DRIVE = 17;
const LOGICAL_DISK = 31;

/** What is loaded into drives: a pass-through disk has no such child (hyperv-facts 1.5). */
export const STORAGE_ALLOCATION: CimClass = {
  name: "Msvm_StorageAllocationSettingData",
  keys: ["InstanceID"],
  since: Release.server2012,
  instances: (view) =>
    everySettings(view).flatMap((entry) => [
      ...disksOf(entry).flatMap((disk) => allocation(view, entry, disk)),
      ...(entry.machine.images ?? []).map((path, at) => image(entry, path, at)),
    ]),
};

function allocation(view: HostView, entry: SettingsEntry, disk: DiskEntry): Properties[] {
  if (disk.path === undefined) return [];
  return [
    {
      InstanceID: allocationId(entry, disk),
      ElementName: "Hard Disk Image",
      ResourceType: LOGICAL_DISK,
      ResourceSubType: Sub.disk,
      HostResource: [disk.path],
      Parent: resourcePath(view, driveId(entry, disk)),
      // shared VHDX came with 2012 R2
      ...(view.release >= Release.server2012R2
        ? { PersistentReservationsSupported: disk.shared !== undefined }
        : {}),
    },
  ];
}

function image(entry: SettingsEntry, path: string, at: number): Properties {
  return {
    InstanceID: `Microsoft:${entry.id}\\${derivedGuid(entry.machine.id, `image ${at}`)}\\L`,
    ElementName: "ISO Disk Image",
    ResourceType: LOGICAL_DISK,
    ResourceSubType: Sub.image,
    HostResource: [path],
  };
}

/** Devices of the host that were handed to machines: hyperv-facts 7. */
export const ASSIGNED_DEVICE: CimClass = {
  name: "Msvm_PciExpressSettingData",
  keys: ["InstanceID"],
  since: Release.server2016,
  instances: (view) =>
    everySettings(view).flatMap((entry) =>
      Array.from({ length: entry.machine.assignedDevices ?? 0 }, (_, at) => ({
        InstanceID: `Microsoft:${entry.id}\\${derivedGuid(entry.machine.id, `device ${at}`)}`,
        ElementName: "PCI Express Port",
        ResourceSubType: "Microsoft:Hyper-V:Virtual Pci Express Port",
      })),
    ),
};

/** Controllers, drives, and devices that are no disks. */
export const RESOURCE_ALLOCATION: CimClass = {
  name: "Msvm_ResourceAllocationSettingData",
  keys: ["InstanceID"],
  since: Release.server2012,
  instances: (view) =>
    everySettings(view).flatMap((entry) => [
      ...controllersOf(entry).map((slot) => controller(entry, slot)),
      ...disksOf(entry).map((disk) => drive(view, entry, disk)),
      ...otherDevices(entry),
    ]),
};

function controller(entry: SettingsEntry, slot: ControllerSlot): Properties {
  const isIde = slot.controller === "ide";
  return {
    InstanceID: controllerId(entry, slot),
    ElementName: isIde ? `IDE Controller ${slot.number}` : "SCSI Controller",
    ResourceType: CONTROLLER_TYPE[slot.controller],
    ResourceSubType: isIde ? Sub.ide : Sub.scsi,
    Address: isIde ? String(slot.number) : "",
    HostResource: [],
  };
}

function drive(view: HostView, entry: SettingsEntry, disk: DiskEntry): Properties {
  const { physicalDisk } = disk;
  const isPhysical = physicalDisk !== undefined;
  return {
    InstanceID: driveId(entry, disk),
    ElementName: isPhysical ? "Physical Drive" : "Hard Drive",
    ResourceType: DISK_DRIVE,
    ResourceSubType: isPhysical ? Sub.physical : Sub.drive,
    AddressOnParent: String(disk.location),
    Address: "",
    Parent: resourcePath(view, controllerId(entry, disk)),
    HostResource: isPhysical
      ? [objectPath(view.host.name, diskDriveReference(view, physicalDisk.number))]
      : [],
  };
}

function otherDevices(entry: SettingsEntry): Properties[] {
  const { machine, id } = entry;
  const devices: Properties[] = [];
  if (machine.fibreChannel === true) devices.push(device(id, machine.id, Sub.fibreChannel));
  if (machine.vtpm === true) devices.push(device(id, machine.id, Sub.tpm));
  return devices;
}

function device(settings: string, machine: string, subType: string): Properties {
  return {
    InstanceID: `Microsoft:${settings}\\${derivedGuid(machine, subType)}`,
    ElementName: subType.replace("Microsoft:Hyper-V:", ""),
    ResourceType: 1,
    ResourceSubType: subType,
    HostResource: [],
  };
}

/** The physical disks that machines have; their size is in KB by the schema's text, which nobody confirmed. */
export const DISK_DRIVE_CLASS: CimClass = {
  name: "Msvm_DiskDrive",
  keys: ["CreationClassName", "DeviceID", "SystemCreationClassName", "SystemName"],
  since: Release.server2008,
  instances: (view) => {
    const disks = view.host.machines.flatMap((machine) => machine.disks.map((disk) => disk.physicalDisk));
    const byNumber = new Map(
      disks.flatMap((disk) => (disk === undefined ? [] : [[disk.number, disk.bytes]])),
    );
    return [...byNumber].map(([number, bytes]) => ({
      ...diskDriveReference(view, number).keys,
      ElementName: `Disk ${number}`,
      DriveNumber: number,
      MaxMediaSize: view.assumptions.mediaSizeUnit === "bytes" ? bytes : Math.floor(bytes / 1024),
    }));
  },
};

function diskDriveReference(view: HostView, number: number): CimReference {
  return {
    kind: "reference",
    namespace: V2,
    className: "Msvm_DiskDrive",
    keys: {
      CreationClassName: "Msvm_DiskDrive",
      DeviceID: `Microsoft:${derivedGuid(view.host.name, "disks")}\\${number}`,
      SystemCreationClassName: "Msvm_ComputerSystem",
      SystemName: view.host.name,
    },
  };
}

function everySettings(view: HostView): readonly SettingsEntry[] {
  return view.host.machines.flatMap(settingsOf);
}

function disksOf(entry: SettingsEntry): readonly DiskEntry[] {
  return entry.disks;
}

function resourcePath(view: HostView, instanceId: string): string {
  return objectPath(view.host.name, {
    kind: "reference",
    namespace: V2,
    className: "Msvm_ResourceAllocationSettingData",
    keys: { InstanceID: instanceId },
  });
}

import { type Guid, guid } from "../../base/index.ts";
import { checkpointList } from "./configured-checkpoints.ts";
import { DeviceClass, deviceNodeName, STANDARD_DEVICES } from "./device-classes.ts";
import { fileTimeFromInstant } from "./file-time.ts";
import {
  bytesKey,
  flagKey,
  integerKey,
  type Key,
  type KeyNode,
  nodeKey,
  rootKey,
  textKey,
} from "./key-tree.ts";
import type {
  ConfiguredDisk,
  ConfiguredMedium,
  ConfiguredNetworkAdapter,
  MachineConfiguration,
} from "./machine-configuration.ts";

const MEDIA: Readonly<Record<ConfiguredMedium, string>> = {
  vhd: "VHD",
  iso: "ISO",
  floppy: "VFD",
  physical: "NONE",
  unknown: "NONE",
};

/** A device of the manifest with its settings, if it has any. */
interface Device {
  readonly class: Guid;
  readonly instance: Guid;
  readonly name: string;
  readonly settings?: readonly Key[] | undefined;
}

/**
 * The tree that a host would write for the machine: what real files have of it, with their names, types and values.
 * For the simulated host; what a real one adds for features that nobody asked for is left out.
 */
export function machineConfigurationTree(configuration: MachineConfiguration): KeyNode {
  const devices = devicesOf(configuration);
  return rootKey(
    nodeKey(
      "configuration",
      ...devices.flatMap(({ instance, settings }) =>
        settings === undefined ? [] : [nodeKey(deviceNodeName(instance), ...settings)],
      ),
      globalSettings(configuration),
      manifest(devices),
      properties(configuration),
      settings(configuration),
    ),
  );
}

function devicesOf(configuration: MachineConfiguration): readonly Device[] {
  const isLegacy = configuration.generation === 1;
  const standard = STANDARD_DEVICES.filter((device) => isLegacy || device.isLegacy === undefined).map(
    ({ id, name, version }): Device => ({
      class: id,
      instance: id,
      name,
      settings: version === undefined ? undefined : [integerKey("VDEVVersion", version)],
    }),
  );
  const single = (id: Guid, name: string, keys: readonly Key[]): Device => ({
    class: id,
    instance: id,
    name,
    settings: keys,
  });
  const { guestStatePath } = configuration;
  return [
    ...standard,
    single(DeviceClass.firmware, "Microsoft Virtual BIOS", [
      flagKey("secure_boot_enabled", !isLegacy),
      version(2048),
    ]),
    ...(isLegacy
      ? [single(DeviceClass.floppy, "Microsoft Emulated Floppy Controller", floppy(configuration))]
      : []),
    ...(isLegacy ? [single(DeviceClass.ide, "Microsoft Emulated IDE Controller", ide(configuration))] : []),
    ...(guestStatePath === undefined ? [] : [guestState(guestStatePath)]),
    ...configuration.networkAdapters.map((adapter, at) => networkAdapter(adapter, at)),
    ...Array.from({ length: configuration.scsiControllers }, (_, number) => scsi(configuration, number)),
  ];
}

function version(number: number): Key {
  return integerKey("VDEVVersion", number);
}

/** An instance of its own, the same in every configuration of the machine; only its uniqueness there matters. */
function instanceOf(deviceClass: Guid, number: number): Guid {
  const end = Number.parseInt(deviceClass.slice(-8), 16) ^ (number + 1);
  return guid(`${deviceClass.slice(0, -8)}${(end >>> 0).toString(16).padStart(8, "0")}`);
}

function scsi(configuration: MachineConfiguration, number: number): Device {
  const disks = configuration.disks.filter((disk) => disk.controller === "scsi" && disk.number === number);
  const controller = disks.length === 0 ? [] : [nodeKey("controller0", ...disks.map(drive))];
  return {
    class: DeviceClass.scsi,
    instance: instanceOf(DeviceClass.scsi, number),
    name: "Synthetic SCSI Controller",
    settings: [...controller, version(512)],
  };
}

function ide(configuration: MachineConfiguration): readonly Key[] {
  const controllers = [0, 1].map((number) =>
    nodeKey(
      `controller${number}`,
      ...[0, 1].map((location) => {
        const isHere = (disk: ConfiguredDisk): boolean =>
          disk.controller === "ide" && disk.number === number && disk.location === location;
        return drive(configuration.disks.find(isHere) ?? { location });
      }),
    ),
  );
  return [...controllers, version(1792)];
}

function floppy(configuration: MachineConfiguration): readonly Key[] {
  const disk = configuration.disks.find(({ controller }) => controller === "floppy");
  return [nodeKey("controller0", drive(disk ?? { location: 0, kind: "floppy" })), version(256)];
}

function drive(disk: Pick<ConfiguredDisk, "location" | "path"> & Partial<ConfiguredDisk>): KeyNode {
  const type = disk.kind === undefined ? "NONE" : MEDIA[disk.kind];
  return nodeKey(`drive${disk.location}`, textKey("pathname", disk.path ?? ""), textKey("type", type));
}

function guestState(path: string): Device {
  const settings = [
    version(256),
    textKey("StateFilePath", path),
    flagKey("UseTransient", false),
    flagKey("FileIsPlatformManaged", true),
  ];
  return {
    class: DeviceClass.guestState,
    instance: DeviceClass.guestState,
    name: "Microsoft Guest Runtime State",
    settings,
  };
}

function networkAdapter(adapter: ConfiguredNetworkAdapter, at: number): Device {
  const settings = [
    version(768),
    textKey("FriendlyName", adapter.name),
    textKey("MacAddress", adapter.mac),
    flagKey("MacAddressIsStatic", adapter.isMacStatic),
    flagKey("IsConnected", adapter.isConnected),
    textKey("SwitchName", adapter.switchId?.toUpperCase() ?? ""),
    textKey("PortName", ""),
    nodeKey(
      "Connection",
      textKey("PoolId", ""),
      textKey("AltSwitchName", adapter.switchName ?? ""),
      textKey("AltPortName", "Dynamic Ethernet Switch Port"),
    ),
  ];
  const instance = instanceOf(DeviceClass.networkAdapter, at);
  return { class: DeviceClass.networkAdapter, instance, name: "Synthetic Ethernet Port", settings };
}

function manifest(devices: readonly Device[]): KeyNode {
  return nodeKey(
    "manifest",
    integerKey("version", 512),
    integerKey("size", devices.length),
    ...devices.map((device, at) =>
      nodeKey(
        `vdev${String(at + 1).padStart(3, "0")}`,
        textKey("device", device.class),
        textKey("instance", device.instance),
        textKey("name", device.name),
        integerKey("flags", 1),
      ),
    ),
  );
}

function globalSettings(configuration: MachineConfiguration): KeyNode {
  return nodeKey(
    "global_settings",
    flagKey("disk_merge_pending", configuration.diskMergePending ?? false),
    nodeKey(
      "power",
      ...["host_shutdown", "host_startup"].map((name) => nodeKey(name, integerKey("action", 1))),
    ),
    nodeKey("snapshots", checkpointList(configuration.checkpoints), integerKey("user_type", 3)),
    flagKey("vhd_path_acled", true),
  );
}

/** Type and ids of a checkpoint's settings were not seen: docs/unconfirmed.md, vmcx-checkpoint-identity. */
function properties(configuration: MachineConfiguration): KeyNode {
  const { createdAt } = configuration;
  return nodeKey(
    "properties",
    textKey("global_id", configuration.settingsId.toUpperCase()),
    flagKey("highly_available", false),
    textKey("name", configuration.name),
    textKey("notes", configuration.notes ?? ""),
    integerKey("subtype", configuration.generation - 1),
    textKey("type_id", configuration.kind === "machine" ? "Virtual Machines" : "Snapshots"),
    integerKey("version", configuration.version.major * 256 + configuration.version.minor),
    ...(createdAt === undefined ? [] : [bytesKey("creation_time", fileTimeFromInstant(createdAt))]),
  );
}

function settings(configuration: MachineConfiguration): KeyNode {
  const megabytes = configuration.memoryMegabytes;
  return nodeKey(
    "settings",
    nodeKey("global", textKey("logical_id", configuration.machineId.toUpperCase())),
    nodeKey(
      "memory",
      nodeKey(
        "bank",
        flagKey("dynamic_memory_enabled", false),
        integerKey("limit", 1_048_576),
        integerKey("priority", 5000),
        integerKey("reservation", Math.min(512, megabytes)),
        integerKey("size", megabytes),
        integerKey("target_memory_buffer", 20),
      ),
    ),
    nodeKey("processors", integerKey("count", configuration.processors), integerKey("limit", 100_000)),
  );
}

import { type Guid, parseGuid } from "../../base/index.ts";
import { configuredCheckpoints } from "./configured-checkpoints.ts";
import { configuredDisks } from "./configured-disks.ts";
import { configuredNetworkAdapters } from "./configured-network-adapters.ts";
import { DeviceClass, deviceNodeName } from "./device-classes.ts";
import { MachineConfigurationError } from "./errors.ts";
import { instantFromFileTime } from "./file-time.ts";
import { bytesAt, flagAt, integerAt, nodeAt, textAt } from "./key-lookup.ts";
import type { KeyNode } from "./key-tree.ts";
import type { MachineConfiguration } from "./machine-configuration.ts";
import { devicesOfClass } from "./manifest.ts";

/** The type of a machine's own settings; a checkpoint's was not seen: docs/unconfirmed.md, vmcx-checkpoint-identity. */
const MACHINE_TYPE = "Virtual Machines";

/**
 * What the tree of a .vmcx or an XML configuration says of the machine. It is not believed: paths in it belong to
 * another host, and nothing is opened here.
 * @throws {MachineConfigurationError} when what every configuration has is missing.
 */
export function readMachineConfiguration(root: KeyNode): MachineConfiguration {
  const configuration = nodeAt(root, "configuration");
  if (configuration === undefined) throw new MachineConfigurationError("configuration", "is not there");
  const settingsId = requiredGuid(configuration, "properties/global_id");
  const isMachine = (textAt(configuration, "properties/type_id") ?? MACHINE_TYPE) === MACHINE_TYPE;
  const machineId = isMachine
    ? settingsId
    : (guidAt(configuration, "settings/global/logical_id") ?? settingsId);
  const version = required(configuration, "properties/version", integerAt);
  const created = bytesAt(configuration, "properties/creation_time");
  const guestState = `${deviceNodeName(DeviceClass.guestState)}/StateFilePath`;
  return {
    machineId,
    settingsId,
    kind: isMachine ? "machine" : "checkpoint",
    name: required(configuration, "properties/name", textAt),
    generation: integerAt(configuration, "properties/subtype") === 1 ? 2 : 1,
    version: { major: version >>> 8, minor: version & 0xff },
    createdAt: created === undefined ? undefined : instantFromFileTime(created),
    notes: textOf(configuration, "properties/notes"),
    memoryMegabytes: required(configuration, "settings/memory/bank/size", integerAt),
    processors: required(configuration, "settings/processors/count", integerAt),
    scsiControllers: devicesOfClass(configuration, DeviceClass.scsi).length,
    disks: configuredDisks(configuration),
    networkAdapters: configuredNetworkAdapters(configuration),
    checkpoints: configuredCheckpoints(configuration),
    guestStatePath: textOf(configuration, guestState),
    diskMergePending: flagAt(configuration, "global_settings/disk_merge_pending"),
  };
}

function required<T>(from: KeyNode, path: string, read: (from: KeyNode, path: string) => T | undefined): T {
  const value = read(from, path);
  if (value === undefined) throw new MachineConfigurationError(path, "is missing or of another type");
  return value;
}

function requiredGuid(from: KeyNode, path: string): Guid {
  const value = parseGuid(required(from, path, textAt));
  if (value === undefined) throw new MachineConfigurationError(path, "is no GUID");
  return value;
}

function guidAt(from: KeyNode, path: string): Guid | undefined {
  return parseGuid(textAt(from, path) ?? "");
}

/** An empty text says nothing. */
function textOf(from: KeyNode, path: string): string | undefined {
  const text = textAt(from, path);
  return text === "" ? undefined : text;
}

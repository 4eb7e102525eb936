import type { Guid } from "../../base/index.ts";
import { type CimInstance, optionalTextOf } from "../../cim/index.ts";
import { RESOURCE } from "../cim-names.ts";
import type { HostTables } from "./host-tables.ts";
import { keyOfTarget, ownerOfInstanceId } from "./object-path.ts";

/** The resources of one settings object. */
export interface OwnedResources {
  /** Files that are loaded into drives: disks, images. */
  readonly allocations: readonly CimInstance[];
  /** Controllers, drives and the rest, in the host's order. */
  readonly devices: readonly CimInstance[];
  readonly fibreChannelPorts: number;
  readonly assignedDevices: number;
}

/** All resources of a host by the settings object that they belong to, and by their own id. */
export interface ResourceIndex {
  readonly byInstanceId: ReadonlyMap<string, CimInstance>;
  of(owner: Guid): OwnedResources;
  /** The host's physical disk that a pass-through drive points to. */
  physicalDisk(drive: CimInstance): CimInstance | undefined;
}

export function indexResources(tables: HostTables): ResourceIndex {
  const { rows } = tables;
  const allocations = byOwner(rows.storageAllocation);
  const devices = byOwner(rows.resourceAllocation);
  const ports = byOwner(rows.fibreChannelPort);
  const assigned = byOwner([...rows.assignedDevice, ...rows.graphicsPartition]);
  const all = [...rows.storageAllocation, ...rows.resourceAllocation];
  const byInstanceId = new Map(all.map((row) => [instanceKey(optionalTextOf(row, "InstanceID") ?? ""), row]));
  const drives = new Map(rows.diskDrive.map((row) => [optionalTextOf(row, "DeviceID") ?? "", row]));
  return {
    byInstanceId,
    of(owner) {
      const owned = devices.get(owner) ?? [];
      return {
        allocations: allocations.get(owner) ?? [],
        devices: owned,
        fibreChannelPorts:
          (ports.get(owner)?.length ?? 0) + owned.filter(hasSubtype(RESOURCE.fibreChannelPort)).length,
        assignedDevices: assigned.get(owner)?.length ?? 0,
      };
    },
    physicalDisk(drive) {
      const target = hostResourceOf(drive);
      const id = keyOfTarget(target, "DeviceID");
      return id === undefined ? undefined : drives.get(id);
    },
  };
}

/** InstanceIDs compare without case. */
export function instanceKey(instanceId: string): string {
  return instanceId.toLowerCase();
}

export function hasSubtype(subtype: string): (row: CimInstance) => boolean {
  return (row) => optionalTextOf(row, "ResourceSubType") === subtype;
}

/** The first host resource: a file's path, or what a drive points to. */
export function hostResourceOf(row: CimInstance): CimInstance["properties"][string] | undefined {
  const value = row.properties["HostResource"];
  return Array.isArray(value) ? value[0] : value;
}

/** The resource that this one is plugged into, when the host named one that it also listed. */
export function parentOf(row: CimInstance, index: ResourceIndex): CimInstance | undefined {
  const id = keyOfTarget(row.properties["Parent"], "InstanceID");
  return id === undefined ? undefined : index.byInstanceId.get(instanceKey(id));
}

function byOwner(rows: readonly CimInstance[]): ReadonlyMap<Guid, readonly CimInstance[]> {
  const owned = new Map<Guid, CimInstance[]>();
  for (const row of rows) {
    const owner = ownerOfInstanceId(optionalTextOf(row, "InstanceID") ?? "");
    if (owner === undefined) continue;
    const list = owned.get(owner);
    if (list === undefined) owned.set(owner, [row]);
    else list.push(row);
  }
  return owned;
}

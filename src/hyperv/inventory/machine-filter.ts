import type { Guid } from "../../base/index.ts";
import { type CLASS, VIRTUALIZATION_V1 } from "../cim-names.ts";

type TableName = keyof typeof CLASS;

/** One machine with its settings objects: itself and its checkpoints own resources. */
export interface WantedMachine {
  readonly id: Guid;
  readonly owners: readonly Guid[];
}

/** How each table names the machine that a row belongs to; what is not here is read whole. */
const NAMED_BY: Partial<Record<TableName, "system" | "settings-machine" | "owner" | "machine">> = {
  computerSystem: "system",
  settings: "settings-machine",
  globalSettings: "system",
  resourceAllocation: "owner",
  storageAllocation: "owner",
  fibreChannelPort: "owner",
  assignedDevice: "owner",
  graphicsPartition: "owner",
  vssSettings: "machine",
  vssComponent: "system",
  kvpComponent: "system",
  replication: "machine",
  securitySettings: "machine",
  diskMergeSettings: "machine",
};

/** WMI bounds how many conditions a query may have (WBEM_E_QUOTA_VIOLATION), and does not say where. */
const MOST_OWNERS = 16;

/**
 * Conditions that leave nothing but one machine's rows, each for a query of its own; undefined where the class is read
 * whole. An InstanceID begins with the settings object that owns it, and a GUID holds none of LIKE's characters.
 */
export function machineConditions(
  table: TableName,
  read: { readonly namespace: string; readonly machine: WantedMachine },
): readonly string[] | undefined {
  const { namespace, machine } = read;
  const id = machine.id.toUpperCase();
  switch (NAMED_BY[table]) {
    case "system":
      return [`${table === "computerSystem" ? "Name" : "SystemName"} = '${id}'`];
    case "settings-machine": {
      const property = namespace === VIRTUALIZATION_V1 ? "SystemName" : "VirtualSystemIdentifier";
      return [`${property} = '${id}'`];
    }
    case "machine":
      return [ownedBy(machine.id)];
    case "owner":
      return inPortions([...new Set([machine.id, ...machine.owners])]).map((ids) =>
        ids.map(ownedBy).join(" OR "),
      );
    case undefined:
    default:
      return undefined;
  }
}

function ownedBy(owner: Guid): string {
  return `InstanceID LIKE 'Microsoft:${owner.toUpperCase()}%'`;
}

function inPortions(ids: readonly Guid[]): readonly (readonly Guid[])[] {
  const count = Math.ceil(ids.length / MOST_OWNERS);
  return Array.from({ length: count }, (_, at) => ids.slice(at * MOST_OWNERS, (at + 1) * MOST_OWNERS));
}

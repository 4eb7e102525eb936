import { type CimInstance, type CimValue, optionalNumberOf, optionalTextOf } from "../../cim/index.ts";
import { CLASS, RESOURCE, RESOURCE_V1, SETTINGS_TYPE, VIRTUALIZATION_V1 } from "../cim-names.ts";
import type { HostTables } from "./host-tables.ts";

/** v1: Msvm_VirtualSystemSettingData.SettingType. */
const SETTING_TYPES: ReadonlyMap<number, string> = new Map([
  [3, SETTINGS_TYPE.live],
  [5, SETTINGS_TYPE.userCheckpoint],
]);

const SUBTYPES: ReadonlyMap<string, string> = new Map([
  [RESOURCE_V1.virtualDisk, RESOURCE.virtualDisk],
  [RESOURCE_V1.physicalDrive, RESOURCE.physicalDrive],
  [RESOURCE_V1.ideController, RESOURCE.ideController],
  [RESOURCE_V1.scsiController, RESOURCE.scsiController],
]);

/**
 * Says what a 2008 host says in the words of 2012 and later, so that one join reads both (hyperv-facts 4): settings name
 * their machine in SystemName, disks are resources with their path in Connection.
 */
export function inNewerNames(tables: HostTables): HostTables {
  if (tables.namespace !== VIRTUALIZATION_V1) return tables;
  const { rows } = tables;
  const roots = new Map(rows.globalSettings.map((row) => [optionalTextOf(row, "SystemName"), row]));
  const resources = rows.resourceAllocation.map(newerResource);
  const isFile = (row: CimInstance): boolean =>
    optionalTextOf(row, "ResourceSubType") === RESOURCE.virtualDisk;
  return {
    ...tables,
    rows: {
      ...rows,
      settings: rows.settings.map((row) => newerSettings(row, roots.get(optionalTextOf(row, "SystemName")))),
      resourceAllocation: resources.filter((row) => !isFile(row)),
      storageAllocation: resources.filter(isFile),
    },
  };
}

function newerSettings(row: CimInstance, globals: CimInstance | undefined): CimInstance {
  const type = SETTING_TYPES.get(optionalNumberOf(row, "SettingType") ?? -1);
  const roots: Readonly<Record<string, CimValue>> =
    globals === undefined
      ? {}
      : withoutAbsent({
          ConfigurationDataRoot: globals.properties["ExternalDataRoot"],
          SnapshotDataRoot: globals.properties["SnapshotDataRoot"],
        });
  const id = /^Microsoft:(.+)$/i.exec(optionalTextOf(row, "InstanceID") ?? "")?.[1];
  const isLive = type === SETTINGS_TYPE.live;
  return withProperties(row, {
    ...withoutAbsent({
      VirtualSystemIdentifier: row.properties["SystemName"],
      VirtualSystemType: type,
      ConfigurationID: id,
      ConfigurationFile:
        id === undefined ? undefined : `${isLive ? "Virtual Machines" : "Snapshots"}\\${id}.xml`,
      Parent: asPath(row.properties["Parent"], CLASS.settings),
    }),
    ...(isLive
      ? roots
      : { ...roots, ...withoutAbsent({ ConfigurationDataRoot: roots["SnapshotDataRoot"] }) }),
  });
}

/** A parent that is written as a bare InstanceID, in the form of an object path. */
function asPath(parent: CimValue | undefined, className: string): CimValue | undefined {
  if (typeof parent !== "string" || !/^Microsoft:/i.test(parent)) return parent;
  return `${className}.InstanceID="${parent.replaceAll("\\", "\\\\")}"`;
}

function newerResource(row: CimInstance): CimInstance {
  const subtype = SUBTYPES.get(optionalTextOf(row, "ResourceSubType") ?? "");
  const isFile = subtype === RESOURCE.virtualDisk;
  return withProperties(row, {
    ...withoutAbsent({
      ResourceSubType: subtype,
      Parent: asPath(row.properties["Parent"], CLASS.resourceAllocation),
      // v2 has the place on the parent in a property of its own
      AddressOnParent: row.properties["AddressOnParent"] ?? row.properties["Address"],
    }),
    ...(isFile ? withoutAbsent({ HostResource: row.properties["Connection"] }) : {}),
  });
}

function withProperties(row: CimInstance, properties: Readonly<Record<string, CimValue>>): CimInstance {
  return { ...row, properties: { ...row.properties, ...properties } };
}

function withoutAbsent(
  properties: Readonly<Record<string, CimValue | undefined>>,
): Readonly<Record<string, CimValue>> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

import { type Guid, parseGuid } from "../../base/index.ts";
import { type CimInstance, numbersOf, optionalNumberOf, optionalTextOf } from "../../cim/index.ts";
import { DISK_MERGE, RESOURCE, SETTINGS_TYPE, SUBTYPE_GENERATION_2 } from "../cim-names.ts";
import { readAttachedDisks } from "./attached-disks.ts";
import {
  inTreeOrder,
  readCheckpoint,
  readPlaces,
  settingsId,
  settingsMachine,
} from "./checkpoint-settings.ts";
import { readDomainController, readGuestOs } from "./guest-os.ts";
import type { HostTables } from "./host-tables.ts";
import { readIntegration } from "./integration-status.ts";
import { CHECKPOINT_TYPES, type CheckpointInventory, type MachineInventory } from "./machine-inventory.ts";
import { readState } from "./machine-state.ts";
import { keyOfTarget, ownerOfInstanceId } from "./object-path.ts";
import { type ReplicationLink, readReplication } from "./replication-link.ts";
import { hasSubtype, hostResourceOf, indexResources, type ResourceIndex } from "./resource-index.ts";

/** Joins whole classes to machines, sorted by name and id; the host's own computer system is none. */
export function joinMachines(tables: HostTables): readonly MachineInventory[] {
  const joints = prepare(tables);
  return tables.rows.computerSystem
    .flatMap((row) => {
      const id = parseGuid(optionalTextOf(row, "Name") ?? "");
      return id === undefined ? [] : [joinMachine(id, row, joints)];
    })
    .sort((a, b) => compareText(a.name, b.name) || compareText(a.id, b.id));
}

/** Everything that is looked up by machine. */
interface Joints {
  readonly index: ResourceIndex;
  readonly settings: ReadonlyMap<Guid | undefined, readonly CimInstance[]>;
  readonly vssSettings: ReadonlyMap<Guid | undefined, readonly CimInstance[]>;
  readonly vssComponents: ReadonlyMap<Guid | undefined, readonly CimInstance[]>;
  readonly kvpComponents: ReadonlyMap<Guid | undefined, readonly CimInstance[]>;
  readonly replication: ReadonlyMap<Guid | undefined, readonly CimInstance[]>;
  readonly security: ReadonlyMap<Guid | undefined, readonly CimInstance[]>;
  readonly merges: ReadonlyMap<Guid | undefined, readonly CimInstance[]>;
  readonly currents: ReadonlyMap<Guid | undefined, readonly CimInstance[]>;
}

function prepare(tables: HostTables): Joints {
  const { rows } = tables;
  const byOwner = (row: CimInstance): Guid | undefined =>
    ownerOfInstanceId(optionalTextOf(row, "InstanceID") ?? "");
  const bySystem = (row: CimInstance): Guid | undefined => parseGuid(optionalTextOf(row, "SystemName") ?? "");
  return {
    index: indexResources(tables),
    settings: Map.groupBy(rows.settings, settingsMachine),
    vssSettings: Map.groupBy(rows.vssSettings, byOwner),
    vssComponents: Map.groupBy(rows.vssComponent, bySystem),
    kvpComponents: Map.groupBy(rows.kvpComponent, bySystem),
    replication: Map.groupBy(rows.replication, byOwner),
    security: Map.groupBy(rows.securitySettings, byOwner),
    merges: Map.groupBy(rows.diskMergeSettings, byOwner),
    currents: Map.groupBy(rows.currentCheckpoint, (row) =>
      parseGuid(keyOfTarget(row.properties["Antecedent"], "Name") ?? ""),
    ),
  };
}

function joinMachine(id: Guid, row: CimInstance, joints: Joints): MachineInventory {
  const settings = joints.settings.get(id) ?? [];
  const live = settings.find(ofType(SETTINGS_TYPE.live));
  const state = readState({
    enabledState: optionalNumberOf(row, "EnabledState"),
    operationalStatus: numbersOf(row, "OperationalStatus"),
    healthState: optionalNumberOf(row, "HealthState"),
  });
  const { disks, unplaced } = readAttachedDisks(id, joints.index);
  const resources = joints.index.of(id);
  const checkpoints = inTreeOrder(
    checkpointsOf(settings.filter(ofType(SETTINGS_TYPE.userCheckpoint)), joints),
  );
  return {
    id,
    name: optionalTextOf(row, "ElementName") ?? id,
    reference: row.reference,
    power: state.power,
    activity: state.activity,
    healthCritical: state.healthCritical,
    ...liveFacts(live),
    integration: integrationOf(id, { joints, isRunning: state.power === "running" }),
    guestOs: readGuestOs(joints.kvpComponents.get(id)?.[0]),
    domainController: readDomainController(joints.kvpComponents.get(id)?.[0]),
    replication: replicationOf(row, joints.replication.get(id) ?? []),
    disks,
    unplacedDisks: unplaced,
    images: imagesOf(resources.allocations),
    scsiControllers: resources.devices.filter(hasSubtype(RESOURCE.scsiController)).length,
    fibreChannelPorts: resources.fibreChannelPorts,
    assignedDevices: resources.assignedDevices,
    vtpm: hasTpm(id, joints),
    checkpoints,
    missingCheckpoints: settings.filter(ofType(SETTINGS_TYPE.missingCheckpoint)).length,
    current: currentOf(id, { joints, live, checkpoints }),
    recoveryCheckpoints: checkpointsOf(settings.filter(ofType(SETTINGS_TYPE.recoveryCheckpoint)), joints),
    suspendedMerge: suspendedMergeOf(joints.merges.get(id) ?? []),
    hasSettings: live !== undefined,
    puzzles: [
      ...(state.puzzle === undefined ? [] : [state.puzzle]),
      ...(live === undefined ? ["it has no settings of its own"] : []),
      ...settings.filter((row) => settingsId(row) === undefined).map(() => "a checkpoint of it has no id"),
    ],
  };
}

function ofType(type: string): (row: CimInstance) => boolean {
  return (row) => optionalTextOf(row, "VirtualSystemType") === type;
}

function liveFacts(
  live: CimInstance | undefined,
): Pick<MachineInventory, "generation" | "configurationVersion" | "checkpointType" | "places"> {
  const type = live === undefined ? undefined : optionalNumberOf(live, "UserSnapshotType");
  const subtype = live === undefined ? undefined : optionalTextOf(live, "VirtualSystemSubType");
  return {
    generation: subtype === SUBTYPE_GENERATION_2 ? 2 : 1,
    configurationVersion: live === undefined ? undefined : optionalTextOf(live, "Version"),
    checkpointType: (type === undefined ? undefined : CHECKPOINT_TYPES.get(type)) ?? "unknown",
    places: live === undefined ? {} : readPlaces(live),
  };
}

function checkpointsOf(settings: readonly CimInstance[], joints: Joints): readonly CheckpointInventory[] {
  return settings
    .map((row) => readCheckpoint(row, joints.index))
    .filter((checkpoint) => checkpoint !== undefined);
}

function integrationOf(
  id: Guid,
  context: { readonly joints: Joints; readonly isRunning: boolean },
): MachineInventory["integration"] {
  const { joints, isRunning } = context;
  const setting = joints.vssSettings.get(id)?.[0];
  const component = joints.vssComponents.get(id)?.[0];
  return readIntegration({
    offered: setting === undefined ? undefined : optionalNumberOf(setting, "EnabledState"),
    status: component === undefined ? undefined : numbersOf(component, "OperationalStatus"),
    isRunning,
  });
}

/** 2012 has no relationship class: there the machine itself says it. */
function replicationOf(row: CimInstance, links: readonly CimInstance[]): readonly ReplicationLink[] {
  const sources = links.length > 0 ? links : [row];
  return sources
    .map((source) =>
      readReplication({
        mode: optionalNumberOf(source, "ReplicationMode") ?? (source === row ? 0 : undefined),
        state: optionalNumberOf(source, "ReplicationState") ?? (source === row ? 0 : undefined),
        health: optionalNumberOf(source, "ReplicationHealth"),
        last: source.properties["LastReplicationTime"],
      }),
    )
    .filter((link) => link.role !== "none");
}

function imagesOf(allocations: readonly CimInstance[]): readonly string[] {
  return allocations
    .filter((row) => hasSubtype(RESOURCE.opticalImage)(row) || hasSubtype(RESOURCE.floppyImage)(row))
    .map(hostResourceOf)
    .flatMap((path) => (typeof path === "string" && path !== "" ? [path] : []));
}

function hasTpm(id: Guid, joints: Joints): boolean {
  const security = joints.security.get(id) ?? [];
  return (
    security.some((row) => row.properties["TpmEnabled"] === true) ||
    joints.index.of(id).devices.some(hasSubtype(RESOURCE.tpm))
  );
}

/** The association names it; a live settings' Parent says the same. A backup checkpoint is never the current one. */
function currentOf(
  id: Guid,
  context: {
    readonly joints: Joints;
    readonly live: CimInstance | undefined;
    readonly checkpoints: readonly CheckpointInventory[];
  },
): Guid | null {
  const known = new Set(context.checkpoints.map((checkpoint) => checkpoint.id));
  const named = (context.joints.currents.get(id) ?? []).map((row) =>
    ownerOfInstanceId(keyOfTarget(row.properties["Dependent"], "InstanceID") ?? ""),
  );
  const parent = ownerOfInstanceId(keyOfTarget(context.live?.properties["Parent"], "InstanceID") ?? "");
  return [...named, parent].find((found) => found !== undefined && known.has(found)) ?? null;
}

function suspendedMergeOf(rows: readonly CimInstance[]): string | undefined {
  const row = rows.find((row) => optionalNumberOf(row, "EnabledState") === DISK_MERGE.suspended);
  return row === undefined ? undefined : optionalTextOf(row, "InstanceID");
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

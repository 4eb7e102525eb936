import { type CimInstance, optionalNumberOf, optionalTextOf } from "../../cim/index.ts";
import { LEVEL } from "../cim-names.ts";
import { readAttachedDisks } from "./attached-disks.ts";
import type { CheckpointInventory, SettingsPlaces } from "./machine-inventory.ts";
import { momentOf } from "./moment-of.ts";
import { keyOfTarget, ownerOfInstanceId } from "./object-path.ts";
import type { ResourceIndex } from "./resource-index.ts";
import { settingsId, settingsMachine } from "./settings-id.ts";

export { settingsId, settingsMachine };

/** One checkpoint's settings with its disks; undefined when it has no id. */
export function readCheckpoint(settings: CimInstance, index: ResourceIndex): CheckpointInventory | undefined {
  const id = settingsId(settings);
  if (id === undefined) return undefined;
  const memory = settings.properties["IsSaved"] === true;
  const parent = ownerOfInstanceId(keyOfTarget(settings.properties["Parent"], "InstanceID") ?? "");
  return {
    id,
    name: optionalTextOf(settings, "ElementName") ?? id,
    created: momentOf(settings.properties["CreationTime"]),
    parent: parent ?? null,
    type: checkpointType(settings, memory ? "saved" : "unsaved"),
    memory,
    disks: readAttachedDisks(id, index).disks,
    places: readPlaces(settings),
    reference: settings.reference,
  };
}

/** Where a settings object keeps its files. */
export function readPlaces(settings: CimInstance): SettingsPlaces {
  const text = (property: string): string | undefined => optionalTextOf(settings, property) || undefined;
  return {
    configurationId: text("ConfigurationID"),
    configurationDataRoot: text("ConfigurationDataRoot"),
    configurationFile: text("ConfigurationFile"),
    checkpointDataRoot: text("SnapshotDataRoot"),
    suspendDataRoot: text("SuspendDataRoot"),
    guestStateDataRoot: text("GuestStateDataRoot"),
    guestStateFile: text("GuestStateFile"),
  };
}

/** Parents before their children; a checkpoint whose parent is not listed counts as a root. */
export function inTreeOrder(checkpoints: readonly CheckpointInventory[]): readonly CheckpointInventory[] {
  const known = new Set(checkpoints.map((checkpoint) => checkpoint.id));
  const children = Map.groupBy(checkpoints, ({ parent }) =>
    parent !== null && known.has(parent) ? parent : null,
  );
  const ordered: CheckpointInventory[] = [];
  const waiting = [...(children.get(null) ?? [])].sort(byAge);
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    ordered.push(next);
    waiting.push(...[...(children.get(next.id) ?? [])].sort(byAge));
  }
  // a circle of parents is nonsense of the host: it stays visible, at the end
  return [...ordered, ...checkpoints.filter((checkpoint) => !ordered.includes(checkpoint))];
}

function byAge(a: CheckpointInventory, b: CheckpointInventory): number {
  if (a.created !== null && b.created !== null) {
    const order = Temporal.Instant.compare(a.created, b.created);
    if (order !== 0) return order;
  }
  return a.id < b.id ? -1 : 1;
}

/** Hyper-V writes no word for it: memory means standard; without it only the level tells, where there is one. */
function checkpointType(settings: CimInstance, state: "saved" | "unsaved"): CheckpointInventory["type"] {
  if (state === "saved") return "standard";
  const level = optionalNumberOf(settings, "ConsistencyLevel");
  if (level === LEVEL.application) return "production";
  return level === LEVEL.crash ? "standard" : "unknown";
}

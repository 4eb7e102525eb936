import type { Guid } from "../../base/index.ts";
import { type CimInstance, optionalNumberOf, optionalTextOf } from "../../cim/index.ts";
import { RESOURCE } from "../cim-names.ts";
import type { DiskPlace } from "../held-machine.ts";
import type { AttachedDisk, DiskKind, UnplacedDisk } from "./machine-inventory.ts";
import {
  hasSubtype,
  hostResourceOf,
  instanceKey,
  type OwnedResources,
  parentOf,
  type ResourceIndex,
} from "./resource-index.ts";

const BYTES_PER_MEDIA_UNIT = 1024; // CIM_MediaAccessDevice.MaxMediaSize is in KB

export interface DisksReading {
  readonly disks: readonly AttachedDisk[];
  readonly unplaced: readonly UnplacedDisk[];
}

/**
 * Joins what is attached to one settings object: file → drive → controller, and drive → physical disk. The controller's
 * number is its Address where the host gives one, else its place among the controllers of its kind.
 */
export function readAttachedDisks(owner: Guid, index: ResourceIndex): DisksReading {
  const resources = index.of(owner);
  const numbers = controllerNumbers(resources);
  const disks: AttachedDisk[] = [];
  const unplaced: UnplacedDisk[] = [];
  for (const file of resources.allocations.filter(hasSubtype(RESOURCE.virtualDisk))) {
    const path = hostResourceOf(file);
    if (typeof path !== "string" || path === "") continue; // an empty drive
    const drive = parentOf(file, index);
    const place = drive === undefined ? undefined : placeOf(drive, { index, numbers });
    if (place === undefined) unplaced.push({ path, why: "its controller is of a kind that is not known" });
    else disks.push({ ...place, path, kind: kindOf(path, file) });
  }
  for (const drive of resources.devices.filter(hasSubtype(RESOURCE.physicalDrive))) {
    const place = placeOf(drive, { index, numbers });
    const physicalDisk = physicalDiskOf(index.physicalDisk(drive));
    if (place === undefined) {
      unplaced.push({
        path: `physical disk ${physicalDisk.number ?? "of unknown number"}`,
        why: "a physical disk is attached through a controller of a kind that is not known",
      });
    } else disks.push({ ...place, kind: "pass-through", physicalDisk });
  }
  return { disks: disks.sort(byPlace), unplaced };
}

/** By controller, number and location. */
export function byPlace(a: DiskPlace, b: DiskPlace): number {
  if (a.controller !== b.controller) return a.controller < b.controller ? -1 : 1;
  return a.number - b.number || a.location - b.location;
}

/** How a place is written for people and compared: `SCSI 0:1`. */
export function placeText(place: DiskPlace): string {
  return `${place.controller.toUpperCase()} ${place.number}:${place.location}`;
}

type ControllerNumbers = ReadonlyMap<string, Pick<DiskPlace, "controller" | "number">>;

function controllerNumbers(resources: OwnedResources): ControllerNumbers {
  const numbers = new Map<string, Pick<DiskPlace, "controller" | "number">>();
  const kinds = [
    ["ide", RESOURCE.ideController],
    ["scsi", RESOURCE.scsiController],
  ] as const;
  for (const [controller, subtype] of kinds) {
    const rows = resources.devices.filter(hasSubtype(subtype));
    const addresses = rows.map((row) => addressOf(row, "Address"));
    const isNumbered = new Set(addresses).size === rows.length && !addresses.includes(undefined);
    for (const [order, row] of rows.entries()) {
      const number = isNumbered ? (addresses[order] ?? order) : order;
      numbers.set(instanceKey(optionalTextOf(row, "InstanceID") ?? ""), { controller, number });
    }
  }
  return numbers;
}

function placeOf(
  drive: CimInstance,
  known: { readonly index: ResourceIndex; readonly numbers: ControllerNumbers },
): DiskPlace | undefined {
  const controller = parentOf(drive, known.index);
  if (controller === undefined) return undefined;
  const found = known.numbers.get(instanceKey(optionalTextOf(controller, "InstanceID") ?? ""));
  const location = addressOf(drive, "AddressOnParent");
  return found === undefined || location === undefined ? undefined : { ...found, location };
}

/** Addresses are text in the schema; a number is taken as well. */
function addressOf(row: CimInstance, property: string): number | undefined {
  const value = optionalTextOf(row, property) ?? optionalNumberOf(row, property)?.toString() ?? "";
  return /^\d+$/.test(value) ? Number(value) : undefined;
}

function kindOf(path: string, file: CimInstance): DiskKind {
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase();
  if (ending === "vhds") return "vhds";
  if (file.properties["PersistentReservationsSupported"] === true) return "shared";
  if (ending === "vhdx" || ending === "avhdx") return "vhdx";
  return ending === "vhd" || ending === "avhd" ? "vhd" : "unknown";
}

function physicalDiskOf(row: CimInstance | undefined): NonNullable<AttachedDisk["physicalDisk"]> {
  if (row === undefined) return {};
  const size = row.properties["MaxMediaSize"];
  const units = typeof size === "bigint" ? Number(size) : size;
  return {
    number: optionalNumberOf(row, "DriveNumber"),
    bytes: typeof units === "number" && units > 0 ? units * BYTES_PER_MEDIA_UNIT : undefined,
  };
}

import { parseGuid } from "../../base/index.ts";
import { windowsFileName, windowsPathKey } from "../../places/index.ts";
import type { DiskExclusion } from "../hold-wishes.ts";
import { byPlace } from "../inventory/attached-disks.ts";
import type { AttachedDisk, MachineInventory } from "../inventory/machine-inventory.ts";

/** What exclusions are held against. */
export type ExcludableMachine = Pick<MachineInventory, "id" | "name" | "disks" | "checkpoints">;

/** A disk that a user does not want in the backup, and the first wish that says so. */
export interface ExcludedDisk {
  readonly disk: AttachedDisk;
  readonly exclusion: DiskExclusion;
}

/**
 * The attached disks that are excluded. A pattern fits a disk when it fits the attached file, or the file that a user
 * checkpoint has at the same place: with checkpoints the attached file has a name that nobody would write down.
 */
export function excludedDisks(
  machine: ExcludableMachine,
  exclusions: readonly DiskExclusion[] = [],
): readonly ExcludedDisk[] {
  const concerned = exclusions.filter((exclusion) => concerns(exclusion, machine));
  return machine.disks.flatMap((disk) => {
    const files = [disk, ...frozenAt(disk, machine)];
    const exclusion = concerned.find((one) => files.some((file) => fits(one, file)));
    return exclusion === undefined ? [] : [{ disk, exclusion }];
  });
}

/** Whether a disk of the machine, or of one of its checkpoints, goes into the backup as far as exclusions say. */
export function keepsDisk(
  machine: ExcludableMachine,
  exclusions: readonly DiskExclusion[] = [],
): (disk: AttachedDisk) => boolean {
  const excluded = excludedDisks(machine, exclusions).map(({ disk }) => disk);
  const concerned = exclusions.filter((exclusion) => concerns(exclusion, machine));
  return (disk) =>
    !excluded.some((one) => byPlace(one, disk) === 0) && !concerned.some((one) => fits(one, disk));
}

/** Exclusions that fit no disk of these machines: most likely a slip of the pen. */
export function idleExclusions(
  machines: readonly ExcludableMachine[],
  exclusions: readonly DiskExclusion[] = [],
): readonly DiskExclusion[] {
  return exclusions.filter((one) => machines.every((machine) => excludedDisks(machine, [one]).length === 0));
}

/** Whether the exclusion names the machine itself. */
export function namesMachine(exclusion: DiskExclusion, machine: ExcludableMachine): boolean {
  return exclusion.machine !== undefined && concerns(exclusion, machine);
}

function concerns(exclusion: DiskExclusion, machine: ExcludableMachine): boolean {
  const { machine: wanted } = exclusion;
  if (wanted === undefined) return true;
  return parseGuid(wanted) === machine.id || wanted.toLowerCase() === machine.name.toLowerCase();
}

function frozenAt(disk: AttachedDisk, machine: ExcludableMachine): readonly AttachedDisk[] {
  return machine.checkpoints.flatMap(({ disks }) => disks.filter((frozen) => byPlace(frozen, disk) === 0));
}

function fits(exclusion: DiskExclusion, disk: AttachedDisk): boolean {
  const { disks } = exclusion;
  if ("place" in disks) return byPlace(disks.place, disk) === 0;
  if (disk.path === undefined) return false;
  // a pattern without a folder is about the file's name
  const isName = !/[\\/]/.test(disks.pattern);
  const text = isName ? windowsFileName(disk.path).toLowerCase() : windowsPathKey(disk.path).toLowerCase();
  const pattern = (isName ? disks.pattern : disks.pattern.replaceAll("/", "\\")).toLowerCase();
  return expressionOf(pattern).test(text);
}

/** `*` is any run of characters, folders included, `?` any one. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === "*") return ".*";
    return part === "?" ? "." : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join("")}$`, "su");
}

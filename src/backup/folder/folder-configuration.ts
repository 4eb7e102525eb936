import type { Notice, Uncovered } from "../../base/index.ts";
import type { ConfiguredDisk } from "../../formats/vmcx/index.ts";
import type { DiskPlace, HeldDisk, HeldFile, HeldTree } from "../../hyperv/index.ts";
import type { HostFiles } from "../../places/index.ts";
import { DiskChains } from "../disk-chains.ts";
import { isDiskName } from "../disk-file.ts";
import { fileRole } from "./file-role.ts";
import { FolderDisks } from "./folder-disks.ts";
import { folderTree } from "./folder-tree.ts";
import { linkDisks } from "./link-disks.ts";
import { type FoundConfiguration, isConfigurationName, readConfigurations } from "./read-configurations.ts";
import type { FolderMachine } from "./scan-folder.ts";

/** What the files of a folder say about the machine that they are. */
export interface FolderConfiguration {
  readonly generation: 1 | 2;
  /** Where the configuration has them; what it does not name follows at free places of the first SCSI controller. */
  readonly disks: readonly HeldDisk[];
  /** All that are no virtual disks. */
  readonly files: readonly HeldFile[];
  readonly tree: HeldTree;
  readonly uncovered: readonly Uncovered[];
  readonly warnings: readonly Notice[];
}

/** Reads configurations and the headers of the disks. */
export async function readFolderConfiguration(
  machine: FolderMachine,
  host: { readonly files: HostFiles; readonly signal?: AbortSignal | undefined },
): Promise<FolderConfiguration> {
  const diskPaths = machine.files.filter(isDiskName);
  const others = machine.files.filter((path) => !isDiskName(path));
  const { found, warnings: unread } = await readConfigurations(others, host);
  const warnings = [...unread];
  const own = ownConfiguration(found, warnings);
  const tree = folderTree(own === undefined ? [] : found, { machine, disks: new FolderDisks(diskPaths) });
  const uncovered: Uncovered[] = [];
  const placed = placedDisks(own?.configuration.disks ?? [], {
    disks: new FolderDisks(diskPaths),
    uncovered,
  });
  const groups = await linkDisks(diskPaths, new DiskChains(host.files, host));
  const leaves = groups.flatMap((group) => group.leaves).sort();
  const inTree = tree.checkpoints.flatMap((node) => node.disks.map((disk) => disk.path));
  const known = new Set([...placed.map((disk) => disk.viewLeaf), ...inTree]);
  const disks = [
    ...placed,
    ...atFreePlaces(
      leaves.filter((path) => !known.has(path)),
      placed,
    ),
  ];
  return {
    generation: own?.configuration.generation ?? (leaves.some((path) => /vhd$/i.test(path)) ? 1 : 2),
    disks,
    files: others.map((path) => heldFile(path, tree)),
    tree,
    uncovered,
    warnings,
  };
}

/** The configuration of the one machine that the folder holds, if it is one. */
function ownConfiguration(
  found: readonly FoundConfiguration[],
  warnings: Notice[],
): FoundConfiguration | undefined {
  const machines = found.filter(({ configuration }) => configuration.kind === "machine");
  if (machines.length > 1) {
    const message = `the folder holds the configurations of ${machines.length} machines; all files are kept, and no disk is given a place by them`;
    warnings.push({ code: "several-configurations", message });
    return undefined;
  }
  return machines[0];
}

/** `unknown`: a pass-through disk may have a type of its own (docs/unconfirmed.md, vmcx-physical-disk). */
const WHY_UNCOVERED = {
  vhd: "the configuration names it, and the folder has no disk of that name",
  physical: "it is a physical disk of the host that the machine was on",
  unknown: "the configuration has it as a medium of a kind that is not known",
};

function placedDisks(
  configured: readonly ConfiguredDisk[],
  context: { readonly disks: FolderDisks; readonly uncovered: Uncovered[] },
): readonly HeldDisk[] {
  return configured.toSorted(byPlace).flatMap((disk) => {
    const { controller, number, location, kind, path } = disk;
    const isRemovable = controller === "floppy" || kind === "iso" || kind === "floppy";
    if (isRemovable || (kind === "unknown" && path === undefined)) return [];
    const viewLeaf = path === undefined ? undefined : context.disks.find(path);
    if (viewLeaf !== undefined) return [{ controller, number, location, viewLeaf }];
    const name = path ?? `${controller} ${number}:${location}`;
    context.uncovered.push({ disk: name, why: WHY_UNCOVERED[kind] });
    return [];
  });
}

function byPlace(a: ConfiguredDisk, b: ConfiguredDisk): number {
  if (a.controller !== b.controller) return a.controller < b.controller ? -1 : 1;
  return a.number - b.number || a.location - b.location;
}

function atFreePlaces(leaves: readonly string[], placed: readonly DiskPlace[]): readonly HeldDisk[] {
  const taken = new Set(
    placed.filter((disk) => disk.controller === "scsi" && disk.number === 0).map((disk) => disk.location),
  );
  let location = -1;
  return leaves.map((viewLeaf) => {
    do location++;
    while (taken.has(location));
    return { controller: "scsi", number: 0, location, viewLeaf };
  });
}

function heldFile(path: string, tree: HeldTree): HeldFile {
  const checkpoint = tree.checkpoints.find((node) => node.files.some((file) => file.path === path));
  return checkpoint === undefined ? plainFile(path) : { ...plainFile(path), checkpoint: checkpoint.id };
}

/** By its name; an XML file that is named by no id is no configuration. */
export function plainFile(path: string): HeldFile {
  const role = fileRole(path);
  if (role === "disk" || (role === "configuration" && !isConfigurationName(path)))
    return { path, role: "other" };
  return { path, role };
}

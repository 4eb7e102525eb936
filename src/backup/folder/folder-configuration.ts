import type { Notice } from "../../base/index.ts";
import type { HeldDisk, HeldFile, HeldTree } from "../../hyperv/index.ts";
import type { HostFiles } from "../../places/index.ts";
import { DiskChains } from "../disk-chains.ts";
import { isDiskName } from "../disk-file.ts";
import { fileRole } from "./file-role.ts";
import { linkDisks } from "./link-disks.ts";
import type { FolderMachine } from "./scan-folder.ts";

/** What the files of a folder say about the machine that they are. */
export interface FolderConfiguration {
  readonly generation: 1 | 2;
  readonly disks: readonly HeldDisk[];
  /** All that are no virtual disks. */
  readonly files: readonly HeldFile[];
  readonly tree: HeldTree;
  readonly warnings: readonly Notice[];
}

/** Reads the headers of the disks; a leaf without a known place gets the next free one of the first SCSI controller. */
export async function readFolderConfiguration(
  machine: FolderMachine,
  host: { readonly files: HostFiles; readonly signal?: AbortSignal | undefined },
): Promise<FolderConfiguration> {
  const groups = await linkDisks(machine.files.filter(isDiskName), new DiskChains(host.files, host));
  const leaves = groups.flatMap((group) => group.leaves).sort();
  return {
    generation: leaves.some((path) => /vhd$/i.test(path)) ? 1 : 2,
    disks: leaves.map((viewLeaf, location) => ({ controller: "scsi", number: 0, location, viewLeaf })),
    files: machine.files.filter((path) => !isDiskName(path)).map(heldFile),
    tree: { checkpoints: [], current: null },
    warnings: [],
  };
}

function heldFile(path: string): HeldFile {
  const role = fileRole(path);
  return { path, role: role === "disk" ? "other" : role };
}

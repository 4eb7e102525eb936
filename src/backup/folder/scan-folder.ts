import { type Guid, guid, guidFromName, type Uncovered } from "../../base/index.ts";
import type { HostFiles } from "../../places/index.ts";
import { DiskChains } from "../disk-chains.ts";
import { isDiskName } from "../disk-file.ts";
import { FolderMissingError } from "../errors.ts";
import { linkDisks } from "./link-disks.ts";
import { walkFolder } from "./walk-folder.ts";

/** A machine of a `folder:` host: files that belong together. Paths are relative to the host's folder. */
export interface FolderMachine {
  readonly id: Guid;
  readonly name: string;
  /** Every file, disks included, sorted. */
  readonly files: readonly string[];
  readonly uncovered: readonly Uncovered[];
}

/** The UUIDv5 of "machines.folder.stillpoint" in the namespace of DNS names. */
const FOLDERS = guid("8dc39462-8fd9-5b34-9230-1ae482e40680");

/**
 * Finds the machines of a folder: each subfolder with virtual disks anywhere below it, and each chain of loose disks.
 *
 * A loose chain is named by the stem of its root, which stays when checkpoints come and go; by the whole file name when
 * another machine has that stem. The id is a UUIDv5 of the folder's own identity (volume and file id: renaming the folder
 * keeps it, a copy has another) and the name.
 *
 * @throws {FolderMissingError}
 */
export async function scanFolder(
  files: HostFiles,
  options: { readonly root: string; readonly signal?: AbortSignal | undefined },
): Promise<readonly FolderMachine[]> {
  const facts = await files.stat("");
  if (facts?.kind !== "folder") {
    throw new FolderMissingError(`Cannot look into "${options.root}": there is no such folder`, {
      path: options.root,
    });
  }
  const namespace = await guidFromName(FOLDERS, `${facts.volumeId}:${facts.fileId}`);
  const chains = new DiskChains(files, options);
  const nameless: Omit<FolderMachine, "id">[] = [];
  const loose: string[] = [];
  for (const entry of await files.list("")) {
    if (entry.kind === "folder") nameless.push(...(await subfolder(files, entry.name, options)));
    else if (isDiskName(entry.name)) loose.push(entry.name);
  }
  nameless.push(...(await looseMachines(loose, { chains, taken: nameless.map((machine) => machine.name) })));
  const machines = nameless.map(async (machine) => {
    const id = await guidFromName(namespace, machine.name);
    return { id, ...machine };
  });
  return (await Promise.all(machines)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function subfolder(
  files: HostFiles,
  name: string,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<readonly Omit<FolderMachine, "id">[]> {
  if (name.includes("\\")) return [];
  const walked = await walkFolder(files, name, options);
  if (!walked.files.some(isDiskName)) return [];
  return [{ name, files: walked.files, uncovered: walked.uncovered }];
}

async function looseMachines(
  disks: readonly string[],
  context: { readonly chains: DiskChains; readonly taken: readonly string[] },
): Promise<readonly Omit<FolderMachine, "id">[]> {
  const groups = await linkDisks(disks, context.chains);
  const names = [...context.taken, ...groups.map((group) => stemOf(group.root))];
  return groups.map((group) => {
    const stem = stemOf(group.root);
    const isTaken = names.filter((name) => name === stem).length > 1;
    return { name: isTaken ? group.root : stem, files: group.disks, uncovered: [] };
  });
}

function stemOf(name: string): string {
  return name.replace(/\.[^.]*$/, "");
}

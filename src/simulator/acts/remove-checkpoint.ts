import { windowsPathKey } from "../../places/index.ts";
import { configurationFiles } from "../configuration/configuration-places.ts";
import { type SettingsEntry, settingsOf } from "../state/lineage.ts";
import type { MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
import { doom } from "./doomed-files.ts";
import { refreshLive } from "./refresh-configurations.ts";

/** A differencing disk whose content goes into its parent. */
export interface Merge {
  readonly child: string;
  readonly parent: string;
}

/**
 * Takes a checkpoint of either kind out of the tree, with its files, and says what is to be merged then: the disks that
 * only it had kept apart. Its children go to its parent (hyperv-facts 2.1).
 */
export async function removeCheckpoint(
  context: ActContext,
  machine: MachineEntry,
  id: string,
): Promise<readonly Merge[]> {
  const entry = settingsOf(machine).find((one) => one.id === id && one.kind !== "live");
  if (entry === undefined) return [];
  for (const path of configurationFiles(context.host, entry)) doom(context, path);
  detach(machine, entry);
  if (entry.kind === "checkpoint") await refreshLive(context, machine);
  const merges: Merge[] = [];
  for (const disk of entry.disks) {
    if (disk.path !== undefined) merges.push(...(await mergesAbout(context, machine, disk.path)));
  }
  return merges;
}

function detach(machine: MachineEntry, entry: SettingsEntry): void {
  if (entry.kind === "recovery") {
    const standing = machine.recoveryCheckpoints?.find((one) => one.id === entry.id);
    if (standing?.ofWriter === true) delete machine.backupBegun; // nothing waits for its end any more
    machine.recoveryCheckpoints = (machine.recoveryCheckpoints ?? []).filter((one) => one.id !== entry.id);
    return;
  }
  machine.checkpoints = machine.checkpoints.filter((one) => one.id !== entry.id);
  for (const one of machine.checkpoints) if (one.parent === entry.id) one.parent = entry.parent;
  if (machine.currentCheckpoint === entry.id) machine.currentCheckpoint = entry.parent;
}

/** What becomes of a file that no checkpoint names any more. */
async function mergesAbout(
  context: ActContext,
  machine: MachineEntry,
  path: string,
): Promise<readonly Merge[]> {
  if (isNamed(machine, path)) return [];
  const children = await childrenOf(context, machine, path);
  const [only] = children;
  if (children.length === 1 && only !== undefined) return [{ child: only, parent: path }];
  await dropUnused(context, machine, path);
  return [];
}

/** Drops a differencing disk that nobody names and nothing descends from, and its parents as far as that holds for them. */
export async function dropUnused(context: ActContext, machine: MachineEntry, path: string): Promise<void> {
  if (isNamed(machine, path) || (await childrenOf(context, machine, path)).length > 0) return;
  const { kind, parentPath } = await context.disks.facts(path);
  if (kind !== "differencing") return;
  doom(context, path);
  if (parentPath !== undefined) await dropUnused(context, machine, parentPath);
}

/** Files of the machine's chains whose parent is this one. */
export async function childrenOf(
  context: ActContext,
  machine: MachineEntry,
  path: string,
): Promise<readonly string[]> {
  const wanted = windowsPathKey(path);
  const found = new Map<string, string>();
  for (const start of namedFiles(machine)) {
    let file: string | undefined = start;
    const seen = new Set<string>();
    while (file !== undefined && !seen.has(windowsPathKey(file)) && (await context.drives.exists(file))) {
      seen.add(windowsPathKey(file));
      const { parentPath }: { parentPath?: string | undefined } = await context.disks.facts(file);
      if (parentPath !== undefined && windowsPathKey(parentPath) === wanted)
        found.set(windowsPathKey(file), file);
      file = parentPath;
    }
  }
  return [...found.values()];
}

function isNamed(machine: MachineEntry, path: string): boolean {
  return namedFiles(machine).some((file) => windowsPathKey(file) === windowsPathKey(path));
}

/** The virtual disk files that settings of the machine name: leaves of all its branches. */
export function namedFiles(machine: MachineEntry): readonly string[] {
  return settingsOf(machine).flatMap((entry) =>
    entry.disks.flatMap((disk) => (disk.path === undefined ? [] : [disk.path])),
  );
}

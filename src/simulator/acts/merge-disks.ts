import { windowsPathKey } from "../../places/index.ts";
import { assumptionsOf } from "../state/assumptions.ts";
import { settingsOf } from "../state/lineage.ts";
import type { DiskEntry, MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
import { doom } from "./doomed-files.ts";
import { refreshConfigurations } from "./refresh-configurations.ts";
import { mergeBlocked, type Refusal } from "./refusals.ts";
import { childrenOf, type Merge } from "./remove-checkpoint.ts";

/** What came of a merge; `waiting`: somebody holds a file open, and the host goes on trying. */
export type MergeOutcome = "done" | "waiting" | Refusal;

/**
 * Merges children into their parents, or leaves all of it outstanding: a file that is open in a reader blocks it
 * (hyperv-facts 3.6, 6.1), and so do merges that an export has switched off (2.5).
 */
export async function mergeDisks(
  context: ActContext,
  machine: MachineEntry,
  merges: readonly Merge[],
): Promise<MergeOutcome> {
  if (machine.mergesEnabled === false) return remember(machine, merges, "done");
  const blocked = await openFileOf(context, machine, merges);
  if (blocked !== undefined) {
    if (assumptionsOf(context.host).blockedMerge === "waits") return "waiting";
    return remember(machine, merges, mergeBlocked(machine.name, blocked));
  }
  for (const merge of merges) await mergeOne(context, machine, merge);
  return "done";
}

/** A file that the merges would have to change or remove, and that somebody has open. */
async function openFileOf(
  context: ActContext,
  machine: MachineEntry,
  merges: readonly Merge[],
): Promise<string | undefined> {
  for (const { child, parent } of merges) {
    const files = [child, parent, ...(await childrenOf(context, machine, child))];
    const open = files.find((path) => context.openFiles.has(path));
    if (open !== undefined) return open;
  }
  return undefined;
}

/** Merges that could not be done when they were due. They are tried again when the machine is switched off or on. */
export async function retryPendingMerges(context: ActContext, machine: MachineEntry): Promise<void> {
  const pending = machine.pendingMerges ?? [];
  if (pending.length === 0 || machine.mergesEnabled === false) return;
  delete machine.pendingMerges;
  const left: Merge[] = [];
  for (const merge of pending) if (await context.drives.exists(merge.child)) left.push(merge);
  await mergeDisks(context, machine, left);
}

function remember<T extends MergeOutcome>(machine: MachineEntry, merges: readonly Merge[], outcome: T): T {
  machine.pendingMerges = [...(machine.pendingMerges ?? []), ...merges];
  return outcome;
}

async function mergeOne(context: ActContext, machine: MachineEntry, merge: Merge): Promise<void> {
  const { child } = merge;
  // another merge may have made its parent's parent its parent since
  const { parentPath: parent = merge.parent } = await context.disks.facts(child);
  const grandchildren = await childrenOf(context, machine, child);
  const isEmpty = await context.disks.isEmpty(child);
  // architecture.md 6: merging an empty file changes no byte of its parent, unless the scenario says so
  if (!isEmpty) await context.disks.merge(child, parent);
  else if (machine.touchesHeaders === true) await context.disks.touchHeaders(parent);
  for (const grandchild of grandchildren) await context.disks.setParent(grandchild, parent);
  const renamed = renameEverywhere(machine, { child, parent }, !isEmpty);
  if (renamed.length > 0) await refreshConfigurations(context, machine, [machine.id, ...renamed]);
  doom(context, child);
}

/**
 * Settings that named the child name its parent now. A worker that had written goes on with the same open disk. The
 * result: ids of user checkpoints that are concerned.
 */
function renameEverywhere(machine: MachineEntry, merge: Merge, changed: boolean): readonly string[] {
  const key = windowsPathKey(merge.child);
  const renamed: string[] = [];
  for (const entry of settingsOf(machine)) {
    for (const disk of entry.disks) {
      if (disk.path === undefined || windowsPathKey(disk.path) !== key) continue;
      disk.path = merge.parent;
      if (entry.kind === "live") goOnWriting(disk, changed);
      if (entry.kind === "checkpoint") renamed.push(entry.id);
    }
  }
  return renamed;
}

function goOnWriting(disk: DiskEntry, changed: boolean): void {
  if (changed) disk.written = true;
  else delete disk.written;
}

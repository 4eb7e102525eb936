import { windowsPathKey } from "../../places/index.ts";
import { assumptionsOf } from "../state/assumptions.ts";
import { settingsOf } from "../state/lineage.ts";
import type { MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
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
  const blocked = merges
    .flatMap((merge) => [merge.child, merge.parent])
    .find((path) => context.openFiles.has(path));
  if (blocked !== undefined) {
    if (assumptionsOf(context.host).blockedMerge === "waits") return "waiting";
    return remember(machine, merges, mergeBlocked(machine.name, blocked));
  }
  for (const merge of merges) await mergeOne(context, machine, merge);
  return "done";
}

/** Merges that could not be done when they were due. They are tried again when the machine is switched off or on. */
export async function retryPendingMerges(context: ActContext, machine: MachineEntry): Promise<void> {
  const pending = machine.pendingMerges ?? [];
  if (pending.length === 0 || machine.mergesEnabled === false) return;
  delete machine.pendingMerges;
  await mergeDisks(context, machine, pending);
}

function remember<T extends MergeOutcome>(machine: MachineEntry, merges: readonly Merge[], outcome: T): T {
  machine.pendingMerges = [...(machine.pendingMerges ?? []), ...merges];
  return outcome;
}

async function mergeOne(context: ActContext, machine: MachineEntry, merge: Merge): Promise<void> {
  const { child, parent } = merge;
  const grandchildren = await childrenOf(context, machine, child);
  const isEmpty = await context.disks.isEmpty(child);
  // architecture.md 6: merging an empty file changes no byte of its parent, unless the scenario says so
  if (!isEmpty) await context.disks.merge(child, parent);
  else if (machine.touchesHeaders === true) await context.disks.touchHeaders(parent);
  for (const grandchild of grandchildren) await context.disks.setParent(grandchild, parent);
  renameEverywhere(machine, merge, !isEmpty);
  await context.drives.remove(child);
}

/** Settings that named the child name its parent now. A worker that had written goes on with the same open disk. */
function renameEverywhere(machine: MachineEntry, merge: Merge, changed: boolean): void {
  const key = windowsPathKey(merge.child);
  for (const entry of settingsOf(machine)) {
    for (const disk of entry.disks) {
      if (disk.path === undefined || windowsPathKey(disk.path) !== key) continue;
      disk.path = merge.parent;
      if (entry.kind === "live") Object.assign(disk, { written: changed });
    }
  }
}

import type { Guid } from "../../base/index.ts";
import { windowsPathKey } from "../../places/index.ts";
import { byPlace } from "../inventory/attached-disks.ts";
import type { MachineTree } from "../inventory/machine-inventory.ts";
import type { WaitOptions } from "../machine-host.ts";
import { parentPathOf } from "./disk-parents.ts";
import type { HostAccess } from "./host-access.ts";
import { type DiskLeaf, leavesOf, type RecoveryCustody } from "./recovery-custody.ts";

const LONGEST_CHAIN = 256;

/**
 * The differencing disks that a recovery checkpoint put between its frozen leaves and what came after:
 *
 *     frozen leaf  ←  standing disk  ←  … what users made since  ←  live leaf
 *
 * They must be merged away when it is released. For a checkpoint that is gone already, they are the live leaves that are
 * not what they were, as long as no user changed the tree.
 */
export async function standingDisks(
  access: HostAccess,
  known: { readonly machine: MachineTree; readonly custody: RecoveryCustody; readonly checkpoint: Guid },
  options: WaitOptions = {},
): Promise<readonly string[]> {
  const { machine, custody } = known;
  const live = leavesOf(machine);
  const all = [...machine.recoveryCheckpoints, ...machine.checkpoints];
  const checkpoint = all.find(({ id }) => id === known.checkpoint);
  if (checkpoint === undefined) {
    return hasSameTree(machine, custody) ? changedLeaves(custody.leaves, live) : [];
  }
  const standing: string[] = [];
  for (const frozen of checkpoint.disks) {
    const leaf = live.find((candidate) => byPlace(candidate, frozen) === 0);
    if (leaf === undefined || frozen.path === undefined) continue;
    const chain = { parent: frozen.path, leaf: leaf.path };
    const found = await childOf(access, chain, options);
    if (typeof found === "string") standing.push(found);
    // a host may say no parents of disks in use (docs/unconfirmed.md, parent-path-live); in the same tree the leaf is it
    else if (found === undefined && hasSameTree(machine, custody)) standing.push(leaf.path);
  }
  return standing;
}

/** Live leaves that are not the ones of before, at the same places. */
export function changedLeaves(before: readonly DiskLeaf[], after: readonly DiskLeaf[]): readonly string[] {
  return after
    .filter((leaf) => {
      const old = before.find((candidate) => byPlace(candidate, leaf) === 0);
      return old !== undefined && windowsPathKey(old.path) !== windowsPathKey(leaf.path);
    })
    .map((leaf) => leaf.path);
}

/** Whether the user checkpoints are still those of the journal. */
export function hasSameTree(machine: MachineTree, custody: RecoveryCustody): boolean {
  const now = new Set(machine.checkpoints.map(({ id }) => id));
  return now.size === custody.tree.length && custody.tree.every((id) => now.has(id));
}

/**
 * The file of the leaf's chain whose parent is `parent`; null when the chain does not lead there, undefined when the host
 * does not say where it leads.
 */
async function childOf(
  access: HostAccess,
  chain: { readonly parent: string; readonly leaf: string },
  options: WaitOptions,
): Promise<string | null | undefined> {
  const wanted = windowsPathKey(chain.parent);
  let current = chain.leaf;
  for (let depth = 0; depth < LONGEST_CHAIN && windowsPathKey(current) !== wanted; depth++) {
    const parent = await parentPathOf(access, current, options);
    if (typeof parent !== "string") return parent;
    if (windowsPathKey(parent) === wanted) return current;
    current = parent;
  }
  return null;
}

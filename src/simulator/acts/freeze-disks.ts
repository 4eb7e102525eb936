import { childPath } from "../disks/host-disks.ts";
import { derivedGuid } from "../state/derived-guid.ts";
import type { DiskEntry, FrozenDiskEntry, MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";

/**
 * Makes a differencing disk for each leaf of the machine, which goes on with the new ones; the former leaves are frozen
 * and named in the result. Pass-through disks and VHD sets are left alone (hyperv-facts 7). The checkpoint's id decides
 * the names, so that an attempt that died in the middle is done again in the same place.
 */
export async function freezeDisks(
  context: ActContext,
  machine: MachineEntry,
  checkpoint: string,
): Promise<FrozenDiskEntry[]> {
  const covered = machine.disks.flatMap((disk) => (isCovered(disk) ? [{ disk, path: disk.path }] : []));
  const leaves: string[] = [];
  try {
    for (const { disk, path } of covered) {
      if (machine.touchesHeaders === true) await context.disks.touchHeaders(path);
      const leaf = childPath(path, leafId(checkpoint, disk));
      leaves.push(leaf);
      await context.drives.remove(leaf);
      await context.disks.freeze(path, leaf);
    }
  } catch (error) {
    // all disks or none: the ones that were made would belong to nobody
    for (const leaf of leaves) await context.drives.remove(leaf);
    throw error;
  }
  return covered.map(({ disk, path }, at) => {
    disk.path = leaves[at] ?? path;
    delete disk.written;
    const { controller, number, location } = disk;
    return { controller, number, location, path };
  });
}

/** Part of the name of a disk's new leaf. */
export function leafId(
  checkpoint: string,
  disk: Pick<DiskEntry, "controller" | "number" | "location">,
): string {
  return derivedGuid(checkpoint, `${disk.controller}${disk.number}:${disk.location}`);
}

function isCovered(disk: DiskEntry): disk is DiskEntry & { path: string } {
  return disk.path !== undefined && disk.shared === undefined;
}

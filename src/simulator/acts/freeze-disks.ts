import type { FrozenDiskEntry, MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";

/**
 * Makes a differencing disk for each leaf of the machine, which goes on with the new ones; the former leaves are frozen
 * and named in the result. Pass-through disks and VHD sets are left alone (hyperv-facts 7).
 */
export async function freezeDisks(context: ActContext, machine: MachineEntry): Promise<FrozenDiskEntry[]> {
  const frozen: FrozenDiskEntry[] = [];
  const leaves: string[] = [];
  try {
    for (const disk of machine.disks) {
      if (disk.path === undefined || disk.shared !== undefined) continue;
      if (machine.touchesHeaders === true) await context.disks.touchHeaders(disk.path);
      leaves.push(await context.disks.freeze(disk.path));
      const { controller, number, location, path } = disk;
      frozen.push({ controller, number, location, path });
    }
  } catch (error) {
    // all disks or none: the ones that were made would belong to nobody
    for (const leaf of leaves) await context.drives.remove(leaf);
    throw error;
  }
  const covered = machine.disks.filter((disk) => disk.path !== undefined && disk.shared === undefined);
  for (const [at, disk] of covered.entries()) {
    disk.path = leaves[at];
    delete disk.written;
  }
  return frozen;
}

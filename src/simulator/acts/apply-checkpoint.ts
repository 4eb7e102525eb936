import { newGuid } from "../../base/index.ts";
import { childPath } from "../disks/host-disks.ts";
import type { CheckpointEntry, MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
import { leafId } from "./freeze-disks.ts";
import { refreshLive } from "./refresh-configurations.ts";
import { dropUnused } from "./remove-checkpoint.ts";

/**
 * Puts the machine back to a user checkpoint: its disks become new children of the checkpoint's, and what the former
 * leaves held is lost (hyperv-facts 2.1, ApplySnapshot). A machine with kept memory is saved then, else off.
 */
export async function applyCheckpoint(
  context: ActContext,
  machine: MachineEntry,
  options: { readonly checkpoint: CheckpointEntry; readonly id?: string | undefined },
): Promise<void> {
  const { checkpoint } = options;
  const id = options.id ?? newGuid(context.entropy).toUpperCase();
  const former = machine.disks.flatMap((disk) => (disk.path === undefined ? [] : [disk.path]));
  for (const frozen of checkpoint.disks) {
    const disk = machine.disks.find((one) => isSamePlace(one, frozen));
    const path = childPath(frozen.path, leafId(id, frozen));
    await context.drives.remove(path);
    await context.disks.freeze(frozen.path, path);
    if (disk === undefined) {
      const { controller, number, location } = frozen;
      machine.disks.push({ controller, number, location, path });
    } else {
      disk.path = path;
      delete disk.written;
    }
  }
  machine.currentCheckpoint = checkpoint.id;
  machine.state = checkpoint.memory ? "saved" : "off";
  await context.files.refreshLive(context.host, machine);
  await refreshLive(context, machine);
  for (const path of former) await dropUnused(context, machine, path);
}

interface Place {
  readonly controller: string;
  readonly number: number;
  readonly location: number;
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.controller === b.controller && a.number === b.number && a.location === b.location;
}

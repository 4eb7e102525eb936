import { HostFileError } from "../../places/index.ts";
import { isCovered } from "../forecast/coverage.ts";
import { keepsDisk } from "../forecast/excluded-disks.ts";
import type { HoldWishes } from "../hold-wishes.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import type { HostAccess } from "./host-access.ts";

/** A shadow copy's device with a number that no host gives: only whether its like can be reached at all is asked. */
const SOME_SHADOW_COPY = "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy0\\x";

/**
 * Looks from here at the disks that are about to be held: a drive that is not readable ends the attempt before anything
 * is made on the host. @throws {HostFileError}
 */
export async function refuseUnreadable(
  access: HostAccess,
  machine: MachineInventory,
  wishes: HoldWishes = {},
): Promise<void> {
  const isKept = keepsDisk(machine, wishes.excludeDisks);
  for (const { path } of machine.disks.filter(isCovered).filter(isKept)) {
    if (path === undefined || (await access.files.stat(path)) !== undefined) continue;
    throw new HostFileError(
      `Cannot back up "${machine.name}": its disk "${path}" is not there, or its drive is readable elsewhere`,
      { path, reason: "missing" },
    );
  }
}

/** The same for shadow copies of the host's volumes. @throws {HostFileError} */
export async function refuseUnreadableShadows(access: HostAccess, machine: MachineInventory): Promise<void> {
  if (access.shadowServer !== undefined) return;
  const isOnShares = machine.disks.every(({ path = "" }) => /^\\\\[^?.]/.test(path));
  if (!isOnShares) await access.files.stat(SOME_SHADOW_COPY);
}

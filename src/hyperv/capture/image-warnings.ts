import type { Notice } from "../../base/index.ts";
import { HostFileError } from "../../places/index.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import type { HostAccess } from "./host-access.ts";

/** Disk images are not backed up; one that is not there keeps the machine from starting, also after a restore. */
export async function imageWarnings(
  access: HostAccess,
  machine: Pick<MachineInventory, "images">,
): Promise<readonly Notice[]> {
  const found: Notice[] = [];
  for (const path of machine.images) {
    const why = await absence(access, path);
    if (why === undefined) continue;
    const message = `the image "${path}" in one of its drives ${why}: take it out before the machine is started the next time, here or after a restore`;
    found.push({ code: "image-not-found", message });
  }
  return found;
}

async function absence(access: HostAccess, path: string): Promise<string | undefined> {
  try {
    return (await access.files.stat(path)) === undefined ? "is not there" : undefined;
  } catch (error) {
    if (!(error instanceof HostFileError)) throw error;
    return `cannot be reached from here (${error.reason})`;
  }
}

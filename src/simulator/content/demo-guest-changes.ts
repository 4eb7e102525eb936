import type { SimulatedHost } from "../simulated-host.ts";
import { databasePage, PAGE_BYTES } from "./demo-files.ts";
import { fatDiskOptions, WEB_DISK } from "./demo-machines.ts";
import { placedFiles } from "./write-fat-disk.ts";

/** What a guest changed. */
export interface GuestChange {
  readonly machine: string;
  /** Index of the disk in the machine. */
  readonly disk: number;
  /** In the volume of the disk. */
  readonly path: string;
  readonly bytes: number;
}

const CHANGED_PAGES = 96;
const STRIDE = 31; // pages between two that change: spread over the file, as a database does

/**
 * Lets `web01` of the demonstration work: its database writes some pages, in place. The volume stays sound; only the
 * file's content differs. `round` 1, 2, … gives other content each time.
 */
export async function demoGuestChanges(host: SimulatedHost, round = 1): Promise<readonly GuestChange[]> {
  const seed = Number((await host.state())["demoSeed"] ?? 0);
  const database = placedFiles(fatDiskOptions(WEB_DISK, seed)).find((file) => file.path.endsWith(".db"));
  if (database === undefined) throw new TypeError("The demonstration has no database");
  for (let changed = 0; changed < CHANGED_PAGES; changed++) {
    const page = (changed * STRIDE + round) % (database.sizeBytes / PAGE_BYTES);
    const bytes = databasePage(seed, { page, version: round + 1 });
    await host.guestWrite("web01", { disk: 0, offset: database.offset + page * PAGE_BYTES, bytes });
  }
  return [{ machine: "web01", disk: 0, path: database.path, bytes: CHANGED_PAGES * PAGE_BYTES }];
}

import type { SimulatedHost } from "../simulated-host.ts";
import { databasePage, PAGE_BYTES } from "./demo-files.ts";
import { DATABASE_DISK, fatDiskOptions, measureOf, WEB_DISK } from "./demo-machines.ts";
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

/** The machines of the demonstration that run, with their first disks. */
const RUNNING = { web01: WEB_DISK, db01: DATABASE_DISK } as const;

const CHANGED_PAGES = 96;
const STRIDE = 31; // pages between two that change: spread over the file, as a database does

/**
 * Lets a guest of the demonstration work: its database writes some pages, in place. The volume stays sound; only the
 * file's content differs. `round` 1, 2, … gives other content each time.
 */
export async function demoGuestChanges(
  host: SimulatedHost,
  round = 1,
  machine: keyof typeof RUNNING = "web01",
): Promise<readonly GuestChange[]> {
  const measure = measureOf(await host.state());
  const database = placedFiles(fatDiskOptions(RUNNING[machine], measure)).find((file) =>
    file.path.endsWith(".db"),
  );
  if (database === undefined) throw new TypeError("The demonstration has no database");
  const pages = Math.ceil(CHANGED_PAGES * measure.scale);
  for (let changed = 0; changed < pages; changed++) {
    const page = (changed * STRIDE + round) % (database.sizeBytes / PAGE_BYTES);
    const bytes = databasePage(measure.seed, { page, version: round + 1 });
    await host.guestWrite(machine, { disk: 0, offset: database.offset + page * PAGE_BYTES, bytes });
  }
  return [{ machine, disk: 0, path: database.path, bytes: pages * PAGE_BYTES }];
}

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Entropy, MIB } from "../../base/index.ts";
import { createVhdx, openVhdxForWriting } from "../../formats/vhdx/index.ts";
import { seededBytes } from "../acts/seeded-bytes.ts";
import { HostDrives } from "../drives/host-drives.ts";
import { openSimulatedHost } from "../simulated-host.ts";
import { PAGE_BYTES } from "./demo-files.ts";
import {
  DATABASE_DISK,
  DEMO_DISKS,
  type DemoDisk,
  type DemoMeasure,
  demoHost,
  fatDiskOptions,
} from "./demo-machines.ts";
import { placedFiles, writeFatDisk } from "./write-fat-disk.ts";

export interface DemoHostOptions {
  /** Decides what is in the files; identities come from the entropy. */
  readonly seed: number;
  /** How much of the usual content, from 0.1 to 1, which is the default. */
  readonly scale?: number | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/**
 * Makes a whole simulated host in an empty folder, about 250 MiB: `web01`, a running Windows machine of generation 2 with two disks;
 * `db01`, a running Linux machine without integration services, with a user checkpoint with memory, a differencing disk
 * and a pass-through disk; `old01`, a machine of generation 1 that is off, with a fixed and a dynamic disk. The
 * disks have partition tables and FAT volumes with files.
 */
export async function createDemoHost(folder: string, options: DemoHostOptions): Promise<void> {
  const { seed, scale = 1, clock, entropy } = options;
  const measure = { seed, scale };
  await mkdir(folder, { recursive: true });
  const drives = new HostDrives(folder);
  for (const disk of DEMO_DISKS) await makeDisk(drives, disk, { ...measure, entropy });
  await writeFile(join(folder, "host.json"), JSON.stringify(demoHost(measure), null, 2));
  await using host = await openSimulatedHost(folder, { clock, entropy });
  await host.createCheckpoint("db01", "before update", { memory: true });
  const database = placedFiles(fatDiskOptions(DATABASE_DISK, measure)).find((file) =>
    file.path.endsWith(".db"),
  );
  if (database === undefined) throw new TypeError("The demonstration has no database");
  const bytes = seededBytes(seed + 1, 64 * PAGE_BYTES);
  await host.guestWrite("db01", { disk: 0, offset: database.offset + 128 * PAGE_BYTES, bytes });
}

async function makeDisk(
  drives: HostDrives,
  disk: DemoDisk,
  options: DemoMeasure & { readonly entropy: Entropy },
): Promise<void> {
  const { entropy } = options;
  const { kind, sizeBytes, path } = disk;
  {
    await using store = await drives.create(path);
    await createVhdx(store, {
      kind,
      virtualSizeBytes: sizeBytes,
      // little content in Windows' blocks of 32 MiB would be nothing but zeros
      blockSizeBytes: options.scale < 1 ? 2 * MIB : undefined,
      creator: "Stillpoint simulated host",
      entropy,
    });
  }
  await using writer = await openVhdxForWriting(await drives.open(path), { entropy });
  await writeFatDisk(writer, { ...fatDiskOptions(disk, options), entropy });
}

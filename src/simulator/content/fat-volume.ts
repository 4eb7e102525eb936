import { MIB } from "../../base/index.ts";
import type { ContentDisk } from "./content-disk.ts";
import { clusterOffset, FAT_COUNT, type FatGeometry } from "./fat-geometry.ts";
import type { ClusterRun, FatPlan, PlannedFolder, VolumeFacts } from "./fat-plan.ts";
import { BiosParameterBlock, Fat16Extension, Fat32Extension, InfoSector, SECTOR_BYTES } from "./layout.ts";

const BACKUP_BOOT_SECTOR = 6;
const END_OF_CHAIN = 0x0fff_ffff;

export interface VolumePlace extends VolumeFacts {
  /** Where the volume begins on the disk, in bytes. */
  readonly offset: number;
  readonly volumeId: number;
}

/** Writes a FAT volume with its files; free space is not touched, for it is zeros already. */
export async function writeFatVolume(
  disk: ContentDisk,
  volume: { readonly geometry: FatGeometry; readonly plan: FatPlan },
  place: VolumePlace,
): Promise<void> {
  const { geometry, plan } = volume;
  const at = (sector: number): number => place.offset + sector * SECTOR_BYTES;
  const boot = bootSector(geometry, place);
  await disk.write(boot, at(0));
  if (geometry.kind === "fat32") {
    const info = infoSector(geometry, plan);
    await disk.write(info, at(1));
    await disk.write(boot, at(BACKUP_BOOT_SECTOR));
    await disk.write(info, at(BACKUP_BOOT_SECTOR + 1));
  }
  const table = allocationTable(geometry, plan);
  for (let copy = 0; copy < FAT_COUNT; copy++)
    await disk.write(table, at(geometry.reservedSectors + copy * geometry.fatSectors));
  const rootSector = geometry.firstDataSector - geometry.rootSectors;
  if (geometry.kind === "fat16") await disk.write(wholeSectors(plan.root.entries), at(rootSector));
  else await writeFolder(disk, geometry, { folder: plan.root, offset: place.offset });
  for (const folder of plan.folders) await writeFolder(disk, geometry, { folder, offset: place.offset });
  for (const { file, firstCluster } of plan.files) {
    const start = place.offset + clusterOffset(geometry, firstCluster);
    for (let done = 0; done < file.sizeBytes; done += MIB) {
      const piece = new Uint8Array(Math.min(MIB, file.sizeBytes - done));
      file.read(piece, done);
      await disk.write(wholeSectors(piece), start + done);
    }
  }
}

async function writeFolder(
  disk: ContentDisk,
  geometry: FatGeometry,
  what: { readonly folder: PlannedFolder; readonly offset: number },
): Promise<void> {
  const { folder, offset } = what;
  await disk.write(wholeSectors(folder.entries), offset + clusterOffset(geometry, folder.firstCluster));
}

function bootSector(geometry: FatGeometry, place: VolumePlace): Uint8Array {
  const isLarge = geometry.kind === "fat32";
  const sector = new Uint8Array(SECTOR_BYTES);
  const block = BiosParameterBlock.encode({
    jump: Uint8Array.of(0xeb, isLarge ? 0x58 : 0x3c, 0x90),
    oemName: "MSDOS5.0",
    bytesPerSector: SECTOR_BYTES,
    sectorsPerCluster: geometry.sectorsPerCluster,
    reservedSectors: geometry.reservedSectors,
    fatCount: FAT_COUNT,
    rootEntries: (geometry.rootSectors * SECTOR_BYTES) / 32,
    totalSectors16: 0,
    media: 0xf8,
    fatSectors16: isLarge ? 0 : geometry.fatSectors,
    sectorsPerTrack: 63,
    heads: 255,
    hiddenSectors: place.offset / SECTOR_BYTES,
    totalSectors32: geometry.sectors,
  });
  const names = {
    drive: 0x80,
    signature: 0x29,
    volumeId: place.volumeId,
    label: place.label.toUpperCase().padEnd(11).slice(0, 11),
    type: isLarge ? "FAT32   " : "FAT16   ",
  };
  const extension = isLarge
    ? Fat32Extension.encode({
        ...names,
        fatSectors: geometry.fatSectors,
        flags: 0,
        version: 0,
        rootCluster: 2,
        infoSector: 1,
        backupBootSector: BACKUP_BOOT_SECTOR,
      })
    : Fat16Extension.encode(names);
  sector.set(block);
  sector.set(extension, block.length);
  sector.set([0x55, 0xaa], SECTOR_BYTES - 2);
  return sector;
}

function infoSector(geometry: FatGeometry, plan: FatPlan): Uint8Array {
  return InfoSector.encode({
    lead: 0x4161_5252,
    signature: 0x6141_7272,
    freeClusters: geometry.clusterCount - plan.usedClusters,
    nextFree: plan.usedClusters + 2,
    trail: 0xaa55_0000,
  });
}

/** One copy of the table, up to the last cluster that is used. */
function allocationTable(geometry: FatGeometry, plan: FatPlan): Uint8Array {
  const entryBytes = geometry.kind === "fat32" ? 4 : 2;
  const table = wholeSectors(new Uint8Array((plan.usedClusters + 2) * entryBytes));
  const view = new DataView(table.buffer);
  const set = (cluster: number, value: number): void => {
    if (entryBytes === 4) view.setUint32(cluster * 4, value, true);
    else view.setUint16(cluster * 2, value & 0xffff, true);
  };
  set(0, 0x0fff_fff8);
  set(1, END_OF_CHAIN);
  const runs: readonly ClusterRun[] = [plan.root, ...plan.folders, ...plan.files];
  for (const { firstCluster, clusterCount } of runs) {
    for (let at = 0; at < clusterCount; at++)
      set(firstCluster + at, at === clusterCount - 1 ? END_OF_CHAIN : firstCluster + at + 1);
  }
  return table;
}

function wholeSectors(bytes: Uint8Array): Uint8Array {
  if (bytes.length % SECTOR_BYTES === 0 && bytes.length > 0) return bytes;
  const padded = new Uint8Array(Math.max(1, Math.ceil(bytes.length / SECTOR_BYTES)) * SECTOR_BYTES);
  padded.set(bytes);
  return padded;
}

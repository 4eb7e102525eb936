import { SECTOR_BYTES } from "./layout.ts";

/** How a FAT volume divides; everything counts sectors of 512 bytes from the volume's start. */
export interface FatGeometry {
  readonly kind: "fat16" | "fat32";
  readonly sectors: number;
  readonly sectorsPerCluster: number;
  readonly reservedSectors: number;
  readonly fatSectors: number;
  /** Sectors of the root folder that stands in front of the clusters; 0 in FAT32. */
  readonly rootSectors: number;
  readonly firstDataSector: number;
  /** Clusters have numbers from 2 on. */
  readonly clusterCount: number;
}

/** The number of clusters alone decides the kind: from here on it is FAT32. */
const FEWEST_FAT32_CLUSTERS = 65_525;
const ROOT_ENTRIES = 512;
export const FAT_COUNT = 2;

/** FAT32 where the volume has enough clusters of 4 KiB for it, else FAT16. */
export function fatGeometry(sectors: number): FatGeometry {
  const large = divided("fat32", sectors, 8);
  if (large.clusterCount >= FEWEST_FAT32_CLUSTERS) return large;
  for (const sectorsPerCluster of [4, 8, 16]) {
    const small = divided("fat16", sectors, sectorsPerCluster);
    if (small.clusterCount < FEWEST_FAT32_CLUSTERS) return small;
  }
  throw new TypeError(`No FAT volume of ${sectors} sectors`);
}

function divided(kind: FatGeometry["kind"], sectors: number, sectorsPerCluster: number): FatGeometry {
  const entryBytes = kind === "fat32" ? 4 : 2;
  const reservedSectors = kind === "fat32" ? 32 : 1;
  const rootSectors = kind === "fat32" ? 0 : (ROOT_ENTRIES * 32) / SECTOR_BYTES;
  const most = Math.ceil((sectors - reservedSectors - rootSectors) / sectorsPerCluster);
  const fatSectors = Math.ceil(((most + 2) * entryBytes) / SECTOR_BYTES);
  const firstDataSector = reservedSectors + FAT_COUNT * fatSectors + rootSectors;
  return {
    kind,
    sectors,
    sectorsPerCluster,
    reservedSectors,
    fatSectors,
    rootSectors,
    firstDataSector,
    clusterCount: Math.floor((sectors - firstDataSector) / sectorsPerCluster),
  };
}

export function clusterBytes(geometry: FatGeometry): number {
  return geometry.sectorsPerCluster * SECTOR_BYTES;
}

/** Where a cluster begins, in bytes from the volume's start. */
export function clusterOffset(geometry: FatGeometry, cluster: number): number {
  return (geometry.firstDataSector + (cluster - 2) * geometry.sectorsPerCluster) * SECTOR_BYTES;
}

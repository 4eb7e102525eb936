import { type Entropy, newGuid } from "../../base/index.ts";
import type { ContentDisk, ContentFile, PlacedFile } from "./content-disk.ts";
import { clusterOffset, fatGeometry } from "./fat-geometry.ts";
import { planFatVolume } from "./fat-plan.ts";
import { writeFatVolume } from "./fat-volume.ts";
import { SECTOR_BYTES } from "./layout.ts";
import { FIRST_SECTOR, partitionSectors, writeGpt, writeMbr } from "./partition-table.ts";

export interface FatDiskOptions {
  /** Of the whole disk, at least 16 MiB. */
  readonly sizeBytes: number;
  readonly table: "mbr" | "gpt";
  readonly files: readonly ContentFile[];
  /** At most eleven characters. */
  readonly label: string;
  readonly made: Temporal.Instant;
  readonly entropy: Entropy;
}

const MBR_FAT32 = 0x0c;
const MBR_FAT16 = 0x0e;

/**
 * Fills an empty disk: a partition table, and one FAT volume with the files. The result says where each file lies, which
 * is the same for the same options.
 */
export async function writeFatDisk(
  disk: ContentDisk,
  options: FatDiskOptions,
): Promise<readonly PlacedFile[]> {
  const { sizeBytes, entropy } = options;
  const sectors = partitionSectors(sizeBytes);
  const geometry = fatGeometry(sectors);
  const partition = { sectors, mbrType: geometry.kind === "fat32" ? MBR_FAT32 : MBR_FAT16 };
  const number = (): number => new DataView(entropy.bytes(4).buffer).getUint32(0);
  if (options.table === "mbr") await writeMbr(disk, partition, number());
  else
    await writeGpt(disk, partition, { sizeBytes, diskId: newGuid(entropy), partitionId: newGuid(entropy) });
  const { label, made } = options;
  const plan = planFatVolume(geometry, options.files, { label, made });
  const offset = FIRST_SECTOR * SECTOR_BYTES;
  await writeFatVolume(disk, { geometry, plan }, { offset, label, made, volumeId: number() });
  return placedFiles(options);
}

/** Where `writeFatDisk` puts the files, without writing anything. */
export function placedFiles(
  options: Pick<FatDiskOptions, "sizeBytes" | "files" | "label" | "made">,
): readonly PlacedFile[] {
  const geometry = fatGeometry(partitionSectors(options.sizeBytes));
  return planFatVolume(geometry, options.files, options).files.map(({ file, firstCluster }) => ({
    path: file.path,
    offset: FIRST_SECTOR * SECTOR_BYTES + clusterOffset(geometry, firstCluster),
    sizeBytes: file.sizeBytes,
  }));
}

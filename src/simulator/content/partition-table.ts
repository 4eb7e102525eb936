import { crc32, type Guid, guid } from "../../base/index.ts";
import type { ContentDisk } from "./content-disk.ts";
import { GptEntry, GptHeader, MbrPartition, SECTOR_BYTES } from "./layout.ts";

const MBR_TABLE_OFFSET = 446;
const MBR_SIGNATURE = [0x55, 0xaa];
const PROTECTIVE = 0xee;
const GPT_ENTRIES = 128;
const GPT_ENTRY_SECTORS = (GPT_ENTRIES * GptEntry.sizeBytes) / SECTOR_BYTES;
const BASIC_DATA: Guid = guid("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7");
/** Partitions begin on whole MiB, as all present tools make them. */
export const FIRST_SECTOR = 2048;

export interface OnePartition {
  readonly sectors: number;
  /** Type byte of the master boot record. */
  readonly mbrType: number;
}

/** Sectors of the partition on a disk of a size: up to the last whole MiB that leaves room for the backup table. */
export function partitionSectors(sizeBytes: number): number {
  const diskSectors = Math.floor(sizeBytes / SECTOR_BYTES);
  const end = Math.floor((diskSectors - GPT_ENTRY_SECTORS - 1) / FIRST_SECTOR) * FIRST_SECTOR;
  return end - FIRST_SECTOR;
}

/** A master boot record with one partition. */
export async function writeMbr(
  disk: ContentDisk,
  partition: OnePartition,
  diskSignature: number,
): Promise<void> {
  await disk.write(
    bootRecord({ type: partition.mbrType, first: FIRST_SECTOR, count: partition.sectors }, diskSignature),
    0,
  );
}

/** A protective boot record, and both copies of a GUID partition table with one partition. */
export async function writeGpt(
  disk: ContentDisk,
  partition: OnePartition,
  ids: { readonly sizeBytes: number; readonly diskId: Guid; readonly partitionId: Guid },
): Promise<void> {
  const diskSectors = Math.floor(ids.sizeBytes / SECTOR_BYTES);
  const lastSector = diskSectors - 1;
  const entries = new Uint8Array(GPT_ENTRY_SECTORS * SECTOR_BYTES);
  entries.set(
    GptEntry.encode({
      type: BASIC_DATA,
      id: ids.partitionId,
      firstSector: FIRST_SECTOR,
      lastSector: FIRST_SECTOR + partition.sectors - 1,
      attributes: 0,
      name: utf16("Basic data partition", 72),
    }),
  );
  const header = (ownSector: number, otherSector: number, entriesSector: number): Uint8Array =>
    sealedHeader({
      signature: "EFI PART",
      revision: 0x0001_0000,
      headerBytes: GptHeader.sizeBytes,
      headerChecksum: 0,
      ownSector,
      otherSector,
      firstUsable: 2 + GPT_ENTRY_SECTORS,
      lastUsable: lastSector - GPT_ENTRY_SECTORS - 1,
      diskId: ids.diskId,
      entriesSector,
      entryCount: GPT_ENTRIES,
      entryBytes: GptEntry.sizeBytes,
      entriesChecksum: crc32(entries),
    });
  const protective = { type: PROTECTIVE, first: 1, count: Math.min(0xffff_ffff, lastSector) };
  await disk.write(bootRecord(protective, 0), 0);
  await disk.write(header(1, lastSector, 2), SECTOR_BYTES);
  await disk.write(entries, 2 * SECTOR_BYTES);
  await disk.write(entries, (lastSector - GPT_ENTRY_SECTORS) * SECTOR_BYTES);
  await disk.write(header(lastSector, 1, lastSector - GPT_ENTRY_SECTORS), lastSector * SECTOR_BYTES);
}

function sealedHeader(value: Parameters<typeof GptHeader.encode>[0]): Uint8Array {
  const sector = new Uint8Array(SECTOR_BYTES);
  sector.set(GptHeader.encode({ ...value, headerChecksum: crc32(GptHeader.encode(value)) }));
  return sector;
}

function bootRecord(
  partition: { type: number; first: number; count: number },
  signature: number,
): Uint8Array {
  const sector = new Uint8Array(SECTOR_BYTES);
  new DataView(sector.buffer).setUint32(MBR_TABLE_OFFSET - 6, signature, true);
  const beyond = Uint8Array.of(0xfe, 0xff, 0xff); // addresses by cylinder end long before
  sector.set(
    MbrPartition.encode({
      status: 0,
      firstChs: partition.type === PROTECTIVE ? Uint8Array.of(0, 2, 0) : beyond,
      type: partition.type,
      lastChs: beyond,
      firstSector: partition.first,
      sectorCount: partition.count,
    }),
    MBR_TABLE_OFFSET,
  );
  sector.set(MBR_SIGNATURE, SECTOR_BYTES - MBR_SIGNATURE.length);
  return sector;
}

export function utf16(text: string, length: number): Uint8Array {
  const encoded = new Uint8Array(length);
  const view = new DataView(encoded.buffer);
  for (let at = 0; at < text.length && 2 * at < length; at++)
    view.setUint16(2 * at, text.charCodeAt(at), true);
  return encoded;
}

import { ascii, bytes, guidField, reserved, struct, u8, u16, u32, u64 } from "../../base/index.ts";

export const SECTOR_BYTES = 512;

/** Microsoft, "FAT: General Overview of On-Disk Format" 1.03: the first 36 bytes of the boot sector. */
export const BiosParameterBlock = struct("FAT BIOS parameter block", 36, {
  jump: bytes(3), // EB 58 90
  oemName: ascii(8),
  bytesPerSector: u16,
  sectorsPerCluster: u8,
  reservedSectors: u16,
  fatCount: u8,
  rootEntries: u16, // 0 in FAT32
  totalSectors16: u16, // 0: the 32-bit field counts
  media: u8, // F8: not removable
  fatSectors16: u16, // 0 in FAT32
  sectorsPerTrack: u16,
  heads: u16,
  hiddenSectors: u32, // in front of the partition
  totalSectors32: u32,
});

/** Same document: what follows in FAT32. */
export const Fat32Extension = struct("FAT32 boot sector extension", 54, {
  fatSectors: u32,
  flags: u16,
  version: u16,
  rootCluster: u32,
  infoSector: u16,
  backupBootSector: u16,
  reserved: reserved(12),
  drive: u8, // 80
  reserved2: reserved(1),
  signature: u8, // 29: the next three fields are there
  volumeId: u32,
  label: ascii(11),
  type: ascii(8), // "FAT32   ", decides nothing
});

/** Same document: what follows in FAT16. */
export const Fat16Extension = struct("FAT16 boot sector extension", 26, {
  drive: u8,
  reserved: reserved(1),
  signature: u8,
  volumeId: u32,
  label: ascii(11),
  type: ascii(8),
});

/** Same document: the sector of hints in FAT32. */
export const InfoSector = struct("FAT32 FSInfo sector", 512, {
  lead: u32, // 41615252
  reserved: reserved(480),
  signature: u32, // 61417272
  freeClusters: u32,
  nextFree: u32,
  reserved2: reserved(12),
  trail: u32, // AA550000
});

/** Same document: a short directory entry. */
export const DirectoryEntry = struct("FAT directory entry", 32, {
  name: ascii(11),
  attributes: u8,
  reserved: reserved(2),
  createdTime: u16,
  createdDate: u16,
  accessedDate: u16,
  firstClusterHigh: u16,
  modifiedTime: u16,
  modifiedDate: u16,
  firstClusterLow: u16,
  sizeBytes: u32,
});

/** Same document: 13 characters of a long name, in front of the short entry, last part first. */
export const LongNameEntry = struct("FAT long name entry", 32, {
  order: u8, // from 1; 40 is added to the last part
  characters1: bytes(10), // UTF-16LE
  attributes: u8, // 0F
  type: u8,
  checksum: u8, // of the short name
  characters2: bytes(12),
  firstCluster: u16, // 0
  characters3: bytes(4),
});

/** One of the four entries of a master boot record, at 446. */
export const MbrPartition = struct("MBR partition entry", 16, {
  status: u8,
  firstChs: bytes(3),
  type: u8,
  lastChs: bytes(3),
  firstSector: u32,
  sectorCount: u32,
});

/** UEFI Specification 2.10, 5.3.2. */
export const GptHeader = struct("GPT header", 92, {
  signature: ascii(8), // "EFI PART"
  revision: u32, // 00010000
  headerBytes: u32, // 92
  headerChecksum: u32, // CRC-32 with this field zero
  reserved: reserved(4),
  ownSector: u64,
  otherSector: u64,
  firstUsable: u64,
  lastUsable: u64,
  diskId: guidField,
  entriesSector: u64,
  entryCount: u32, // 128
  entryBytes: u32, // 128
  entriesChecksum: u32,
});

/** UEFI Specification 2.10, 5.3.3. */
export const GptEntry = struct("GPT partition entry", 128, {
  type: guidField,
  id: guidField,
  firstSector: u64,
  lastSector: u64, // the last one that belongs to it
  attributes: u64,
  name: bytes(72), // UTF-16LE
});

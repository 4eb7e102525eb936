import {
  ascii,
  bytes,
  type Guid,
  guid,
  guidField,
  KIB,
  MIB,
  reserved,
  type StructValue,
  struct,
  TIB,
  u16,
  u32,
  u64,
  u64Pattern,
} from "../../base/index.ts";

/** [MS-VHDX] 2.2: every structure, and every block, starts at a multiple of this. */
export const ALIGNMENT = MIB;
/** Where the fixed structures of the first MiB lie. [MS-VHDX] 2.2 */
export const FILE_TYPE_OFFSET = 0;
export const HEADER_OFFSETS = [64 * KIB, 128 * KIB] as const;
export const REGION_TABLE_OFFSETS = [192 * KIB, 256 * KIB] as const;
/** The region table's checksum covers all of it. */
export const REGION_TABLE_BYTES = 64 * KIB;
export const METADATA_TABLE_BYTES = 64 * KIB;
/** Most entries of a region table, and of a metadata table. */
export const MAX_TABLE_ENTRIES = 2047;
/** [MS-VHDX] 2.2.4: longest metadata item. */
export const MAX_METADATA_ITEM_BYTES = MIB;
export const MAX_VIRTUAL_SIZE_BYTES = 64 * TIB;
/**
 * A limit of ours, twice the largest virtual disk, for files before and after the replay of their log. Walking a layout
 * takes two bits a MiB of file: 32 MiB at this limit.
 */
export const MAX_FILE_BYTES = 128 * TIB;
export const MIN_BLOCK_SIZE_BYTES = MIB;
export const MAX_BLOCK_SIZE_BYTES = 256 * MIB;
export const SECTOR_SIZES: readonly number[] = [512, 4096];

export const FILE_TYPE_SIGNATURE = "vhdxfile";
export const HEADER_SIGNATURE = "head";
export const REGION_TABLE_SIGNATURE = "regi";
export const METADATA_TABLE_SIGNATURE = "metadata";
export const LOG_ENTRY_SIGNATURE = "loge";
export const DATA_DESCRIPTOR_SIGNATURE = "desc";
export const ZERO_DESCRIPTOR_SIGNATURE = "zero";
export const DATA_SECTOR_SIGNATURE = "data";

/** [MS-VHDX] 2.2.1. Lives at 0 and is never rewritten; the creator steers nothing. */
export const FileTypeIdentifier = struct("VHDX file type identifier", 520, {
  signature: ascii(8), // "vhdxfile"
  creator: bytes(512), // UTF-16LE, NUL-terminated or full
});

/** [MS-VHDX] 2.2.2. Lives at 64 KiB and at 128 KiB. */
export const Header = struct("VHDX header", 4096, {
  signature: ascii(4), // "head"
  checksum: u32, // CRC-32C over these 4 KiB with this field zero
  sequenceNumber: u64Pattern,
  fileWriteGuid: guidField,
  dataWriteGuid: guidField,
  logGuid: guidField, // zero: nothing to replay
  logVersion: u16, // 0; means something only with a log GUID
  version: u16, // 1
  logLength: u32, // a multiple of 1 MiB
  logOffset: u64Pattern, // a multiple of 1 MiB; a pattern, because the copy that is not current may hold anything
  reserved: reserved(4016),
});
export type HeaderValue = StructValue<typeof Header>;
export const HEADER_VERSION = 1;
export const LOG_VERSION = 0;

/** [MS-VHDX] 2.2.3.1. Lives at 192 KiB and, as a copy, at 256 KiB. */
export const RegionTableHeader = struct("VHDX region table header", 16, {
  signature: ascii(4), // "regi"
  checksum: u32, // CRC-32C over the table's 64 KiB with this field zero
  entryCount: u32, // at most 2,047
  reserved: reserved(4),
});

/** [MS-VHDX] 2.2.3.2. Follow the header at once. */
export const RegionTableEntry = struct("VHDX region table entry", 32, {
  regionId: guidField,
  fileOffset: u64, // a multiple of 1 MiB, at least 1 MiB
  length: u32, // a multiple of 1 MiB
  flags: u32, // bit 0: required
});
export const REGION_REQUIRED = 1;
export const BLOCK_TABLE_REGION: Guid = guid("2dc27766-f623-4200-9d64-115e9bfd4a08");
export const METADATA_REGION: Guid = guid("8b7ca206-4790-4b9a-b8fe-575f050f886e");

/** [MS-VHDX] 2.2.6.1. The metadata region's first bytes. No checksum. */
export const MetadataTableHeader = struct("VHDX metadata table header", 32, {
  signature: ascii(8), // "metadata"
  reserved: reserved(2),
  entryCount: u16, // at most 2,047
  reserved2: reserved(20),
});

/** [MS-VHDX] 2.2.6.2. The key is item and `user` bit together. */
export const MetadataTableEntry = struct("VHDX metadata table entry", 32, {
  itemId: guidField,
  offset: u32, // in the region; at least 64 KiB, or 0 with length 0
  length: u32,
  flags: u32,
  reserved: reserved(4),
});
export const METADATA_USER = 1;
export const METADATA_VIRTUAL_DISK = 2;
export const METADATA_REQUIRED = 4;

export const FILE_PARAMETERS_ITEM: Guid = guid("caa16737-fa36-4d43-b3b6-33f0aa44e76b");
export const VIRTUAL_DISK_SIZE_ITEM: Guid = guid("2fa54224-cd1b-4876-b211-5dbed83bf4b8");
export const VIRTUAL_DISK_ID_ITEM: Guid = guid("beca12ab-b2e6-4523-93ef-c309e000c746");
export const LOGICAL_SECTOR_SIZE_ITEM: Guid = guid("8141bf1d-a96f-4709-ba47-f233a8faab5f");
export const PHYSICAL_SECTOR_SIZE_ITEM: Guid = guid("cda348c7-445d-4471-9cc9-e9885251c556");
export const PARENT_LOCATOR_ITEM: Guid = guid("a8d35f2d-b30b-454d-abf7-d3d84834ab0c");
/** Not in [MS-VHDX]; OpenVMM marks with it a file whose creation did not finish. */
export const INCOMPLETE_FILE_ITEM: Guid = guid("71cc85f0-1b69-4e28-9558-c3bf83ae75d3");
/** Not in [MS-VHDX]; known from OpenVMM: disk geometry and persistent-memory label, which no reader of sectors needs. */
export const CHS_PARAMETERS_ITEM: Guid = guid("da02d7bc-3d3a-423c-ac88-2a36ab21479b");
export const PMEM_LABEL_ITEM: Guid = guid("10e1ae8a-4b7e-4169-a40f-cd70de928393");

/** [MS-VHDX] 2.2.6.2.1 */
export const FileParameters = struct("VHDX file parameters", 8, {
  blockSize: u32, // a power of two, 1 MiB to 256 MiB
  flags: u32,
});
export const LEAVE_BLOCKS_ALLOCATED = 1;
export const HAS_PARENT = 2;

/** [MS-VHDX] 2.2.6.2.2 */
export const VirtualDiskSize = struct("VHDX virtual disk size", 8, { sizeBytes: u64 });
/** [MS-VHDX] 2.2.6.2.3, "page 83 data": survives checkpoints. */
export const VirtualDiskId = struct("VHDX virtual disk id", 16, { id: guidField });
/** [MS-VHDX] 2.2.6.2.4 and 2.2.6.2.5, logical and physical alike. */
export const SectorSize = struct("VHDX sector size", 4, { sizeBytes: u32 });

/** [MS-VHDX] 2.2.6.2.6.1. The parent locator item's first bytes. */
export const ParentLocatorHeader = struct("VHDX parent locator header", 20, {
  locatorType: guidField,
  reserved: reserved(2),
  keyValueCount: u16,
});
/** [MS-VHDX] 2.2.6.2.6.2. Offsets are relative to the item, lengths are bytes of UTF-16LE without a terminator. */
export const ParentLocatorEntry = struct("VHDX parent locator entry", 12, {
  keyOffset: u32,
  valueOffset: u32,
  keyLength: u16,
  valueLength: u16,
});
export const VHDX_LOCATOR_TYPE: Guid = guid("b04aefb7-d19e-4a81-b789-25b8e9445913");

/** [MS-VHDX] 2.3.1: the log's sectors are 4 KiB, whatever the disk's are. */
export const LOG_SECTOR_BYTES = 4 * KIB;

/** [MS-VHDX] 2.3.1.1. Descriptors follow at once, without a gap, padded to 4 KiB; then one data sector a data descriptor. */
export const LogEntryHeader = struct("VHDX log entry header", 64, {
  signature: ascii(4), // "loge"
  checksum: u32, // CRC-32C over entryLength bytes with this field zero
  entryLength: u32, // a multiple of 4 KiB
  tail: u32, // offset in the log of the sequence's first entry; a multiple of 4 KiB
  sequenceNumber: u64Pattern, // above 0
  descriptorCount: u32, // may be 0
  reserved: reserved(4),
  logGuid: guidField,
  flushedFileOffset: u64Pattern, // the file was at least this long, and stable, when the entry was written
  lastFileOffset: u64Pattern, // the file is at least this long after the replay
});

/** Common to both kinds, [MS-VHDX] 2.3.1.2 and 2.3.1.3: what to look at first. */
export const LogDescriptor = struct("VHDX log descriptor", 32, {
  signature: ascii(4), // "desc" or "zero"
  body: bytes(12),
  fileOffset: u64Pattern, // a multiple of 4 KiB
  sequenceNumber: u64Pattern, // the entry's
});

/** [MS-VHDX] 2.3.1.2 */
export const ZeroDescriptor = struct("VHDX log zero descriptor", 32, {
  signature: ascii(4), // "zero"
  reserved: reserved(4),
  zeroLength: u64Pattern, // a multiple of 4 KiB
  fileOffset: u64Pattern, // a multiple of 4 KiB
  sequenceNumber: u64Pattern, // the entry's
});

/** [MS-VHDX] 2.3.1.3. Restored sector: leading bytes, the data sector's 4,084 bytes, trailing bytes. */
export const DataDescriptor = struct("VHDX log data descriptor", 32, {
  signature: ascii(4), // "desc"
  trailingBytes: bytes(4),
  leadingBytes: bytes(8),
  fileOffset: u64Pattern, // a multiple of 4 KiB
  sequenceNumber: u64Pattern, // the entry's
});

/** [MS-VHDX] 2.3.1.4 */
export const DataSector = struct("VHDX log data sector", 4096, {
  signature: ascii(4), // "data"
  sequenceHigh: u32,
  data: bytes(4084),
  sequenceLow: u32,
});

/** [MS-VHDX] 2.2.5: bytes of one entry of the block allocation table. */
export const BLOCK_ENTRY_BYTES = 8;
/** [MS-VHDX] 2.2.5.2: one sector bitmap block a chunk. */
export const BITMAP_BLOCK_BYTES = MIB;
/** Sectors that one bitmap block describes. */
export const SECTORS_PER_BITMAP_BLOCK = 8 * BITMAP_BLOCK_BYTES;

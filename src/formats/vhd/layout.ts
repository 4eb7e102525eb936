import {
  ascii,
  bytes,
  guidField,
  reserved,
  struct,
  u8,
  u16be,
  u32be,
  u64be,
  u64bePattern,
} from "../../base/index.ts";

/** Sectors of VHD are always 512 bytes, and all its offsets in the block table count them. */
export const SECTOR_BYTES = 512;

/** Virtual Hard Disk Image Format Specification (2006), "Hard Disk Footer Format". Last in the file, copied to its start. */
export const Footer = struct("VHD footer", 512, {
  cookie: ascii(8), // "conectix"
  features: u32be, // bit 1 is always set
  version: u32be, // 0x00010000
  dataOffset: u64bePattern, // the dynamic header; all ones in a fixed disk
  timestamp: u32be, // seconds since 2000-01-01 UTC
  creatorApplication: ascii(4),
  creatorVersion: u32be,
  creatorHostOs: ascii(4), // "Wi2k" or "Mac "
  originalSizeBytes: u64be,
  currentSizeBytes: u64be,
  cylinders: u16be,
  heads: u8,
  sectorsPerTrack: u8,
  diskType: u32be,
  checksum: u32be, // one's complement of the sum of all bytes, this field as zero
  uniqueId: guidField, // Windows writes the mixed form; links compare the bytes, so the order never matters
  savedState: u8,
  rest: reserved(427),
});

/** Same specification, "Dynamic Disk Header Format". */
export const DynamicHeader = struct("VHD dynamic header", 1024, {
  cookie: ascii(8), // "cxsparse"
  dataOffset: u64bePattern, // all ones
  tableOffset: u64be, // the block allocation table
  version: u32be, // 0x00010000
  maxTableEntries: u32be,
  blockSizeBytes: u32be, // without the sector bitmap in front of each block
  checksum: u32be, // as in the footer
  parentId: guidField, // the parent footer's unique id
  parentTimestamp: u32be, // known to be unreliable; shown, never compared
  reserved: reserved(4),
  parentName: bytes(512), // UTF-16 big-endian
  locators: bytes(192), // eight entries of `ParentLocator`
  rest: reserved(256),
});

/** Same specification, "Parent Locator Entry". */
export const ParentLocator = struct("VHD parent locator", 24, {
  platform: ascii(4), // "W2ku", "W2ru", "MacX", …; four NULs when unused
  dataSpace: u32be, // bytes in files by Windows, sectors in others: never relied on
  dataLength: u32be, // bytes
  reserved: reserved(4),
  dataOffset: u64be,
});

export const FOOTER_COOKIE = "conectix";
export const DYNAMIC_COOKIE = "cxsparse";
/** Footer and dynamic header have the same number. */
export const VERSION = 0x0001_0000;
/** Footers of very old fixed disks lack the last byte. */
export const OLD_FOOTER_BYTES = 511;
export const LOCATOR_SLOTS = 8;
export const TABLE_ENTRY_BYTES = 4;
/** What an entry of the block allocation table holds for a block that is not in the file. */
export const UNUSED_BLOCK = 0xffff_ffff;

/** Values of the footer's disk type; the other numbers are reserved or deprecated. */
export const FIXED_DISK = 2;
export const DISK_KINDS = { [FIXED_DISK]: "fixed", 3: "dynamic", 4: "differencing" } as const;

import { type Field, KIB, reserved, struct, u8, u16, u32, u64, u64Pattern } from "../../base/index.ts";

/*
 * HyperVStorage 4.0, the container of .vmcx and .vmrs. No specification is published. The tables follow Microsoft's
 * open source (OpenVMM, crate hvs_file) where it fits real files, and real files where it does not. All checksums are
 * CRC-32 (zlib's) over the structure with the checksum field taken as zero.
 */

const i32: Field<number> = {
  sizeBytes: 4,
  reserved: false,
  read: (view, at) => view.getInt32(at, true),
  write: (view, at, value) => view.setInt32(at, value, true),
};
const i64: Field<bigint> = {
  sizeBytes: 8,
  reserved: false,
  read: (view, at) => view.getBigInt64(at, true),
  write: (view, at, value) => view.setBigInt64(at, value, true),
};
const f64: Field<number> = {
  sizeBytes: 8,
  reserved: false,
  read: (view, at) => view.getFloat64(at, true),
  write: (view, at, value) => view.setFloat64(at, value, true),
};

export const STORAGE_SIGNATURE = 0x01282014;
export const STORAGE_VERSION = 0x0400;
export const STORAGE_HEADER_PLACES = [0, 4 * KIB] as const;
export const SMALLEST_ALIGNMENT = 4 * KIB;
export const LARGEST_ALIGNMENT = 64 * KIB;

/** Twice in a file, at 0 and at 4 KiB; the copy with the later sequence number counts. */
export const StorageHeader = struct("storage header", 46, {
  signature: u32,
  checksum: u32, // over these 46 bytes
  sequence: u16, // wraps
  version: u32, // major in the second byte, minor in the first
  dataVersion: u32, // 0 in all files seen
  flags: u32, // 0 in all files seen
  alignmentBytes: u32, // of objects; 4,096 in all files seen
  logOffset: u64,
  logSizeBytes: u64, // 36,864 in all files seen; the file may end before the log does
  logHeaderSizeBytes: u32, // 4,096 in all files seen
});

export const OBJECT_TABLE_PLACE = 8 * KIB;
export const OBJECT_TABLE_SIGNATURE = 0x01110001;
export const OBJECT_EMPTY = 0;
export const OBJECT_TABLE = 1;
export const OBJECT_KEY_TABLE = 2;
export const OBJECT_FILE = 3;

export const ObjectTableHeader = struct("object table header", 8, {
  signature: u32,
  entryCount: u32, // 227 in a table of 4 KiB
});

/** The last entry of a table is the link to the next table, or empty. */
export const ObjectEntry = struct("object table entry", 18, {
  type: u8, // 4 is a free object, 6 a replay log, 7 a change tracking buffer
  checksum: u32, // over these 18 bytes, also in empty entries
  offset: u64,
  sizeBytes: u32, // a multiple of the alignment
  flags: u8, // 1 in all key tables seen
});

export const KEY_TABLE_SIGNATURE = 2;

/** Entries follow to the end of the object. */
export const KeyTableHeader = struct("key table header", 10, {
  signature: u16,
  index: u16, // from 1
  sequence: u16, // of two tables with one index, the later counts
  checksum: u32, // over these 10 bytes
});

export const KEY_FREE = 1;
export const KEY_INT = 3;
export const KEY_UINT = 4;
export const KEY_DOUBLE = 5;
export const KEY_STRING = 6;
export const KEY_BYTES = 7;
export const KEY_BOOL = 8;
export const KEY_NODE = 9;
/** The data is a `FilePointer`. */
export const KEY_IS_IN_FILE = 0x01;
/** Seen on siblings of one name. */
export const KEY_IS_SUBCOMPONENT = 0x02;

/** Name, data and slack follow; the checksum covers header, name and data, and is not kept up in free entries. */
export const KeyEntryHeader = struct("key entry header", 21, {
  type: u8,
  flags: u8,
  sizeBytes: u32, // with name, data and slack
  parentTable: u16, // 0 for children of the root
  parentOffset: u32, // from the start of that key table
  checksum: u32,
  order: u32, // siblings are sorted by it; gaps are normal
  nameSizeBytes: u8, // UTF-8 with its NUL
});

export const IntData = struct("signed value", 8, { value: i64 });
export const UintData = struct("unsigned value", 8, { value: u64Pattern });
export const DoubleData = struct("floating value", 8, { value: f64 });
export const BoolData = struct("truth value", 4, { value: i32 });
/** The length of a string (UTF-16LE, no terminator) or of bytes; they follow. */
export const InlineLength = struct("inline value length", 4, { sizeBytes: u32 });
export const NodeData = struct("node data", 12, {
  trackingSequence: u64Pattern, // 0 in all files seen
  nextOrder: u32, // above the order of every child
});
/** Where a value of 2,048 bytes or more lies. */
export const FilePointer = struct("file object pointer", 12, { sizeBytes: u32, offset: u64 });

export const REPLAY_LOG_SIGNATURE = 0x01110003;

export const ReplayLogHeader = struct("replay log header", 34, {
  signature: u32,
  checksum: u32, // over these 34 bytes
  entryCount: u32, // 0: clean; entries that are still there have no meaning
  reservedAt12: reserved(1),
  maxEntries: u32, // 145 in a header of 4 KiB
  isTracking: u8,
  trackingOffset: u64,
  trackingSizeBytes: u32,
  trackingUsedBytes: u32,
});

/** In the order of real files; OpenVMM's source has another one, and never writes an entry. */
export const ReplayEntry = struct("replay log entry", 28, {
  destination: u64,
  sizeBytes: u32, // 18 and more
  logOffset: u64, // from the start of the log
  checksum: u32, // over these 28 bytes
  dataChecksum: u32,
});

/** One block of a saved machine's memory (.vmrs, /savedstate/RamMemoryBlockN); after OpenVMM, not seen. */
export const MemoryBlock = struct("memory block", 48, {
  version: u32, // 3
  flags: u32,
  pageCount: u64,
  firstBlockPage: u64,
  firstGuestPage: u64,
  numaNode: u32,
  reservedAt36: reserved(4),
  id: u64,
});

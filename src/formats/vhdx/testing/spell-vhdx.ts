import { type Guid, guid, guidToBytes, MIB, ZERO_GUID } from "../../../base/index.ts";
import { SparseMemoryStore } from "../../../disk/testing/index.ts";
import { encodeBlockEntry } from "../block-entry.ts";
import { sealChecksum } from "../checksum.ts";
import { blockGeometry } from "../geometry.ts";
import {
  BLOCK_ENTRY_BYTES,
  BLOCK_TABLE_REGION,
  FILE_PARAMETERS_ITEM,
  FILE_TYPE_SIGNATURE,
  FileParameters,
  FileTypeIdentifier,
  HAS_PARENT,
  HEADER_OFFSETS,
  HEADER_SIGNATURE,
  Header,
  type HeaderValue,
  LEAVE_BLOCKS_ALLOCATED,
  LOGICAL_SECTOR_SIZE_ITEM,
  METADATA_REGION,
  METADATA_REQUIRED,
  METADATA_TABLE_BYTES,
  METADATA_TABLE_SIGNATURE,
  METADATA_VIRTUAL_DISK,
  MetadataTableEntry,
  MetadataTableHeader,
  PARENT_LOCATOR_ITEM,
  ParentLocatorEntry,
  ParentLocatorHeader,
  PHYSICAL_SECTOR_SIZE_ITEM,
  REGION_REQUIRED,
  REGION_TABLE_BYTES,
  REGION_TABLE_OFFSETS,
  REGION_TABLE_SIGNATURE,
  RegionTableEntry,
  RegionTableHeader,
  SectorSize,
  VHDX_LOCATOR_TYPE,
  VIRTUAL_DISK_ID_ITEM,
  VIRTUAL_DISK_SIZE_ITEM,
  VirtualDiskSize,
} from "../layout.ts";

/** Where a spelled file has its parts; blocks may be put at `SPELLED.blocks` and behind. */
export const SPELLED = { log: MIB, logLength: MIB, metadata: 2 * MIB, blockTable: 3 * MIB, blocks: 8 * MIB };

export const DISK_ID: Guid = guid("11111111-1111-4111-8111-111111111111");
export const FILE_WRITE: Guid = guid("22222222-2222-4222-8222-222222222222");
export const DATA_WRITE: Guid = guid("33333333-3333-4333-8333-333333333333");

export interface SpelledRegion {
  readonly regionId: Guid;
  readonly fileOffset: number;
  readonly length: number;
  readonly flags: number;
}

export interface SpelledItem {
  readonly itemId: Guid;
  readonly flags: number;
  readonly bytes: Uint8Array;
  /** Instead of behind the item before. */
  readonly offset?: number;
}

export interface SpelledBlock {
  readonly index: number;
  readonly state: number;
  readonly fileOffset?: number;
}

/** What differs from a good, empty, dynamic disk of 4 MiB in blocks of 1 MiB. */
export interface SpelledVhdx {
  readonly virtualSizeBytes?: number;
  readonly blockSizeBytes?: number;
  readonly sectorBytes?: number;
  readonly fixed?: true;
  /** Makes it a differencing disk. */
  readonly locator?: Readonly<Record<string, string>>;
  readonly header?: Partial<HeaderValue>;
  /** The second header, else like the first with the number before. */
  readonly header2?: Partial<HeaderValue>;
  readonly regions?: readonly SpelledRegion[];
  readonly items?: readonly SpelledItem[];
  /** Entries of the block table, by index in the table. */
  readonly entries?: readonly SpelledBlock[];
  /** Any bytes laid over the file at last: payload, log entries, damage. */
  readonly patches?: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  readonly sizeBytes?: number;
}

/** A small VHDX from its parts, each of which can be spelled wrong. */
export async function spellVhdx(spelled: SpelledVhdx = {}): Promise<SparseMemoryStore> {
  const store = new SparseMemoryStore();
  await store.truncate(spelled.sizeBytes ?? 16 * MIB);
  await store.write(spellIdentifier("spelled by a test"), 0);
  await store.write(spellHeader({ sequenceNumber: 7n, ...spelled.header }), HEADER_OFFSETS[0]);
  await store.write(
    spellHeader({ sequenceNumber: 6n, ...spelled.header, ...spelled.header2 }),
    HEADER_OFFSETS[1],
  );
  const regions = spelled.regions ?? goodRegions();
  for (const offset of REGION_TABLE_OFFSETS) await store.write(spellRegionTable(regions), offset);
  await store.write(spellMetadata(spelled.items ?? goodItems(spelled)), SPELLED.metadata);
  for (const entry of spelled.entries ?? []) {
    const bytes = new Uint8Array(BLOCK_ENTRY_BYTES);
    encodeBlockEntry(new DataView(bytes.buffer), 0, { fileOffset: 0, ...entry });
    await store.write(bytes, SPELLED.blockTable + entry.index * BLOCK_ENTRY_BYTES);
  }
  for (const patch of spelled.patches ?? []) await store.write(patch.bytes, patch.offset);
  return store;
}

export function spellIdentifier(creator: string): Uint8Array {
  return FileTypeIdentifier.encode({ signature: FILE_TYPE_SIGNATURE, creator: utf16(creator) });
}

/** A header with a right checksum. */
export function spellHeader(value: Partial<HeaderValue> = {}): Uint8Array {
  const bytes = Header.encode({
    signature: HEADER_SIGNATURE,
    checksum: 0,
    sequenceNumber: 1n,
    fileWriteGuid: FILE_WRITE,
    dataWriteGuid: DATA_WRITE,
    logGuid: ZERO_GUID,
    logVersion: 0,
    version: 1,
    logLength: SPELLED.logLength,
    logOffset: BigInt(SPELLED.log),
    ...value,
  });
  sealChecksum(bytes);
  return bytes;
}

export function goodRegions(): SpelledRegion[] {
  return [
    { regionId: METADATA_REGION, fileOffset: SPELLED.metadata, length: MIB, flags: REGION_REQUIRED },
    { regionId: BLOCK_TABLE_REGION, fileOffset: SPELLED.blockTable, length: MIB, flags: REGION_REQUIRED },
  ];
}

/** A table of 64 KiB with a right checksum; `entryCount` may lie. */
export function spellRegionTable(regions: readonly SpelledRegion[], entryCount = regions.length): Uint8Array {
  const bytes = new Uint8Array(REGION_TABLE_BYTES);
  bytes.set(RegionTableHeader.encode({ signature: REGION_TABLE_SIGNATURE, checksum: 0, entryCount }));
  for (const [i, region] of regions.entries())
    bytes.set(RegionTableEntry.encode(region), RegionTableHeader.sizeBytes + i * RegionTableEntry.sizeBytes);
  sealChecksum(bytes);
  return bytes;
}

/** The items that `spellVhdx` writes, to be changed one by one. */
export function goodItems(spelled: SpelledVhdx = {}): SpelledItem[] {
  const sectorBytes = spelled.sectorBytes ?? 512;
  const disk = METADATA_REQUIRED | METADATA_VIRTUAL_DISK;
  const flags = (spelled.fixed ? LEAVE_BLOCKS_ALLOCATED : 0) | (spelled.locator ? HAS_PARENT : 0);
  const blockSize = spelled.blockSizeBytes ?? MIB;
  const items: SpelledItem[] = [
    {
      itemId: FILE_PARAMETERS_ITEM,
      flags: METADATA_REQUIRED,
      bytes: FileParameters.encode({ blockSize, flags }),
    },
    {
      itemId: VIRTUAL_DISK_SIZE_ITEM,
      flags: disk,
      bytes: VirtualDiskSize.encode({ sizeBytes: spelled.virtualSizeBytes ?? 4 * MIB }),
    },
    { itemId: VIRTUAL_DISK_ID_ITEM, flags: disk, bytes: guidToBytes(DISK_ID) },
    { itemId: LOGICAL_SECTOR_SIZE_ITEM, flags: disk, bytes: SectorSize.encode({ sizeBytes: sectorBytes }) },
    { itemId: PHYSICAL_SECTOR_SIZE_ITEM, flags: disk, bytes: SectorSize.encode({ sizeBytes: 4096 }) },
  ];
  if (spelled.locator === undefined) return items;
  return [
    ...items,
    { itemId: PARENT_LOCATOR_ITEM, flags: METADATA_REQUIRED, bytes: spellLocator(spelled.locator) },
  ];
}

/** The metadata table with its items behind it; `entryCount` may lie. */
export function spellMetadata(items: readonly SpelledItem[], entryCount = items.length): Uint8Array {
  const bytes = new Uint8Array(MIB);
  bytes.set(MetadataTableHeader.encode({ signature: METADATA_TABLE_SIGNATURE, entryCount }));
  let next = METADATA_TABLE_BYTES;
  for (const [i, item] of items.entries()) {
    const isEmpty = item.bytes.length === 0 && item.offset === undefined;
    const offset = item.offset ?? (isEmpty ? 0 : next);
    const entry = { itemId: item.itemId, offset, length: item.bytes.length, flags: item.flags };
    bytes.set(
      MetadataTableEntry.encode(entry),
      MetadataTableHeader.sizeBytes + i * MetadataTableEntry.sizeBytes,
    );
    if (offset + item.bytes.length <= MIB) bytes.set(item.bytes, offset);
    next += item.bytes.length;
  }
  return bytes;
}

/** A parent locator item; keys and values follow the entries. */
export function spellLocator(
  values: Readonly<Record<string, string>>,
  locatorType: Guid = VHDX_LOCATOR_TYPE,
) {
  const pairs = Object.entries(values);
  const header = ParentLocatorHeader.encode({ locatorType, keyValueCount: pairs.length });
  const entries: Uint8Array[] = [];
  const texts: Uint8Array[] = [];
  let at = header.length + pairs.length * ParentLocatorEntry.sizeBytes;
  for (const [key, value] of pairs) {
    const [keyBytes, valueBytes] = [utf16(key), utf16(value)];
    entries.push(
      ParentLocatorEntry.encode({
        keyOffset: at,
        valueOffset: at + keyBytes.length,
        keyLength: keyBytes.length,
        valueLength: valueBytes.length,
      }),
    );
    texts.push(keyBytes, valueBytes);
    at += keyBytes.length + valueBytes.length;
  }
  return joined([header, ...entries, ...texts]);
}

/** Entries of a block table, in a disk of this shape, for the region's length. */
export function spelledEntryCount(spelled: SpelledVhdx): number {
  return blockGeometry({
    virtualSizeBytes: spelled.virtualSizeBytes ?? 4 * MIB,
    blockSizeBytes: spelled.blockSizeBytes ?? MIB,
    logicalSectorBytes: spelled.sectorBytes ?? 512,
    hasParent: spelled.locator !== undefined,
  }).entryCount;
}

export function utf16(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "utf16le"));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

import type { Guid } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { VhdxMetadataCorruptError } from "./errors.ts";
import type { FileArea } from "./file-header.ts";
import {
  MAX_METADATA_ITEM_BYTES,
  MAX_TABLE_ENTRIES,
  METADATA_REQUIRED,
  METADATA_TABLE_BYTES,
  METADATA_TABLE_SIGNATURE,
  METADATA_USER,
  METADATA_VIRTUAL_DISK,
  MetadataTableEntry,
  MetadataTableHeader,
} from "./layout.ts";

/** Where a metadata item lies; its bytes are read on demand. */
export interface MetadataItem {
  readonly id: Guid;
  /** Belongs to a user, else to the system: the two have name spaces of their own. */
  readonly isUser: boolean;
  /** Describes the virtual disk, and goes along with it into children and parents. */
  readonly isVirtualDisk: boolean;
  readonly isRequired: boolean;
  /** In the file. Of an empty item: the region's. */
  readonly fileOffset: number;
  readonly length: number;
}

/**
 * Reads the metadata table and holds it against [MS-VHDX] 2.2.6. It has no checksum.
 *
 * @throws {VhdxMetadataCorruptError} on items that leave the region, overlap or stand twice.
 */
export async function readMetadataItems(
  source: ByteSource,
  region: FileArea,
): Promise<readonly MetadataItem[]> {
  const table = await readBytes(source, region.offset, METADATA_TABLE_BYTES);
  const { signature, entryCount } = MetadataTableHeader.decode(table);
  if (signature !== METADATA_TABLE_SIGNATURE || entryCount > MAX_TABLE_ENTRIES)
    throw new VhdxMetadataCorruptError(
      "Cannot read the metadata of the VHDX: its table does not begin as one",
    );
  const items = Array.from({ length: entryCount }, (_, i) => decodeItem(table, i, region));
  checkApart(items);
  if (new Set(items.map((item) => `${item.id} ${item.isUser}`)).size !== items.length)
    throw new VhdxMetadataCorruptError("Cannot read the metadata of the VHDX: an item stands twice");
  return items;
}

function decodeItem(table: Uint8Array, index: number, region: FileArea): MetadataItem {
  const at = MetadataTableHeader.sizeBytes + index * MetadataTableEntry.sizeBytes;
  const { itemId, offset, length, flags } = MetadataTableEntry.decode(table, at);
  const isEmpty = length === 0 && offset === 0;
  const fits =
    offset >= METADATA_TABLE_BYTES &&
    length > 0 &&
    length <= MAX_METADATA_ITEM_BYTES &&
    offset + length <= region.length;
  if (!isEmpty && !fits)
    throw new VhdxMetadataCorruptError(
      `Cannot read the metadata of the VHDX: item ${itemId} has ${length} bytes at ${offset}`,
    );
  return {
    id: itemId,
    isUser: (flags & METADATA_USER) !== 0,
    isVirtualDisk: (flags & METADATA_VIRTUAL_DISK) !== 0,
    isRequired: (flags & METADATA_REQUIRED) !== 0,
    fileOffset: region.offset + offset,
    length,
  };
}

function checkApart(items: readonly MetadataItem[]): void {
  const ordered = items.filter((item) => item.length > 0).sort((a, b) => a.fileOffset - b.fileOffset);
  for (const [i, item] of ordered.entries()) {
    const next = ordered[i + 1];
    if (next !== undefined && item.fileOffset + item.length > next.fileOffset)
      throw new VhdxMetadataCorruptError(
        `Cannot read the metadata of the VHDX: items ${item.id} and ${next.id} overlap`,
      );
  }
}

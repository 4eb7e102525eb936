import { readBytes } from "../../disk/index.ts";
import type { EditSession } from "./edit-session.ts";
import { encodeParentLocator } from "./encode-parent-locator.ts";
import type { FileArea } from "./file-header.ts";
import {
  LOG_SECTOR_BYTES,
  METADATA_REQUIRED,
  METADATA_TABLE_BYTES,
  MetadataTableEntry,
  MetadataTableHeader,
  PARENT_LOCATOR_ITEM,
} from "./layout.ts";
import { MAX_ENTRY_SECTORS } from "./log-writer.ts";
import type { MetadataItem } from "./metadata-table.ts";
import { decodeLocatorEntries } from "./parent-locator.ts";
import type { VhdxFile } from "./vhdx-file.ts";
import { VhdxMetadataFullError, VhdxNotDifferencingError } from "./writer-errors.ts";

/** Item and table entry change in one log entry. Four sectors are for the table, and for an item that begins inside one. */
const LARGEST_LOCATOR_BYTES = (MAX_ENTRY_SECTORS - 4) * LOG_SECTOR_BYTES;

/** The keys and values of a file's parent locator, in file order. @throws {VhdxNotDifferencingError} */
export async function locatorEntries(file: VhdxFile): Promise<ReadonlyMap<string, string>> {
  const item = locatorItem(file);
  return decodeLocatorEntries(await readBytes(file.source, item.fileOffset, item.length));
}

/**
 * Puts other keys and values into a session: where the item lies when it is not longer than before, else where the
 * metadata region has room. Item and table change in one log entry, so there is never half of it.
 *
 * @throws {VhdxMetadataFullError} when there is no room. @throws {VhdxNotDifferencingError}
 */
export async function stageParentLocator(
  session: EditSession,
  file: VhdxFile,
  entries: ReadonlyMap<string, string>,
): Promise<void> {
  const region = file.structure.regions.metadata;
  const item = locatorItem(file);
  const bytes = encodeParentLocator(entries);
  if (bytes.length > LARGEST_LOCATOR_BYTES)
    throw new VhdxMetadataFullError(
      `Cannot name the parent in the VHDX: its locator would have ${bytes.length} bytes`,
    );
  const fileOffset = placeFor(bytes.length, file, item);
  const index = file.structure.metadataItems.indexOf(item);
  const entry = MetadataTableEntry.encode({
    itemId: PARENT_LOCATOR_ITEM,
    offset: fileOffset - region.offset,
    length: bytes.length,
    flags: METADATA_REQUIRED,
  });
  const inTable = MetadataTableHeader.sizeBytes + index * MetadataTableEntry.sizeBytes;
  await session.sectors.change(fileOffset, bytes);
  await session.sectors.change(region.offset + inTable, entry);
}

function locatorItem(file: VhdxFile): MetadataItem {
  const item = file.structure.metadataItems.find((one) => one.id === PARENT_LOCATOR_ITEM && !one.isUser);
  if (file.facts.kind !== "differencing" || item === undefined)
    throw new VhdxNotDifferencingError(`Cannot name a parent in the VHDX: it is a ${file.facts.kind} disk`);
  return item;
}

function placeFor(length: number, file: VhdxFile, item: MetadataItem): number {
  if (length <= item.length) return item.fileOffset;
  const region = file.structure.regions.metadata;
  const others: FileArea[] = file.structure.metadataItems
    .filter((other) => other !== item && other.length > 0)
    .map((other) => ({ offset: other.fileOffset, length: other.length }))
    .sort((a, b) => a.offset - b.offset);
  let at = region.offset + METADATA_TABLE_BYTES;
  for (const other of [...others, { offset: region.offset + region.length, length: 0 }]) {
    if (at + length <= other.offset) return at;
    at = other.offset + other.length;
  }
  throw new VhdxMetadataFullError(
    `Cannot name the parent in the VHDX: its metadata has no room for ${length} bytes`,
  );
}

import type { Guid, StructValue } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { VhdxIncompleteError, VhdxMetadataCorruptError, VhdxUnsupportedError } from "./errors.ts";
import {
  CHS_PARAMETERS_ITEM,
  FILE_PARAMETERS_ITEM,
  FileParameters,
  HAS_PARENT,
  INCOMPLETE_FILE_ITEM,
  LEAVE_BLOCKS_ALLOCATED,
  LOGICAL_SECTOR_SIZE_ITEM,
  MAX_BLOCK_SIZE_BYTES,
  MAX_VIRTUAL_SIZE_BYTES,
  MIN_BLOCK_SIZE_BYTES,
  PARENT_LOCATOR_ITEM,
  PHYSICAL_SECTOR_SIZE_ITEM,
  PMEM_LABEL_ITEM,
  SECTOR_SIZES,
  SectorSize,
  VIRTUAL_DISK_ID_ITEM,
  VIRTUAL_DISK_SIZE_ITEM,
  VirtualDiskId,
  VirtualDiskSize,
} from "./layout.ts";
import type { MetadataItem } from "./metadata-table.ts";
import { decodeParentLocator, type ParentLocator } from "./parent-locator.ts";

/** What a file says of the disk in it. */
export interface DiskMetadata {
  /** A power of two, 1 MiB to 256 MiB. */
  readonly blockSizeBytes: number;
  /** A fixed disk, unless there is a parent. */
  readonly leaveBlocksAllocated: boolean;
  readonly hasParent: boolean;
  readonly virtualSizeBytes: number;
  readonly logicalSectorBytes: number;
  readonly physicalSectorBytes: number;
  readonly virtualDiskId: Guid;
  readonly parentLocator: ParentLocator | undefined;
}

const KNOWN: ReadonlySet<Guid> = new Set([
  FILE_PARAMETERS_ITEM,
  VIRTUAL_DISK_SIZE_ITEM,
  VIRTUAL_DISK_ID_ITEM,
  LOGICAL_SECTOR_SIZE_ITEM,
  PHYSICAL_SECTOR_SIZE_ITEM,
  PARENT_LOCATOR_ITEM,
  CHS_PARAMETERS_ITEM,
  PMEM_LABEL_ITEM,
]);

/** Whether this program knows the item, so that "required" does not stop it. */
export function isKnownItem(item: MetadataItem): boolean {
  return !item.isUser && KNOWN.has(item.id);
}

/**
 * Interprets the items, [MS-VHDX] 2.2.6.2.
 *
 * @throws {VhdxUnsupportedError} on a required item that is not known. @throws {VhdxIncompleteError}
 * @throws {VhdxMetadataCorruptError} on a missing item or a value that the format does not allow.
 * @throws {VhdxParentLocatorCorruptError}
 */
export async function readDiskMetadata(
  source: ByteSource,
  items: readonly MetadataItem[],
): Promise<DiskMetadata> {
  if (items.some((item) => !item.isUser && item.id === INCOMPLETE_FILE_ITEM))
    throw new VhdxIncompleteError("Cannot read the VHDX: whoever made it did not finish");
  const unknown = items.find((item) => item.isRequired && !isKnownItem(item));
  if (unknown !== undefined)
    throw new VhdxUnsupportedError(
      `Cannot read the VHDX: it requires the unknown metadata item ${unknown.id}`,
    );
  const read = new ItemReader(source, items);
  const parameters = FileParameters.decode(await read.fixed(FILE_PARAMETERS_ITEM, FileParameters.sizeBytes));
  const size = VirtualDiskSize.decode(await read.fixed(VIRTUAL_DISK_SIZE_ITEM, VirtualDiskSize.sizeBytes));
  const id = VirtualDiskId.decode(await read.fixed(VIRTUAL_DISK_ID_ITEM, VirtualDiskId.sizeBytes));
  const logical = SectorSize.decode(await read.fixed(LOGICAL_SECTOR_SIZE_ITEM, SectorSize.sizeBytes));
  const physical = SectorSize.decode(await read.fixed(PHYSICAL_SECTOR_SIZE_ITEM, SectorSize.sizeBytes));
  checkSizes(parameters, size.sizeBytes, [logical.sizeBytes, physical.sizeBytes]);
  const hasParent = (parameters.flags & HAS_PARENT) !== 0;
  return {
    blockSizeBytes: parameters.blockSize,
    leaveBlocksAllocated: (parameters.flags & LEAVE_BLOCKS_ALLOCATED) !== 0,
    hasParent,
    virtualSizeBytes: size.sizeBytes,
    logicalSectorBytes: logical.sizeBytes,
    physicalSectorBytes: physical.sizeBytes,
    virtualDiskId: id.id,
    parentLocator: hasParent ? decodeParentLocator(await read.whole(PARENT_LOCATOR_ITEM)) : undefined,
  };
}

class ItemReader {
  readonly #source: ByteSource;
  readonly #items: readonly MetadataItem[];

  constructor(source: ByteSource, items: readonly MetadataItem[]) {
    this.#source = source;
    this.#items = items;
  }

  async whole(id: Guid): Promise<Uint8Array> {
    const item = this.#items.find((item) => item.id === id && !item.isUser);
    if (item === undefined)
      throw new VhdxMetadataCorruptError(`Cannot read the metadata of the VHDX: item ${id} is missing`);
    return await readBytes(this.#source, item.fileOffset, item.length);
  }

  async fixed(id: Guid, sizeBytes: number): Promise<Uint8Array> {
    const bytes = await this.whole(id);
    if (bytes.length !== sizeBytes)
      throw new VhdxMetadataCorruptError(
        `Cannot read the metadata of the VHDX: item ${id} has ${bytes.length} bytes, not ${sizeBytes}`,
      );
    return bytes;
  }
}

function checkSizes(
  parameters: StructValue<typeof FileParameters>,
  virtualSizeBytes: number,
  sectors: readonly [logical: number, physical: number],
): void {
  const { blockSize } = parameters;
  const isPowerOfTwo = (blockSize & (blockSize - 1)) === 0;
  if (blockSize < MIN_BLOCK_SIZE_BYTES || blockSize > MAX_BLOCK_SIZE_BYTES || !isPowerOfTwo)
    throw new VhdxMetadataCorruptError(
      `Cannot read the VHDX: its blocks are said to have ${blockSize} bytes`,
    );
  const bad = sectors.find((size) => !SECTOR_SIZES.includes(size));
  if (bad !== undefined)
    throw new VhdxMetadataCorruptError(`Cannot read the VHDX: its sectors are said to have ${bad} bytes`);
  if (virtualSizeBytes > MAX_VIRTUAL_SIZE_BYTES || virtualSizeBytes % sectors[0] !== 0)
    throw new VhdxMetadataCorruptError(
      `Cannot read the VHDX: the disk in it is said to have ${virtualSizeBytes} bytes`,
    );
}

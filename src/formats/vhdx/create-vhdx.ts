import { type Entropy, type Guid, MIB, newGuid, ZERO_GUID } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import { encodeBlockEntry, PayloadState } from "./block-entry.ts";
import { encodeMetadata } from "./encode-metadata.ts";
import { utf16 } from "./encode-parent-locator.ts";
import { encodeRegionTable } from "./encode-region-table.ts";
import type { FileArea } from "./file-header.ts";
import { type BlockGeometry, bitmapEntryIndex, blockGeometry } from "./geometry.ts";
import { encodeHeader } from "./header-writer.ts";
import {
  BLOCK_ENTRY_BYTES,
  BLOCK_TABLE_REGION,
  FILE_TYPE_OFFSET,
  FILE_TYPE_SIGNATURE,
  FileTypeIdentifier,
  HEADER_OFFSETS,
  METADATA_REGION,
  REGION_TABLE_OFFSETS,
} from "./layout.ts";
import { type DiskSettings, diskItems, diskSettings, type NewVhdx } from "./new-disk.ts";
import { writeVerified } from "./verified-write.ts";
import { VhdxTargetNotEmptyError } from "./writer-errors.ts";

/** Where Windows puts them; the block table follows, then the blocks. */
const LOG: FileArea = { offset: MIB, length: MIB };
const METADATA: FileArea = { offset: 2 * MIB, length: MIB };
const BLOCK_TABLE_OFFSET = 3 * MIB;

/** What others must know of a new file. */
export interface CreatedVhdx {
  /** What a child of it names as its linkage. */
  readonly dataWriteGuid: Guid;
  readonly virtualDiskId: Guid;
}

/**
 * Makes an empty virtual disk in an empty store, which stays the caller's. Durable when it resolves; the identifier that
 * makes it a VHDX is written last. A fixed disk's space is reserved by the file's length alone: sparse, where the store
 * can.
 *
 * @throws {VhdxTargetNotEmptyError} @throws {VhdxWriteMismatchError}
 */
export async function createVhdx(store: ByteStore, disk: NewVhdx): Promise<CreatedVhdx> {
  const settings = diskSettings(disk);
  if (store.sizeBytes !== 0)
    throw new VhdxTargetNotEmptyError(
      `Cannot make a virtual disk: its file has ${store.sizeBytes} bytes already`,
    );
  const geometry = blockGeometry({ ...settings, hasParent: settings.kind === "differencing" });
  const tableLength = Math.max(1, Math.ceil((geometry.entryCount * BLOCK_ENTRY_BYTES) / MIB)) * MIB;
  const firstBlock = BLOCK_TABLE_OFFSET + tableLength;
  const reserved = settings.kind === "fixed" ? geometry.payloadBlocks * geometry.blockSizeBytes : 0;
  await store.truncate(firstBlock + reserved);
  if (settings.kind === "fixed") await writeFixedTable(store, geometry, firstBlock);
  const dataWriteGuid = await writeStructures(store, settings, { entropy: disk.entropy, tableLength });
  await store.flush();
  await writeVerified(store, fileType(disk.creator ?? "Stillpoint"), FILE_TYPE_OFFSET);
  await store.flush();
  return { dataWriteGuid, virtualDiskId: settings.virtualDiskId };
}

async function writeStructures(
  store: ByteStore,
  settings: DiskSettings,
  options: { readonly entropy: Entropy; readonly tableLength: number },
): Promise<Guid> {
  const { entropy, tableLength } = options;
  await writeVerified(store, encodeMetadata(diskItems(settings)), METADATA.offset);
  const regions = encodeRegionTable([
    { ...METADATA, id: METADATA_REGION, isRequired: true },
    { offset: BLOCK_TABLE_OFFSET, length: tableLength, id: BLOCK_TABLE_REGION, isRequired: true },
  ]);
  for (const offset of REGION_TABLE_OFFSETS) await writeVerified(store, regions, offset);
  const dataWriteGuid = newGuid(entropy);
  const header = {
    fileWriteGuid: newGuid(entropy),
    dataWriteGuid,
    logGuid: ZERO_GUID,
    logVersion: 0,
    logLength: LOG.length,
    logOffset: BigInt(LOG.offset),
  };
  for (const [i, offset] of HEADER_OFFSETS.entries())
    await writeVerified(store, encodeHeader({ ...header, sequenceNumber: BigInt(i + 1) }), offset);
  return dataWriteGuid;
}

/** Every block at its place, in pieces of 1 MiB: the table of the largest disk has 512. */
async function writeFixedTable(store: ByteStore, geometry: BlockGeometry, firstBlock: number): Promise<void> {
  const perPiece = MIB / BLOCK_ENTRY_BYTES;
  const { chunkRatio, blockSizeBytes } = geometry;
  for (let first = 0; first < geometry.entryCount; first += perPiece) {
    const piece = new Uint8Array(Math.min(perPiece, geometry.entryCount - first) * BLOCK_ENTRY_BYTES);
    const view = new DataView(piece.buffer);
    for (let at = 0; at < piece.length; at += BLOCK_ENTRY_BYTES) {
      const index = first + at / BLOCK_ENTRY_BYTES;
      const chunk = Math.floor(index / (chunkRatio + 1));
      if (index === bitmapEntryIndex(geometry, chunk)) continue;
      const fileOffset = firstBlock + (index - chunk) * blockSizeBytes;
      encodeBlockEntry(view, at, { state: PayloadState.fullyPresent, fileOffset });
    }
    await writeVerified(store, piece, BLOCK_TABLE_OFFSET + first * BLOCK_ENTRY_BYTES);
  }
}

function fileType(creator: string): Uint8Array {
  const text = new Uint8Array(512);
  text.set(utf16(creator).subarray(0, text.length));
  return FileTypeIdentifier.encode({ signature: FILE_TYPE_SIGNATURE, creator: text });
}

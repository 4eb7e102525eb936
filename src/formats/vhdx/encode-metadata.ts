import type { Guid } from "../../base/index.ts";
import {
  METADATA_TABLE_BYTES,
  METADATA_TABLE_SIGNATURE,
  MetadataTableEntry,
  MetadataTableHeader,
} from "./layout.ts";

export interface NewMetadataItem {
  readonly id: Guid;
  readonly flags: number;
  readonly bytes: Uint8Array;
}

/** A metadata region's table and items, one behind the other. [MS-VHDX] 2.2.6 */
export function encodeMetadata(items: readonly NewMetadataItem[]): Uint8Array {
  const length = items.reduce((sum, item) => sum + item.bytes.length, METADATA_TABLE_BYTES);
  const region = new Uint8Array(length);
  region.set(MetadataTableHeader.encode({ signature: METADATA_TABLE_SIGNATURE, entryCount: items.length }));
  let at = METADATA_TABLE_BYTES;
  for (const [i, { id, flags, bytes }] of items.entries()) {
    const entry = MetadataTableEntry.encode({ itemId: id, offset: at, length: bytes.length, flags });
    region.set(entry, MetadataTableHeader.sizeBytes + i * MetadataTableEntry.sizeBytes);
    region.set(bytes, at);
    at += bytes.length;
  }
  return region;
}

import { sealChecksum } from "./checksum.ts";
import {
  REGION_REQUIRED,
  REGION_TABLE_BYTES,
  REGION_TABLE_SIGNATURE,
  RegionTableEntry,
  RegionTableHeader,
} from "./layout.ts";
import type { Region } from "./region-table.ts";

/** The 64 KiB of a region table with a right checksum. [MS-VHDX] 2.2.3 */
export function encodeRegionTable(regions: readonly Region[]): Uint8Array {
  const table = new Uint8Array(REGION_TABLE_BYTES);
  table.set(
    RegionTableHeader.encode({ signature: REGION_TABLE_SIGNATURE, checksum: 0, entryCount: regions.length }),
  );
  for (const [i, region] of regions.entries()) {
    const entry = RegionTableEntry.encode({
      regionId: region.id,
      fileOffset: region.offset,
      length: region.length,
      flags: region.isRequired ? REGION_REQUIRED : 0,
    });
    table.set(entry, RegionTableHeader.sizeBytes + i * RegionTableEntry.sizeBytes);
  }
  sealChecksum(table);
  return table;
}

import { crc32c } from "../../base/index.ts";

const FIELD_BYTES = 4;
/** Header, region table and log entry: the checksum stands behind the four bytes of the signature. [MS-VHDX] 2.2.2 */
export const CHECKSUM_OFFSET = 4;

/** CRC-32C over the whole structure with its checksum field taken as zero. */
export function structureChecksum(structure: Uint8Array): number {
  const before = crc32c(structure.subarray(0, CHECKSUM_OFFSET));
  const zeroed = crc32c(new Uint8Array(FIELD_BYTES), before);
  return crc32c(structure.subarray(CHECKSUM_OFFSET + FIELD_BYTES), zeroed);
}

/** Whether the checksum in the structure is its own. */
export function hasGoodChecksum(structure: Uint8Array): boolean {
  return checksumField(structure).getUint32(0, true) === structureChecksum(structure);
}

/** Computes and enters the checksum in place. */
export function sealChecksum(structure: Uint8Array): void {
  checksumField(structure).setUint32(0, structureChecksum(structure), true);
}

function checksumField(structure: Uint8Array): DataView {
  return new DataView(structure.buffer, structure.byteOffset + CHECKSUM_OFFSET, FIELD_BYTES);
}

import { crc32 } from "../../base/index.ts";

const ZEROS = new Uint8Array(4);

/** CRC-32 over the bytes, with the four of the checksum field taken as zero. */
export function checksumWithout(bytes: Uint8Array, field: number): number {
  const start = crc32(ZEROS, crc32(bytes.subarray(0, field)));
  return crc32(bytes.subarray(field + ZEROS.length), start);
}

/** Puts the checksum into its field, in place, and gives the same bytes back. */
export function sealed(bytes: Uint8Array, field: number, coveredBytes = bytes.length): Uint8Array {
  const checksum = checksumWithout(bytes.subarray(0, coveredBytes), field);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(field, checksum, true);
  return bytes;
}

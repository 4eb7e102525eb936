/**
 * The checksum of footer and dynamic header: the one's complement of the sum of all bytes, the four bytes of the
 * checksum field counted as zero.
 */
export function vhdChecksum(bytes: Uint8Array, fieldOffset: number): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  for (const byte of bytes.subarray(fieldOffset, fieldOffset + 4)) sum -= byte;
  return ~sum >>> 0;
}

/** A 32-bit checksum that can be continued: pass the former result as `start` to go on behind it. */
export type Crc32 = (bytes: Uint8Array, start?: number) => number;

/** CRC-32 as zlib and HyperVStorage have it: reflected polynomial 0xEDB88320; "123456789" gives 0xCBF43926. */
export const crc32: Crc32 = reflectedCrc(0xedb88320);

/** CRC-32C (Castagnoli) as VHDX has it: reflected polynomial 0x82F63B78; "123456789" gives 0xE3069283. */
export const crc32c: Crc32 = reflectedCrc(0x82f63b78);

/** Slicing by four: four tables, so that the loop takes 32 bits at a time. */
function reflectedCrc(polynomial: number): Crc32 {
  const tables = Array.from({ length: 4 }, () => new Uint32Array(256));
  const [t0, t1, t2, t3] = tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  for (let n = 0; n < 256; n++) {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    t0[n] = value;
  }
  for (let n = 0; n < 256; n++) {
    t1[n] = advance(t0, t0[n] as number);
    t2[n] = advance(t0, t1[n] as number);
    t3[n] = advance(t0, t2[n] as number);
  }
  return (bytes, start = 0) => {
    let crc = ~start;
    let at = 0;
    for (const end = bytes.length - 3; at < end; at += 4) {
      crc ^=
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24);
      crc =
        (t3[crc & 255] as number) ^
        (t2[(crc >>> 8) & 255] as number) ^
        (t1[(crc >>> 16) & 255] as number) ^
        (t0[crc >>> 24] as number);
    }
    for (; at < bytes.length; at++) crc = advance(t0, crc ^ (bytes[at] as number));
    return ~crc >>> 0;
  };
}

/** One byte's step. */
function advance(table: Uint32Array, crc: number): number {
  return (table[crc & 255] as number) ^ (crc >>> 8);
}

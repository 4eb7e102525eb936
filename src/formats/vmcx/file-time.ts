const TICKS_TO_1970 = 116_444_736_000_000_000n; // of 100 ns, from 1601

/** Windows' FILETIME, eight bytes; undefined for zero ("never") and for anything that is no such value. */
export function instantFromFileTime(bytes: Uint8Array): Temporal.Instant | undefined {
  if (bytes.length !== 8) return undefined;
  const ticks = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (ticks === 0n || ticks >= 2n ** 63n) return undefined;
  return Temporal.Instant.fromEpochNanoseconds((ticks - TICKS_TO_1970) * 100n);
}

/** The caller owns the eight bytes; what is finer than 100 ns is cut off. */
export function fileTimeFromInstant(instant: Temporal.Instant): Uint8Array {
  const bytes = new Uint8Array(8);
  const ticks = instant.epochNanoseconds / 100n + TICKS_TO_1970;
  new DataView(bytes.buffer).setBigUint64(0, ticks, true);
  return bytes;
}

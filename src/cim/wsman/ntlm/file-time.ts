const UNIX_EPOCH_TICKS = 116_444_736_000_000_000n; // 1970 in ticks of 100 ns since 1601
const NS_PER_TICK = 100n;

/** A FILETIME: ticks of 100 ns since 1601. */
export function fileTimeOf(instant: Temporal.Instant): bigint {
  return instant.epochNanoseconds / NS_PER_TICK + UNIX_EPOCH_TICKS;
}

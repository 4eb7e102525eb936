/** Clocks of host and program differ, and a checkpoint is asked for right after the record. */
const BEFORE_RECORD_MS = 2 * 60_000;
const AFTER_RECORD_MS = 10 * 60_000;

/** Whether a checkpoint was made when a journal entry says that one was about to be made. */
export function madeWithinMinutes(
  created: Temporal.Instant | null,
  recorded: Temporal.Instant | null,
): boolean {
  if (created === null || recorded === null) return false;
  const after = created.epochMilliseconds - recorded.epochMilliseconds;
  return after >= -BEFORE_RECORD_MS && after <= AFTER_RECORD_MS;
}

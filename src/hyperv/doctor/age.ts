/** Whole seconds since a moment; null where there is none. Clocks differ: what lies ahead is new. */
export function ageSeconds(moment: Temporal.Instant | null, now: Temporal.Instant): number | null {
  if (moment === null) return null;
  return Math.max(0, Math.round((now.epochMilliseconds - moment.epochMilliseconds) / 1000));
}

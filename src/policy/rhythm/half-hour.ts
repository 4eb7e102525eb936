const HALF_HOUR_MS = 30 * 60_000;
export const MINUTES_OF_A_HALF_HOUR = 30;
export const HALF_HOURS_OF_A_DAY = 48;

/** The half hour that a moment lies in, counted from the beginning of 1970 in UTC; it leaves out leap seconds, as clocks do. */
export function halfHourOf(moment: Temporal.Instant): number {
  return Math.floor(moment.epochMilliseconds / HALF_HOUR_MS);
}

/** Which half hour of its day in UTC it is: 0 to 47. */
export function halfHourOfDay(halfHour: number): number {
  return ((halfHour % HALF_HOURS_OF_A_DAY) + HALF_HOURS_OF_A_DAY) % HALF_HOURS_OF_A_DAY;
}

/** Locks end on dates that are so far apart: objects share them, and each is renewed once in a generation. */
export const GENERATION_DAYS = 14;
const DAY_MS = 24 * 3_600_000;
const GENERATION_MS = GENERATION_DAYS * DAY_MS;

/**
 * Until when an object is locked that is needed now: the first date of a generation that is at least so many days away.
 * Generations are whole multiples of two weeks since 1970. docs/vault-format.md 10.3.
 */
export function lockUntil(now: Temporal.Instant, days: number): Temporal.Instant {
  const least = now.epochMilliseconds + days * DAY_MS;
  return Temporal.Instant.fromEpochMilliseconds(Math.ceil(least / GENERATION_MS) * GENERATION_MS);
}

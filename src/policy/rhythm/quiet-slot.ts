import { HALF_HOURS_OF_A_DAY, halfHourOfDay, MINUTES_OF_A_HALF_HOUR } from "./half-hour.ts";
import type { QuietSlot, Sighting } from "./sighting.ts";

/** What was seen on fewer days is no rhythm. */
const DAYS_NEEDED = 3;

/** What was seen at one half hour of the day, over all days; each sighting is of another day. */
interface Tally {
  seen: number;
  blocked: number;
  held: number;
}

/** Neighbouring half hours of the day, around midnight too. */
interface Run extends Tally {
  readonly first: number;
  readonly length: number;
}

/**
 * The longest time of day in which a machine's replication was seen free: never blocked, else blocked least often for how
 * often it was seen. Only half hours of the day that were seen on three days count, and one that was not seen ends a
 * slot. Of slots of one length the one that was seen most is taken, then the earliest. Days are those of UTC. Sightings
 * are of different half hours.
 */
export function quietSlot(sightings: readonly Sighting[]): QuietSlot {
  const observations = sightings.length;
  const day = tallyByTimeOfDay(sightings);
  const [quietest] = day.filter(({ seen }) => seen >= DAYS_NEEDED).toSorted(byShareBlocked);
  if (quietest === undefined) return { kind: "not-enough", observations };
  if (sightings.every(({ blocked }) => !blocked)) return { kind: "never-blocked", observations };
  if (sightings.every(({ blocked }) => blocked)) return { kind: "never-free", observations };
  const isQuiet = day.map(
    (tally) =>
      tally.seen >= DAYS_NEEDED && tally.blocked < tally.seen && byShareBlocked(tally, quietest) === 0,
  );
  const [best] = runsOf(day, isQuiet).toSorted(bestFirst);
  return best === undefined ? { kind: "not-enough", observations } : slotOf(best);
}

function tallyByTimeOfDay(sightings: readonly Sighting[]): readonly Tally[] {
  const day = Array.from({ length: HALF_HOURS_OF_A_DAY }, (): Tally => ({ seen: 0, blocked: 0, held: 0 }));
  for (const { halfHour, blocked, held } of sightings) {
    const tally = day[halfHourOfDay(halfHour)];
    if (tally === undefined) continue;
    tally.seen += 1;
    tally.blocked += blocked ? 1 : 0;
    tally.held += held ? 1 : 0;
  }
  return day;
}

/** Compares shares of whole numbers without dividing, so that equal ones are equal. */
function byShareBlocked(one: Tally, other: Tally): number {
  return one.blocked * other.seen - other.blocked * one.seen;
}

/** The longest runs of quiet half hours; a whole quiet day is one that begins at midnight. */
function runsOf(day: readonly Tally[], isQuiet: readonly boolean[]): readonly Run[] {
  const runs: Run[] = [];
  const isWhole = isQuiet.every(Boolean);
  for (const first of isQuiet.keys()) {
    const begins = isWhole ? first === 0 : isQuiet[first] === true && isQuiet.at(first - 1) !== true;
    if (begins) runs.push(runFrom(first, day, isQuiet));
  }
  return runs;
}

function runFrom(first: number, day: readonly Tally[], isQuiet: readonly boolean[]): Run {
  const sum: Tally = { seen: 0, blocked: 0, held: 0 };
  let length = 0;
  for (; length < HALF_HOURS_OF_A_DAY; length++) {
    const at = (first + length) % HALF_HOURS_OF_A_DAY;
    const tally = day[at];
    if (tally === undefined || isQuiet[at] !== true) break;
    sum.seen += tally.seen;
    sum.blocked += tally.blocked;
    sum.held += tally.held;
  }
  return { ...sum, first, length };
}

function bestFirst(one: Run, other: Run): number {
  return other.length - one.length || other.seen - one.seen || one.first - other.first;
}

function slotOf({ first, length, seen, blocked, held }: Run): QuietSlot {
  return {
    kind: "slot",
    fromMinute: first * MINUTES_OF_A_HALF_HOUR,
    minutes: length * MINUTES_OF_A_HALF_HOUR,
    observations: seen,
    blocked,
    held,
  };
}

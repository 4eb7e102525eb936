import { earlierPeriodStart, periodStartOf } from "./period-start-of.ts";
import type { OneOfEach, RetentionRule } from "./retention-rule.ts";

/** What retention looks at: restore points of one machine. */
export interface DatedPoint {
  readonly time: Temporal.Instant;
}

/**
 * Why a restore point stays: the positions of the rules that keep it, `newest` because a machine never loses its last
 * one, `future` because a clock was wrong and nobody knows how old it is.
 */
export type KeepReason = number | "newest" | "future";

export interface RetentionVerdict<P> {
  readonly point: P;
  readonly kept: boolean;
  readonly because: readonly KeepReason[];
}

export interface RetentionOptions {
  readonly rules: readonly RetentionRule[];
  readonly now: Temporal.Instant;
  /** Days and weeks begin at midnight there: `Europe/Berlin`. */
  readonly timeZone: string;
  /**
   * `apart` (the usual): each rule counts for itself, and what any keeps stays. `in-turn`: as Proxmox Backup Server does, a
   * rule does not count the periods in which a rule before it kept something already.
   */
  readonly counting?: "apart" | "in-turn" | undefined;
}

/**
 * What rules keep of a machine's restore points, newest first. No rules keep everything.
 *
 * Pure arithmetic: the same points, rules and time give the same answer, and applying rules to what they kept removes
 * nothing more at the same time.
 */
export function applyRetention<P extends DatedPoint>(
  points: readonly P[],
  options: RetentionOptions,
): readonly RetentionVerdict<P>[] {
  const newestFirst = points.toSorted((a, b) => Temporal.Instant.compare(b.time, a.time));
  const reasons = new Map<P, KeepReason[]>(newestFirst.map((point) => [point, []]));
  const past: P[] = [];
  for (const point of newestFirst) {
    if (Temporal.Instant.compare(point.time, options.now) > 0) reasons.get(point)?.push("future");
    else past.push(point);
  }
  for (const [position, rule] of options.rules.entries()) {
    const covered =
      options.counting === "in-turn" ? past.filter((point) => reasons.get(point)?.length !== 0) : [];
    for (const point of keptBy(rule, { points: past, covered, options })) reasons.get(point)?.push(position);
  }
  const newest = past[0] ?? newestFirst[0];
  if (newest !== undefined) reasons.get(newest)?.push("newest");
  const keepsAll = options.rules.length === 0;
  return newestFirst.map((point) => {
    const because = reasons.get(point) ?? [];
    return { point, kept: keepsAll || because.length > 0, because };
  });
}

interface Choice<P> {
  /** Newest first. */
  readonly points: readonly P[];
  /** Kept already, and not to be counted again. */
  readonly covered: readonly P[];
  readonly options: RetentionOptions;
}

function keptBy<P extends DatedPoint>(rule: RetentionRule, choice: Choice<P>): readonly P[] {
  const { points, covered, options } = choice;
  if (rule.keep === "all") return points;
  if (rule.keep === "last") return points.filter((point) => !covered.includes(point)).slice(0, rule.count);
  if (rule.keep === "since") return notBefore(points, rule.instant);
  if (rule.keep === "one-of-each") return oneOfEach(rule, choice);
  return notBefore(points, zoned(options.now, options).subtract(rule.duration).toInstant());
}

function oneOfEach<P extends DatedPoint>(rule: OneOfEach, choice: Choice<P>): readonly P[] {
  const { points, covered, options } = choice;
  const periodOf = (point: P): string => periodStartOf(zoned(point.time, options), rule).toString();
  const done = new Set(covered.map(periodOf));
  const candidates =
    rule.emptyPeriods === "skipped"
      ? points
      : notBefore(points, earlierPeriodStart(zoned(options.now, options), rule, rule.count - 1).toInstant());
  const chosen = new Map<string, P>();
  for (const point of candidates) {
    const period = periodOf(point);
    if (done.has(period)) continue;
    if (!chosen.has(period)) {
      if (chosen.size === rule.count) break;
      chosen.set(period, point);
    } else if (rule.which === "first") chosen.set(period, point);
  }
  return [...chosen.values()];
}

function notBefore<P extends DatedPoint>(points: readonly P[], instant: Temporal.Instant): readonly P[] {
  return points.filter(({ time }) => Temporal.Instant.compare(time, instant) >= 0);
}

function zoned(instant: Temporal.Instant, { timeZone }: RetentionOptions): Temporal.ZonedDateTime {
  return instant.toZonedDateTimeISO(timeZone);
}

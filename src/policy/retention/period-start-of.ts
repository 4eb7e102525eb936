import type { OneOfEach, PeriodStart } from "./retention-rule.ts";

const MONDAY = 1;

/**
 * Where the period begins that a moment lies in. Periods are those of the moment's time zone; an hour that a change of
 * clocks repeats is two hours, because both were lived through.
 */
export function periodStartOf(
  moment: Temporal.ZonedDateTime,
  { period, start = {} }: Pick<OneOfEach, "period" | "start">,
): Temporal.ZonedDateTime {
  if (period === "hour") {
    return moment.round({ smallestUnit: "hour", roundingMode: "floor" });
  }
  return startDate(moment.toPlainDate(), period, start).toZonedDateTime({ timeZone: moment.timeZoneId });
}

/** Where the period begins that is `count` periods before the one of a moment. */
export function earlierPeriodStart(
  moment: Temporal.ZonedDateTime,
  rule: Pick<OneOfEach, "period" | "start">,
  count: number,
): Temporal.ZonedDateTime {
  const { period, start = {} } = rule;
  const begin = periodStartOf(moment, rule);
  if (period === "hour") return begin.subtract({ hours: count });
  const date = begin.toPlainDate();
  if (period === "day" || period === "week") return midnight(begin, date.subtract({ [`${period}s`]: count }));
  const months = period === "month" ? count : 12 * count;
  // the start may stand at the end of a short month: go by months first, then to the wanted day of that month
  const month = date.toPlainYearMonth().subtract({ months });
  return midnight(begin, month.toPlainDate({ day: start.day ?? 1 }));
}

function startDate(
  date: Temporal.PlainDate,
  period: "day" | "week" | "month" | "year",
  { weekday = MONDAY, day = 1, month = 1 }: PeriodStart,
): Temporal.PlainDate {
  if (period === "day") return date;
  if (period === "week") return date.subtract({ days: (date.dayOfWeek - weekday + 7) % 7 });
  const candidate =
    period === "month" ? date.with({ day }) : date.with({ day: 1 }).with({ month }).with({ day }); // each step clamps to what the month has
  if (Temporal.PlainDate.compare(candidate, date) <= 0) return candidate;
  const before = candidate.toPlainYearMonth().subtract({ months: period === "month" ? 1 : 12 });
  return before.toPlainDate({ day });
}

function midnight(like: Temporal.ZonedDateTime, date: Temporal.PlainDate): Temporal.ZonedDateTime {
  return date.toZonedDateTime({ timeZone: like.timeZoneId });
}

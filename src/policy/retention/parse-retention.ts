import { RetentionRuleError } from "../errors.ts";
import type { OneOfEach, PeriodStart, RetentionPeriod, RetentionRule } from "./retention-rule.ts";

/** Where a period may begin, by its kind: what people may write behind the number. */
const STARTS: Readonly<Record<RetentionPeriod, readonly (keyof PeriodStart)[]>> = {
  hour: [],
  day: [],
  week: ["weekday"],
  month: ["day"],
  year: ["month", "day"],
};

const LAST: Readonly<Record<keyof PeriodStart, number>> = { weekday: 7, day: 31, month: 12 };

/** The longest count that makes sense: more than a restore point a minute for a year. */
const MOST = 1_000_000;

/**
 * A rule for periods as people write it: a number, then, in any order and with commas between them, `first` (of each
 * period; else the last), `calendar` (empty periods count), and where periods begin: `weekday=6`, `day=31`, `month=4`.
 * @throws {RetentionRuleError}
 */
export function parseOneOfEach(period: RetentionPeriod, text: string): OneOfEach {
  const [number = "", ...words] = text.split(",").map((word) => word.trim());
  const start: Partial<Record<keyof PeriodStart, number>> = {};
  let rule: OneOfEach = {
    keep: "one-of-each",
    period,
    count: parseCount(number, text),
    which: "last",
    emptyPeriods: "skipped",
  };
  for (const word of words) {
    if (word === "first") rule = { ...rule, which: "first" };
    else if (word === "calendar") rule = { ...rule, emptyPeriods: "counted" };
    else {
      const [name, value] = parseStart(word, { period, text });
      start[name] = value;
    }
  }
  return Object.keys(start).length === 0 ? rule : { ...rule, start };
}

/** `14`. @throws {RetentionRuleError} */
export function parseLast(text: string): RetentionRule {
  return { keep: "last", count: parseCount(text, text) };
}

/** `1y2m3w4d5h`: any of the five, in this order. @throws {RetentionRuleError} */
export function parseWithin(text: string): RetentionRule {
  const parts = /^(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,5})w)?(?:(\d{1,6})d)?(?:(\d{1,7})h)?$/.exec(text);
  if (parts === null || text === "")
    throw new RetentionRuleError(text, "wanted for instance 1y6m, 14d or 48h");
  const [years, months, weeks, days, hours] = parts.slice(1).map((digits) => Number(digits ?? 0));
  const duration = Temporal.Duration.from({ years, months, weeks, days, hours });
  if (duration.blank) throw new RetentionRuleError(text, "that is no time at all");
  return { keep: "within", duration };
}

/** `2026-01-31` (its midnight in the time zone) or a whole moment with its offset. @throws {RetentionRuleError} */
export function parseSince(text: string, timeZone: string): RetentionRule {
  try {
    const instant = /^\d{4}-\d{2}-\d{2}$/.test(text)
      ? Temporal.PlainDate.from(text).toZonedDateTime(timeZone).toInstant()
      : Temporal.Instant.from(text);
    return { keep: "since", instant };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RetentionRuleError(text, "wanted for instance 2026-01-31 or 2026-01-31T06:00Z");
  }
}

function parseCount(digits: string, text: string): number {
  const count = /^\d{1,7}$/.test(digits) ? Number(digits) : 0;
  if (count < 1 || count > MOST)
    throw new RetentionRuleError(text, `wanted a number from 1 to ${MOST} first`);
  return count;
}

function parseStart(
  word: string,
  rule: { readonly period: RetentionPeriod; readonly text: string },
): readonly [keyof PeriodStart, number] {
  const allowed = STARTS[rule.period];
  const [name, digits = ""] = word.split("=");
  const known = allowed.find((start) => start === name);
  if (known === undefined) {
    const starts = allowed.map((start) => `, ${start}=N`).join("");
    throw new RetentionRuleError(rule.text, `"${word}" is none of first, calendar${starts}`);
  }
  const value = /^\d{1,2}$/.test(digits) ? Number(digits) : 0;
  if (value < 1 || value > LAST[known]) {
    throw new RetentionRuleError(rule.text, `${known} goes from 1 to ${LAST[known]}`);
  }
  return [known, value];
}

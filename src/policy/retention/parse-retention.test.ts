import assert from "node:assert/strict";
import { test } from "node:test";
import { RetentionRuleError } from "../errors.ts";
import { parseLast, parseOneOfEach, parseSince, parseWithin } from "./parse-retention.ts";

test("`parseOneOfEach()` reads a number, and what is said about the periods", () => {
  const usual = { keep: "one-of-each", period: "month", count: 12, which: "last", emptyPeriods: "skipped" };
  assert.deepEqual(parseOneOfEach("month", "12"), usual);
  assert.deepEqual(parseOneOfEach("month", "12,first"), { ...usual, which: "first" });
  assert.deepEqual(parseOneOfEach("month", "12, calendar, day=31, first"), {
    ...usual,
    which: "first",
    emptyPeriods: "counted",
    start: { day: 31 },
  });
  assert.deepEqual(parseOneOfEach("year", "3,month=4,day=1").start, { month: 4, day: 1 });
  assert.deepEqual(parseOneOfEach("week", "3,weekday=7").start, { weekday: 7 });
});

test("`parseOneOfEach()` refuses what is no number, no word of it, or out of range", () => {
  const wrong = [
    "",
    "0",
    "-1",
    "1.5",
    "x",
    "12,last",
    "12,day=0",
    "12,day=32",
    "12,weekday=1",
    "12,day",
    "12,",
  ];
  for (const text of wrong) {
    assert.throws(() => parseOneOfEach("month", text), RetentionRuleError, `"${text}"`);
  }
  assert.throws(() => parseOneOfEach("hour", "4,day=1"), /"day=1" is none of first, calendar$/);
});

test("`parseLast()` takes numbers from 1", () => {
  assert.deepEqual(parseLast("14"), { keep: "last", count: 14 });
  for (const text of ["", "0", "14 ", "1e3", "9999999"])
    assert.throws(() => parseLast(text), RetentionRuleError);
});

test("`parseWithin()` reads years, months, weeks, days and hours in this order", () => {
  const duration = (text: string): string => {
    const rule = parseWithin(text);
    assert.ok(rule.keep === "within");
    return rule.duration.toString();
  };
  assert.equal(duration("1y2m3w4d5h"), "P1Y2M3W4DT5H");
  assert.equal(duration("14d"), "P14D");
  assert.equal(duration("48h"), "PT48H");
  for (const text of ["", "0d", "14", "d", "3d2y", "1.5y", "-1d", "1 y"]) {
    assert.throws(() => parseWithin(text), RetentionRuleError, `"${text}"`);
  }
});

test("`parseSince()` reads a day as its midnight in the time zone, and a whole moment", () => {
  const instant = (text: string): string => {
    const rule = parseSince(text, "Europe/Berlin");
    assert.ok(rule.keep === "since");
    return rule.instant.toString();
  };
  assert.equal(instant("2026-07-01"), "2026-06-30T22:00:00Z");
  assert.equal(instant("2026-07-01T06:00Z"), "2026-07-01T06:00:00Z");
  for (const text of ["", "yesterday", "2026-02-30", "2026-07-01T06:00"]) {
    assert.throws(() => parseSince(text, "UTC"), RetentionRuleError, `"${text}"`);
  }
});

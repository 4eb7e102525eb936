import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { applyRetention, type RetentionOptions } from "./apply-retention.ts";
import type { OneOfEach, RetentionPeriod, RetentionRule } from "./retention-rule.ts";

interface ResticAnswers {
  readonly timeZone: string;
  readonly times: readonly string[];
  readonly answers: readonly { readonly flags: readonly string[]; readonly kept: readonly string[] }[];
}

const RESTIC = JSON.parse(
  readFileSync(new URL("./testing/restic-forget.json", import.meta.url), "utf8"),
) as ResticAnswers;

const at = (time: string): { readonly time: Temporal.Instant } => ({ time: Temporal.Instant.from(time) });

const PERIODS: Readonly<Record<string, RetentionPeriod>> = {
  "--keep-hourly": "hour",
  "--keep-daily": "day",
  "--keep-weekly": "week",
  "--keep-monthly": "month",
  "--keep-yearly": "year",
};

/** restic's flags as rules: it keeps the last of each period and does not count empty ones. */
function rulesOf(flags: readonly string[]): readonly RetentionRule[] {
  const rules: RetentionRule[] = [];
  for (let i = 0; i < flags.length; i += 2) {
    const [flag, value] = [flags[i] as string, flags[i + 1] as string];
    const period = PERIODS[flag];
    if (flag === "--keep-last") rules.push({ keep: "last", count: Number(value) });
    else if (flag === "--keep-within")
      rules.push({ keep: "within", duration: Temporal.Duration.from(`P${value.toUpperCase()}`) });
    else rules.push(each(period as RetentionPeriod, Number(value)));
  }
  return rules;
}

function each(period: RetentionPeriod, count: number, more: Partial<OneOfEach> = {}): OneOfEach {
  return { keep: "one-of-each", period, count, which: "last", emptyPeriods: "skipped", ...more };
}

function kept(times: readonly string[], options: Partial<RetentionOptions>): readonly string[] {
  const verdicts = applyRetention(times.map(at), {
    rules: [],
    now: Temporal.Instant.from("2026-11-22T12:00:00Z"),
    timeZone: "UTC",
    ...options,
  });
  return verdicts
    .filter((verdict) => verdict.kept)
    .map(({ point }) => point.time.toString())
    .toReversed();
}

describe("applyRetention()", () => {
  for (const { flags, kept: wanted } of RESTIC.answers) {
    test(`keeps what restic keeps with ${flags.join(" ")}`, () => {
      const { times, timeZone } = RESTIC;
      const now = Temporal.Instant.from(times.at(-1) as string);
      assert.deepEqual(kept(times, { rules: rulesOf(flags), now, timeZone }), wanted);
    });
  }

  test("keeps everything without rules, and with the rule that says so", () => {
    const times = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];
    assert.deepEqual(kept(times, {}), times);
    assert.deepEqual(kept(times, { rules: [{ keep: "all" }] }), times);
  });

  test("keeps what is not older than a moment", () => {
    const times = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"];
    const rules: RetentionRule[] = [
      { keep: "since", instant: Temporal.Instant.from("2026-01-02T00:00:00Z") },
    ];
    assert.deepEqual(kept(times, { rules }), times.slice(1));
  });

  test("takes the end of February for a month before the end of March", () => {
    const times = ["2026-02-27T23:00:00Z", "2026-02-28T09:00:00Z", "2026-03-31T08:00:00Z"];
    const rules: RetentionRule[] = [{ keep: "within", duration: Temporal.Duration.from("P1M") }];
    const now = Temporal.Instant.from("2026-03-31T09:00:00Z");
    assert.deepEqual(kept(times, { rules, now }), times.slice(1));
  });

  test("keeps the first of each month that begins on the 31st, in February too", () => {
    const times = [
      "2026-01-30T10:00:00Z", // of the month that began on December 31st
      "2026-01-31T10:00:00Z",
      "2026-02-27T10:00:00Z",
      "2026-02-28T10:00:00Z",
      "2026-03-30T10:00:00Z",
      "2026-03-31T10:00:00Z",
      "2026-04-30T10:00:00Z",
    ];
    const rules = [each("month", 12, { which: "first", start: { day: 31 } })];
    const now = Temporal.Instant.from("2026-05-01T00:00:00Z");
    assert.deepEqual(
      kept(times, { rules, now }),
      [0, 1, 3, 5, 6].map((i) => times[i]),
    );
  });

  test("begins years where it is told, on the last of February when there is no 29th", () => {
    const times = [
      "2023-02-27T00:00:00Z",
      "2023-02-28T00:00:00Z",
      "2024-02-28T00:00:00Z",
      "2024-02-29T00:00:00Z",
    ];
    const rules = [each("year", 9, { which: "first", start: { month: 2, day: 29 } })];
    assert.deepEqual(
      kept(times, { rules }),
      [0, 1, 3].map((i) => times[i]),
    );
  });

  test("begins weeks on the weekday that it is told", () => {
    // 2026-11-14 is a Saturday
    const times = [
      "2026-11-13T00:00:00Z",
      "2026-11-14T00:00:00Z",
      "2026-11-16T00:00:00Z",
      "2026-11-20T00:00:00Z",
    ];
    assert.deepEqual(kept(times, { rules: [each("week", 9, { start: { weekday: 6 } })] }), [
      times[0],
      times[3],
    ]);
    assert.deepEqual(kept(times, { rules: [each("week", 9)] }), [times[1], times[3]]);
  });

  test("counts empty periods only when told", () => {
    const times = ["2020-05-05T00:00:00Z", "2026-09-01T00:00:00Z", "2026-11-20T00:00:00Z"];
    assert.deepEqual(kept(times, { rules: [each("month", 3)] }), times);
    assert.deepEqual(kept(times, { rules: [each("month", 3, { emptyPeriods: "counted" })] }), times.slice(1));
    assert.deepEqual(kept(times, { rules: [each("month", 2, { emptyPeriods: "counted" })] }), times.slice(2));
  });

  test("does not count what a rule before has kept, in turn", () => {
    // Proxmox Backup Server's manual: a rule looks only at periods that no rule before it has covered
    const times = ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"].map((day) => `${day}T10:00:00Z`);
    const rules: RetentionRule[] = [{ keep: "last", count: 1 }, each("day", 2)];
    assert.deepEqual(kept(times, { rules, counting: "in-turn" }), times.slice(1));
    assert.deepEqual(kept(times, { rules, counting: "apart" }), times.slice(2));
  });

  test("never gives up the newest, nor what a wrong clock dated into the future", () => {
    const times = ["2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", "2031-01-01T00:00:00Z"];
    const verdicts = applyRetention(times.map(at), {
      rules: [each("day", 5, { emptyPeriods: "counted" })],
      now: Temporal.Instant.from("2026-11-22T12:00:00Z"),
      timeZone: "UTC",
    });
    assert.deepEqual(
      verdicts.map(({ because }) => because),
      [["future"], ["newest"], []],
    );
  });

  test("takes an hour that the clocks repeat for two", () => {
    // Berlin, 2026-10-25: 02:30 summer time, and 02:30 again an hour later
    const times = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"];
    assert.deepEqual(kept(times, { rules: [each("hour", 9)], timeZone: "Europe/Berlin" }), times);
  });

  test("removes nothing more from what it kept, and keeps more with more rules", () => {
    const rule = fc.oneof(
      fc.record({ keep: fc.constant("last" as const), count: fc.integer({ min: 1, max: 9 }) }),
      fc.record({
        keep: fc.constant("one-of-each" as const),
        period: fc.constantFrom<RetentionPeriod>("hour", "day", "week", "month", "year"),
        count: fc.integer({ min: 1, max: 9 }),
        which: fc.constantFrom("first" as const, "last" as const),
        emptyPeriods: fc.constantFrom("skipped" as const, "counted" as const),
        start: fc.record({
          weekday: fc.integer({ min: 1, max: 7 }),
          day: fc.integer({ min: 1, max: 31 }),
          month: fc.integer({ min: 1, max: 12 }),
        }),
      }),
    );
    const now = Temporal.Instant.from("2026-11-22T12:00:00Z");
    const time = fc
      .integer({ min: 0, max: 4 * 365 * 24 * 60 })
      .map((minutes) => now.subtract({ minutes }).toString());
    fc.assert(
      fc.property(
        fc.uniqueArray(time, { maxLength: 60 }),
        fc.array(rule, { minLength: 1 }),
        (times, rules) => {
          const options = { rules, now, timeZone: "America/New_York" };
          const once = kept(times, options);
          assert.deepEqual(kept(once, options), once);
          const fewer = kept(times, { ...options, rules: rules.slice(1) });
          if (rules.length > 1)
            assert.deepEqual(
              fewer.filter((each) => !once.includes(each)),
              [],
            );
        },
      ),
      { seed: 20260101, numRuns: 150 },
    );
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type BandwidthRule, bandwidthAt, parseBandwidthRule } from "./bandwidth-rule.ts";
import { BandwidthRuleError } from "./errors.ts";

const at = (rule: BandwidthRule, time: string): number | undefined => {
  const { hour, minute } = Temporal.PlainTime.from(time);
  return bandwidthAt(rule, hour * 60 + minute);
};

describe("parseBandwidthRule()", () => {
  test("takes one rate for the whole day", () => {
    const rates = [
      ["20Mbit", 2_500_000],
      ["20 mbit/s", 2_500_000],
      ["1.5MiB", 1_572_864],
      ["8kbit", 1_000],
      ["1Gbit", 125_000_000],
      ["64KiB", 65_536],
      ["1GiB", 1_073_741_824],
      ["unlimited", undefined],
    ] as const;
    for (const [text, rate] of rates) assert.equal(at(parseBandwidthRule(text), "03:00"), rate, text);
  });

  test("takes windows: the first that fits counts, its end is not in it", () => {
    const rule = parseBandwidthRule("08:00-18:00=20Mbit, 12:00-13:00=1Mbit, else=unlimited");
    const times = [
      ["07:59", undefined],
      ["08:00", 2_500_000],
      ["12:30", 2_500_000],
      ["17:59", 2_500_000],
      ["18:00", undefined],
    ] as const;
    for (const [time, rate] of times) assert.equal(at(rule, time), rate, time);
  });

  test("takes windows over midnight, and to the day's end", () => {
    const night = parseBandwidthRule("22:00-06:00=unlimited,else=8kbit");
    assert.deepEqual(
      ["21:59", "22:00", "23:59", "00:00", "05:59", "06:00"].map((time) => at(night, time)),
      [1_000, undefined, undefined, undefined, undefined, 1_000],
    );
    const evening = parseBandwidthRule("18:00-24:00=8kbit");
    assert.deepEqual(
      ["17:59", "23:59", "00:00"].map((time) => at(evening, time)),
      [undefined, 1_000, undefined],
    );
  });

  test("refuses what it does not understand, and says what", () => {
    const wrong = [
      "",
      "fast",
      "20",
      "0Mbit",
      "-1Mbit",
      "20Mbyte",
      "20constructor",
      "08:00=20Mbit",
      "08:00-25:00=20Mbit",
      "08:61-09:00=20Mbit",
      "24:00-06:00=20Mbit",
      "08:00-08:00=20Mbit",
      "08:00-18:00=",
      "08:00-18:00=1Mbit=2Mbit",
      "else=1Mbit,else=2Mbit",
      "08:00-18:00=1Mbit,",
    ];
    for (const text of wrong) assert.throws(() => parseBandwidthRule(text), BandwidthRuleError, text);
    assert.throws(() => parseBandwidthRule("08:00-18:00=20Mbyte"), {
      message:
        'Cannot understand the bandwidth limit "08:00-18:00=20Mbyte": "20Mbyte" is no rate, wanted 20Mbit, 5MiB or unlimited',
    });
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { madeWithinMinutes } from "./made-within-minutes.ts";

const RECORDED = Temporal.Instant.from("2026-03-01T12:00:00Z");

test("`madeWithinMinutes()` takes two minutes before and ten after the record, and nothing that has no moment", () => {
  for (const [created, expected] of [
    ["2026-03-01T11:57:59Z", false],
    ["2026-03-01T11:58:00Z", true],
    ["2026-03-01T12:10:00Z", true],
    ["2026-03-01T12:10:01Z", false],
  ] as const) {
    assert.equal(madeWithinMinutes(Temporal.Instant.from(created), RECORDED), expected, created);
  }
  assert.equal(madeWithinMinutes(null, RECORDED), false);
  assert.equal(madeWithinMinutes(RECORDED, null), false);
});

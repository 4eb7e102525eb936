import assert from "node:assert/strict";
import { test } from "node:test";
import { lockUntil } from "./lock-generation.ts";

test("`lockUntil()` is a multiple of two weeks since 1970, the first that is at least so many days away", () => {
  for (const [now, days, until] of [
    ["1970-01-01T00:00:00Z", 1, "1970-01-15T00:00:00Z"],
    ["1970-01-01T00:00:00Z", 14, "1970-01-15T00:00:00Z"],
    ["1970-01-01T00:00:00.001Z", 14, "1970-01-29T00:00:00Z"],
    ["1970-01-14T23:59:59Z", 30, "1970-02-26T00:00:00Z"],
    ["2026-11-22T22:00:00Z", 30, "2026-12-31T00:00:00Z"],
  ] as const) {
    assert.equal(lockUntil(Temporal.Instant.from(now), days).toString(), until);
  }
});

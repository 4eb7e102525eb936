import assert from "node:assert/strict";
import { test } from "node:test";
import { pauses } from "./pauses.ts";

test("`pauses()` begin short, grow, and stay far below the five minutes that a job object lives", () => {
  const first = pauses().take(40).toArray();
  assert.equal(first[0], 20);
  assert.ok(first.every((pause, i) => i === 0 || pause >= (first[i - 1] ?? 0)));
  assert.equal(first.at(-1), 5_000);
  assert.ok(first.slice(0, 10).reduce((sum, pause) => sum + pause, 0) < 5_000, "a short job is seen late");
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "./clock.ts";
import { InterruptedError } from "./errors.ts";

const AN_HOUR = 3_600_000;

describe("systemClock", () => {
  test("`now()` is the system's time", () => {
    const before = Temporal.Now.instant();
    const now = systemClock.now();
    assert.ok(Temporal.Instant.compare(before, now) <= 0);
    assert.ok(Temporal.Instant.compare(now, Temporal.Now.instant()) <= 0);
  });

  test("`monotonicMs()` never goes back", () => {
    let last = systemClock.monotonicMs();
    for (let round = 0; round < 1000; round++) {
      const next = systemClock.monotonicMs();
      assert.ok(next >= last);
      last = next;
    }
  });

  test("`sleep()` resolves", async () => {
    await systemClock.sleep(0);
    await systemClock.sleep(1, { signal: new AbortController().signal });
  });

  test("`sleep()` of a month is no short one, though a timer of the system holds 25 days", async () => {
    const stop = new AbortController();
    const slept = systemClock.sleep(30 * 24 * AN_HOUR, { signal: stop.signal }).then(() => "woken");
    const first = await Promise.race([slept, systemClock.sleep(20).then(() => "asleep")]);
    stop.abort();
    assert.equal(first, "asleep");
    await assert.rejects(slept, InterruptedError);
  });

  test("`sleep()` rejects at once when the signal fires, with its reason, and holds on to nothing", async () => {
    const stop = new AbortController();
    const slept = systemClock.sleep(AN_HOUR, { signal: stop.signal });
    const reason = new Error("the user pressed Ctrl+C");
    stop.abort(reason);
    await assert.rejects(slept, (error) => error instanceof InterruptedError && error.cause === reason);
    await assert.rejects(systemClock.sleep(AN_HOUR, { signal: stop.signal }), InterruptedError);
    assert.deepEqual(
      process.getActiveResourcesInfo().filter((name) => name === "Timeout"),
      [],
    );
  });
});

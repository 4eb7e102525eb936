import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InterruptedError } from "../errors.ts";
import { FakeClock } from "./fake-clock.ts";

describe("FakeClock", () => {
  test("stands still until it is moved", () => {
    const clock = new FakeClock("2026-03-29T00:59:59Z");
    assert.equal(clock.now().toString(), "2026-03-29T00:59:59Z");
    assert.equal(clock.monotonicMs(), 0);
    clock.advance(1500.5);
    assert.equal(clock.now().toString(), "2026-03-29T01:00:00.5005Z");
    assert.equal(clock.monotonicMs(), 1500.5);
  });

  test("`sleep()` moves it on and remembers how long each slept", async () => {
    const clock = new FakeClock();
    await clock.sleep(30_000);
    await clock.sleep(60_000);
    assert.deepEqual(clock.slept, [30_000, 60_000]);
    assert.equal(clock.monotonicMs(), 90_000);
  });

  test("`sleep()` after an abort rejects and takes no time", async () => {
    const clock = new FakeClock();
    await assert.rejects(clock.sleep(5, { signal: AbortSignal.abort() }), InterruptedError);
    assert.equal(clock.monotonicMs(), 0);
  });
});

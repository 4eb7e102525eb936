import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../base/index.ts";
import { FakeClock } from "../base/testing/index.ts";
import { StepWatch } from "./step-watch.ts";

/** Every sleep lasts until it is told to end, or the signal ends it. */
class ByHand extends FakeClock {
  #wake: () => void = () => undefined;

  override async sleep(...[, options]: Parameters<Clock["sleep"]>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#wake = resolve;
    options?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
    await promise;
  }

  async timeOut(): Promise<void> {
    this.#wake();
    await new Promise(setImmediate);
  }
}

test("`StepWatch` stops a step that takes longer than the limit, and neither quick ones nor what is between them", async () => {
  const clock = new ByHand();
  const stop = new AbortController();
  const watch = new StepWatch({ clock, limitMs: 1_000, stop });
  for (let step = 0; step < 3; step++) {
    assert.equal(await watch.during(async () => await Promise.resolve(step)), step);
    for (let times = 0; times < 3; times++) await clock.timeOut();
  }
  assert.equal(stop.signal.aborted, false);
  const { promise, resolve } = Promise.withResolvers<string>();
  const slow = watch.during(async () => await promise);
  await clock.timeOut();
  assert.equal(stop.signal.aborted, false, "it may have begun just before");
  await clock.timeOut();
  assert.equal(stop.signal.aborted, true);
  resolve("late");
  assert.equal(await slow, "late");
  await watch.end();
});

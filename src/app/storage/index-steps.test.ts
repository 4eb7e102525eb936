import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunEvent } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { IndexSteps } from "./index-steps.ts";

function watched(): {
  readonly steps: IndexSteps;
  readonly clock: FakeClock;
  readonly told: () => readonly string[];
} {
  const clock = new FakeClock("2026-01-01T00:00:00Z");
  const all: RunEvent[] = [];
  const steps = new IndexSteps({ events: (event) => all.push(event), clock, subject: "/vault" });
  const text = (event: RunEvent): string =>
    event.type === "step-progress"
      ? `${event.step}: ${event.doneBytes} of ${event.totalBytes}`
      : event.type === "step-ended"
        ? `${event.step} ${event.outcome}`
        : `${event.step} begins`;
  return { steps, clock, told: () => all.splice(0).map(text) };
}

test("`IndexSteps` says nothing of an index that is read in a moment", () => {
  const { steps, clock, told } = watched();
  for (const doneBytes of [10, 20, 30]) {
    steps.progress({ doing: "reading", doneBytes, totalBytes: 30 });
    clock.advance(400);
  }
  steps[Symbol.dispose]();
  assert.deepEqual(told(), []);
});

test("`IndexSteps` tells of one that takes longer than a second, and when it is read", () => {
  const { steps, clock, told } = watched();
  steps.progress({ doing: "reading", doneBytes: 1, totalBytes: 30 });
  assert.deepEqual(told(), []);
  clock.advance(1000);
  steps.progress({ doing: "reading", doneBytes: 2, totalBytes: 30 });
  assert.deepEqual(told(), ["read-index 1 of /vault begins", "read-index 1 of /vault: 2 of 30"]);
  steps.progress({ doing: "reading", doneBytes: 30, totalBytes: 30 });
  assert.deepEqual(told(), ["read-index 1 of /vault: 30 of 30", "read-index 1 of /vault done"]);
  steps[Symbol.dispose]();
  assert.deepEqual(told(), []);
});

test("`IndexSteps` tells merging from reading, and says of what was interrupted that it failed", () => {
  const { steps, clock, told } = watched();
  steps.progress({ doing: "merging", doneBytes: 0, totalBytes: 100 });
  clock.advance(2000);
  steps.progress({ doing: "merging", doneBytes: 50, totalBytes: 100 });
  steps.progress({ doing: "reading", doneBytes: 1, totalBytes: 30 });
  assert.deepEqual(told(), [
    "merge-index 1 of /vault begins",
    "merge-index 1 of /vault: 50 of 100",
    "merge-index 1 of /vault done",
  ]);
  clock.advance(2000);
  steps.progress({ doing: "reading", doneBytes: 2, totalBytes: 30 });
  steps[Symbol.dispose]();
  assert.deepEqual(told(), [
    "read-index 2 of /vault begins",
    "read-index 2 of /vault: 2 of 30",
    "read-index 2 of /vault failed",
  ]);
});

test("`IndexSteps` makes a step of its own of each reading, in which nothing goes back", () => {
  const { steps, clock, told } = watched();
  for (const doneBytes of [1, 2, 1, 2]) {
    steps.progress({ doing: "reading", doneBytes, totalBytes: 30 });
    clock.advance(2000);
  }
  assert.deepEqual(told(), [
    "read-index 1 of /vault begins",
    "read-index 1 of /vault: 2 of 30",
    "read-index 1 of /vault done",
    "read-index 2 of /vault begins",
    "read-index 2 of /vault: 2 of 30",
  ]);
});

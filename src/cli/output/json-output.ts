import type { Clock, EventSink, RunEvent } from "../../base/index.ts";
import type { Output } from "./output.ts";

const PROGRESS_EVERY_MS = 1000; // one line a second and step is enough for whoever watches

/** The form for scripts: documents to standard output, errors to standard error, nothing else. */
export function jsonOutput(streams: {
  out(text: string): void;
  error(text: string): void;
  clock: Clock;
}): Output {
  return {
    line: (document) => streams.out(`${JSON.stringify(document)}\n`),
    say: () => undefined,
    table: () => undefined,
    events: throttled(streams.clock, (event) => streams.out(`${JSON.stringify(event)}\n`)),
    problem: (problem) => streams.error(`${JSON.stringify(problem)}\n`),
    [Symbol.dispose]: () => undefined,
  };
}

function throttled(clock: Clock, print: EventSink): EventSink {
  const lastMs = new Map<string, number>();
  return (event: RunEvent) => {
    if (event.type === "step-progress") {
      const now = clock.monotonicMs();
      const last = lastMs.get(event.step) ?? Number.NEGATIVE_INFINITY;
      if (now - last < PROGRESS_EVERY_MS) return;
      lastMs.set(event.step, now);
    }
    if (event.type === "step-ended") lastMs.delete(event.step);
    print(event);
  };
}

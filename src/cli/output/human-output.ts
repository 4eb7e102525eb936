import { harmless } from "./harmless.ts";
import type { HumanStreams } from "./human-streams.ts";
import type { Output } from "./output.ts";
import { problemText } from "./problem-text.ts";
import { ProgressView } from "./progress-view.ts";
import { tableText } from "./table-text.ts";

/** The form for people. */
export function humanOutput(plain: HumanStreams): Output {
  const streams: HumanStreams = {
    ...plain,
    out: (text) => plain.out(harmless(text)),
    error: (text) => plain.error(harmless(text)),
  };
  const view = new ProgressView(streams);
  const advised = new Set<string>();
  return {
    line: () => undefined,
    say: (text) => view.above(() => streams.out(`${text}\n`)),
    table: (table) => {
      if (table.rows.length > 0) view.above(() => streams.out(`${tableText(table, streams.paint)}\n`));
    },
    events: view.events,
    problem: (problem) => {
      const text = problemText(problem, streams.paint, advised);
      advised.add(problem.code);
      view.above(() => streams.error(text));
    },
    [Symbol.dispose]: () => view[Symbol.dispose](),
  };
}

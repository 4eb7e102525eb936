import type { HumanStreams } from "./human-streams.ts";
import type { Output } from "./output.ts";
import { problemText } from "./problem-text.ts";
import { ProgressView } from "./progress-view.ts";
import { tableText } from "./table-text.ts";

/** The form for people. */
export function humanOutput(streams: HumanStreams): Output {
  const view = new ProgressView(streams);
  return {
    line: () => undefined,
    say: (text) => view.above(() => streams.out(`${text}\n`)),
    table: (table) => {
      if (table.rows.length > 0) view.above(() => streams.out(`${tableText(table, streams.paint)}\n`));
    },
    events: view.events,
    problem: (problem) => view.above(() => streams.error(problemText(problem, streams.paint))),
    [Symbol.dispose]: () => view[Symbol.dispose](),
  };
}

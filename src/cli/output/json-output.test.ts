import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { jsonOutput } from "./json-output.ts";

function printed(): { readonly out: string[]; readonly error: string[]; readonly clock: FakeClock } & {
  output: ReturnType<typeof jsonOutput>;
} {
  const out: string[] = [];
  const error: string[] = [];
  const clock = new FakeClock();
  const output = jsonOutput({ out: (text) => out.push(text), error: (text) => error.push(text), clock });
  return { out, error, clock, output };
}

test("`jsonOutput()` prints one document a line and nothing that is meant for people", () => {
  const { out, error, output } = printed();
  output.say("hello");
  output.table({ columns: [{ title: "X" }], rows: [["1"]] });
  output.line({ type: "point", id: "a\nb" });
  assert.deepEqual(out, ['{"type":"point","id":"a\\nb"}\n']);
  assert.deepEqual(error, []);
});

test("`jsonOutput()` sends errors to standard error", () => {
  const { out, error, output } = printed();
  output.problem({ type: "error", code: "usage", message: "m", advice: "a", retry: "never" });
  assert.deepEqual(out, []);
  assert.deepEqual(JSON.parse(error.join("")), {
    type: "error",
    code: "usage",
    message: "m",
    advice: "a",
    retry: "never",
  });
});

test("`jsonOutput()` prints a step's progress once a second at the most", () => {
  const { out, clock, output } = printed();
  for (let i = 0; i < 30; i++) {
    output.events({ type: "step-progress", step: "s", doneBytes: i });
    clock.advance(100);
  }
  assert.equal(out.length, 3);
});

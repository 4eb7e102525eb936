import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { humanOutput } from "./human-output.ts";
import { PLAIN } from "./paint.ts";

test("`humanOutput()` tells an error with its code, the advice, and the command that says more", () => {
  const said: string[] = [];
  const error = (text: string): void => {
    said.push(text);
  };
  using output = humanOutput({
    out: error,
    error,
    terminal: undefined,
    paint: PLAIN,
    clock: new FakeClock(),
  });
  output.problem({
    type: "error",
    code: "machine-busy",
    message: 'Cannot back up "web01": it is busy',
    advice: "Wait.",
    retry: "later",
    machine: { id: "1", name: "web01" },
  });
  assert.deepEqual(said, [
    'error web01: Cannot back up "web01": it is busy [machine-busy]\n  Wait.\n  more: stillpoint explain machine-busy\n',
  ]);
});

test("`humanOutput()` gives the advice of a code once, however many machines it fails", () => {
  const said: string[] = [];
  const out = (text: string): void => void said.push(text);
  const streams = { out, error: out, terminal: undefined, paint: PLAIN, clock: new FakeClock() };
  using output = humanOutput(streams);
  const line = { type: "error", code: "x-y", message: "It broke", advice: "Wait.", retry: "later" } as const;
  for (const name of ["a", "b"]) output.problem({ ...line, machine: { id: name, name } });
  assert.deepEqual(said, [
    "error a: It broke [x-y]\n  Wait.\n  more: stillpoint explain x-y\n",
    "error b: It broke [x-y]\n",
  ]);
});

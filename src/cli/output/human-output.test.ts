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

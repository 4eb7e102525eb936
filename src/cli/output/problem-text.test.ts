import assert from "node:assert/strict";
import { test } from "node:test";
import { PLAIN } from "./paint.ts";
import { problemText } from "./problem-text.ts";

test("`problemText()` has message, code, advice, and the command that says more, each where it is read first", () => {
  const line = {
    type: "error",
    code: "usage",
    message: "Cannot do it",
    advice: "Do that.",
    retry: "never",
  } as const;
  assert.equal(
    problemText(line, PLAIN),
    "error Cannot do it [usage]\n  Do that.\n  more: stillpoint explain usage\n",
  );
});

test("`problemText()` names the machine first, and leaves out advice that nobody has", () => {
  const machine = { id: "1", name: "web01" };
  const line = {
    type: "error",
    code: "internal",
    message: "It broke",
    advice: "",
    retry: "never",
    machine,
  } as const;
  assert.equal(
    problemText(line, PLAIN),
    "error web01: It broke [internal]\n  more: stillpoint explain internal\n",
  );
});

test("`problemText()` says after the advice when the machine's replication was seen free", () => {
  const proposal = { kind: "never-free", observations: 9, text: "It was never seen free" } as const;
  const line = {
    type: "error",
    code: "machine-busy",
    message: "Busy",
    advice: "Wait.",
    retry: "later",
  } as const;
  assert.equal(
    problemText({ ...line, proposal }, PLAIN),
    "error Busy [machine-busy]\n  Wait.\n  It was never seen free\n  more: stillpoint explain machine-busy\n",
  );
});

test("`problemText()` leaves out what was told of the same code already", () => {
  const machine = { id: "2", name: "web02" };
  const line = {
    type: "error",
    code: "x-y",
    message: "It broke",
    advice: "Do that.",
    retry: "never",
    machine,
  } as const;
  assert.equal(problemText(line, PLAIN, new Set(["x-y"])), "error web02: It broke [x-y]\n");
});

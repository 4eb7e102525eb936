import assert from "node:assert/strict";
import { test } from "node:test";
import { ScriptedSession } from "./scripted-session.ts";

const SERVICE = { kind: "reference", namespace: "n", className: "S", keys: {} } as const;

test("`ScriptedSession` fails when a promised call never came", async () => {
  const session = new ScriptedSession({
    rows: {},
    calls: [{ method: "Do", answer: { returnValue: 0, out: {} } }],
  });
  await assert.rejects(async () => {
    await session[Symbol.asyncDispose]();
  }, /promised calls never came/);
});

test("`ScriptedSession` fails at a call that was not promised", async () => {
  await using session = new ScriptedSession({ rows: {} });
  await assert.rejects(session.invoke(SERVICE, "Do", { arguments: {} }), /unexpected call of Do/);
  await assert.rejects(Array.fromAsync(session.query("n", "SELECT Name FROM X WHERE y")), /unexpected query/);
});

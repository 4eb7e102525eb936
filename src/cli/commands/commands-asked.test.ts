import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../app/index.ts";
import { commandsAsked } from "./commands-asked.ts";

test("`commandsAsked()` runs commands here unless told otherwise", () => {
  const options = { before: "stop it", after: "start it", afterOn: "host", commandTimeout: "60" };
  assert.deepEqual(commandsAsked({ argument: "", options }), {
    before: { text: "stop it", on: "here" },
    thaw: undefined,
    after: { text: "start it", on: "host" },
    timeoutMs: 60_000,
  });
});

test("`commandsAsked()` refuses a place without a command, an empty command and a time out of bounds", () => {
  for (const options of [
    { thawOn: "host" },
    { before: " " },
    { commandTimeout: "0" },
    { commandTimeout: "86401" },
    { commandTimeout: "1.5" },
  ]) {
    assert.throws(() => commandsAsked({ argument: "", options }), UsageError, JSON.stringify(options));
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../app/index.ts";
import { parseArguments } from "../arguments.ts";
import { copyCommand } from "./copy.ts";
import { copyAsked } from "./copy-asked.ts";

async function asked(...flags: readonly string[]): Promise<unknown> {
  const parsed = await parseArguments(["copy", "--vault", "a", "--to-vault", "b", ...flags], [copyCommand]);
  assert.ok(parsed.kind === "command");
  return copyAsked(parsed.input);
}

test("`copyAsked()` takes any number of POINTs, or machines, or all", async () => {
  assert.deepEqual(await asked("one", "latest:two"), { points: ["one", "latest:two"] });
  assert.deepEqual(await asked("--machine", "web01", "--machine", "db01"), { machines: ["web01", "db01"] });
  assert.deepEqual(await asked("--all"), { all: true });
});

test("`copyAsked()` refuses nothing at all, and two ways at once", async () => {
  for (const flags of [[], ["one", "--all"], ["one", "--machine", "web01"], ["--machine", "web01", "--all"]])
    await assert.rejects(async () => await asked(...flags), UsageError, flags.join(" "));
});

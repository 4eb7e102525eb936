import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostCommands } from "../../places/index.ts";
import { hostShell } from "./host-shell.ts";

async function seen(line: readonly string[]): Promise<readonly string[]> {
  const got: string[] = [];
  const commands: HostCommands = {
    run: async (program, options) => {
      got.push(program, ...options.arguments);
      return { exitCode: 0, output: "", errorOutput: "" };
    },
  };
  const { signal } = new AbortController();
  await hostShell(commands)({ line, reader: "none", environment: {}, signal });
  return got;
}

test("`hostShell()` takes a line apart, but not what cmd.exe reads itself", async () => {
  assert.deepEqual(await seen(['"C:\\a b\\x.exe"', '"c d"', "e"]), ["C:\\a b\\x.exe", "c d", "e"]);
  assert.deepEqual(await seen(["cmd.exe", "/d", "/s", "/c", '"x "a b" & y"']), [
    "cmd.exe",
    "/d",
    "/s",
    "/c",
    '"x "a b" & y"',
  ]);
  assert.deepEqual(await seen(["cmd", "/c", "echo", "hi"]), ["cmd", "/c", "echo hi"]);
});

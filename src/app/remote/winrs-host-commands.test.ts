import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock, systemEntropy } from "../../base/index.ts";
import { CimConnectionError } from "../../cim/index.ts";
import { HostShellError, WinrsCommands } from "../../cim/wsman/index.ts";
import { HostCommandError } from "../../places/index.ts";
import { WinrsHostCommands } from "./winrs-host-commands.ts";

const CALL = { arguments: [], timeoutMs: 1000 };

function commandsThat(error: Error): WinrsHostCommands {
  const transport = {
    endpoint: "http://hv01:5985/wsman",
    exchange: async (): Promise<string> => {
      throw error;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  return new WinrsHostCommands(new WinrsCommands({ transport, clock: systemClock, entropy: systemEntropy }));
}

test("`WinrsHostCommands` tells a program's failure with its reason, as other hosts' programs do", async () => {
  const failed = new HostShellError("Cannot run", { program: "other", reason: "timeout" });
  await assert.rejects(commandsThat(failed).run("x.exe", CALL), (error) => {
    assert.ok(error instanceof HostCommandError);
    assert.deepEqual([error.program, error.reason, error.cause], ["x.exe", "timeout", failed]);
    return true;
  });
});

test("`WinrsHostCommands` passes on what is no failure of a program", async () => {
  const lost = new CimConnectionError("Cannot talk to it");
  await assert.rejects(commandsThat(lost).run("x.exe", CALL), lost);
});

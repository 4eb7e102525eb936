import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { MIB } from "../../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../../base/testing/index.ts";
import type { XmlSource } from "../../text/index.ts";
import { ACTION } from "../soap/actions.ts";
import type { ReadRequest } from "../soap/request-envelope.ts";
import { ScriptedTransport } from "../testing/scripted-transport.ts";
import { commandStartedBody, outputBody, shellCreatedBody } from "./shell-messages.ts";
import { WinrsCommands } from "./winrs-commands.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** A host that makes shells, and says of their programs what the test wants. */
function shellOf(receive: (request: ReadRequest) => XmlSource): {
  readonly transport: ScriptedTransport;
  readonly commands: WinrsCommands;
  readonly clock: FakeClock;
} {
  const clock = new FakeClock();
  const transport = new ScriptedTransport((request) => {
    if (request.action === ACTION.create) return shellCreatedBody("shell");
    if (request.action === ACTION.command) return commandStartedBody("command");
    return request.action === ACTION.receive ? receive(request) : undefined;
  });
  const commands = new WinrsCommands({ transport, clock, entropy: new SeededEntropy(1) });
  return { transport, commands, clock };
}

test("`WinrsCommands` keeps a megabyte of what a program says, and holds none of the rest", async () => {
  const bytes = new Uint8Array(MIB).fill(0x61);
  let answers = 0;
  let heldBytes = 0;
  const { commands } = shellOf(() => {
    answers++;
    if (answers === 4 || answers === 40) {
      collectGarbage();
      heldBytes = process.memoryUsage().arrayBuffers - heldBytes;
    }
    return outputBody("command", {
      streams: [{ name: "stdout", bytes }],
      exitCode: answers < 40 ? undefined : 0,
    });
  });
  const { output } = await commands.run("noisy", { arguments: [], timeoutMs: 60_000 });
  assert.ok(output.startsWith("aaa") && output.endsWith(`\n[${39 * MIB} more bytes were not kept]\n`));
  assert.ok(heldBytes < 8 * MIB, `${heldBytes} bytes more are held`);
});

test("`WinrsCommands` lets no request wait longer than the program has left, nor tidying longer than 20 s", async () => {
  const { transport, commands, clock } = shellOf(() => {
    clock.advance(6_500);
    return outputBody("command", { streams: [], exitCode: undefined });
  });
  await assert.rejects(commands.run("slow", { arguments: [], timeoutMs: 15_000 }), {
    code: "host-command-timeout",
  });
  const asked = transport.asked.map(({ action, operationTimeoutMs }) => [
    action.slice(action.lastIndexOf("/") + 1).toLowerCase(),
    operationTimeoutMs,
  ]);
  assert.deepEqual(asked, [
    ["create", 60_000],
    ["command", 60_000],
    ["receive", 15_000],
    ["receive", 8_500],
    ["receive", 2_000],
    ["signal", 20_000],
    ["delete", 20_000],
  ]);
});

/* What a remote shell may say otherwise than we assume (docs/unconfirmed.md, `wsman-start-failure`, `winrs-missing-program`). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock, systemEntropy } from "../../../base/index.ts";
import { type FaultFacts, faultBody } from "../messages/fault.ts";
import { ACTION } from "../soap/actions.ts";
import { ScriptedTransport } from "../testing/scripted-transport.ts";
import { commandStartedBody, outputBody, shellCreatedBody } from "./shell-messages.ts";
import { WinrsCommands } from "./winrs-commands.ts";

/** What a program comes to on a host that refuses one action of its shells so. */
async function runOn(
  action: string,
  facts: Partial<FaultFacts>,
): Promise<{ readonly result: Promise<unknown>; readonly asked: readonly string[] }> {
  const transport = new ScriptedTransport((request) => {
    if (request.action === action)
      return faultBody({ code: 1, wsmanCode: undefined, subcode: undefined, reason: "no", ...facts });
    if (request.action === ACTION.create) return shellCreatedBody("S");
    return request.action === ACTION.command ? commandStartedBody("C") : undefined;
  });
  const commands = new WinrsCommands({ transport, clock: systemClock, entropy: systemEntropy });
  const result = commands.run("frobnicate.exe", { arguments: [], timeoutMs: 1000 });
  await result.catch(() => undefined);
  return { result, asked: transport.asked.map((request) => request.action) };
}

const REASON = "The system cannot find the file specified.";

describe("WinrsCommands and a program that is not there", () => {
  test("winrs-missing-program: code 2 and 0x80070002 say that it is missing", async () => {
    for (const wsmanCode of [2, 0x80070002]) {
      const { result } = await runOn(ACTION.command, { wsmanCode, reason: REASON });
      await assert.rejects(result, { code: "host-command-missing", program: "frobnicate.exe" });
    }
  });

  test("winrs-missing-program: another code is the host's refusal with its sentence, and the shell is deleted", async () => {
    const { result, asked } = await runOn(ACTION.command, { wsmanCode: 0x80338000, reason: REASON });
    await assert.rejects(result, { code: "host-fault", message: /cannot find the file specified/ });
    assert.deepEqual(asked, [ACTION.create, ACTION.command, ACTION.delete]);
  });

  test("wsman-start-failure: said only when output is asked for, it is missing all the same, and the shell is deleted", async () => {
    const { result, asked } = await runOn(ACTION.receive, { wsmanCode: 0x80070002, reason: REASON });
    await assert.rejects(result, { code: "host-command-missing", program: "frobnicate.exe" });
    assert.deepEqual(asked, [ACTION.create, ACTION.command, ACTION.receive, ACTION.signal, ACTION.delete]);
  });

  test("wsman-start-failure: said once the program was heard of, it is the host's refusal, for the program is there", async () => {
    let answers = 0;
    const transport = new ScriptedTransport((request) => {
      if (request.action === ACTION.create) return shellCreatedBody("S");
      if (request.action === ACTION.command) return commandStartedBody("C");
      if (request.action !== ACTION.receive) return undefined;
      if (answers++ === 0) return outputBody("C", { streams: [], exitCode: undefined });
      return faultBody({ code: 1, wsmanCode: 2, subcode: undefined, reason: REASON });
    });
    const commands = new WinrsCommands({ transport, clock: systemClock, entropy: systemEntropy });
    const result = commands.run("frobnicate.exe", { arguments: [], timeoutMs: 1000 });
    await assert.rejects(result, { code: "host-fault" });
  });

  test("wsman-start-failure: said then by another code, it is the host's refusal with its sentence", async () => {
    const { result } = await runOn(ACTION.receive, { wsmanCode: 0x8033809d, reason: REASON });
    await assert.rejects(result, { code: "host-fault", message: /cannot find the file specified/ });
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noEvents } from "../../base/index.ts";
import { openHypervHost, USUAL_PATIENCE } from "../../hyperv/index.ts";
import { MemoryJournal } from "../../hyperv/testing/index.ts";
import { WireScene } from "../testing/index.ts";

const NOTE = { name: "note.exe", exitCode: 3, output: "Größe ✓\r\n", errorOutput: "oh\r\n" };
const USUAL = { arguments: [], timeoutMs: 20_000 };

describe("hostShell()", () => {
  test("runs a program of the host with arguments that hold spaces and quotes, and with its environment", async () => {
    await using there = await WireScene.open({ host: { programs: [NOTE] } });
    await using commands = there.commands();
    const said = await commands.run("C:\\Tools and more\\note.exe", {
      ...USUAL,
      arguments: ["/s", 'a "b" c', "C:\\x y\\", ""],
      environment: { STILLPOINT_RUN: "r 1" },
    });
    assert.deepEqual(said, { exitCode: 3, output: "Größe ✓\r\n", errorOutput: "oh\r\n" });
    const { programRuns } = await there.scene.host.state();
    assert.deepEqual(programRuns?.at(-1)?.arguments, ["/s", 'a "b" c', "C:\\x y\\", ""]);
    assert.deepEqual(programRuns?.at(-1)?.environment, { STILLPOINT_RUN: "r 1" });
    assert.deepEqual(there.failures, []);
  });

  test("refuses what the host does not have when it is to be started", async () => {
    await using there = await WireScene.open();
    await using commands = there.commands();
    await assert.rejects(commands.run("frobnicate.exe", USUAL), { code: "host-command-missing" });
    assert.deepEqual(there.failures, []);
  });

  test("makes no more shells than the host allows; one that ends makes room", async () => {
    const slow = { name: "slow.exe", takesMilliseconds: 100 };
    await using there = await WireScene.open({ host: { programs: [slow] } }, { limits: { shells: 0 } });
    await using commands = there.commands();
    await assert.rejects(commands.run("slow.exe", USUAL), /there are 0 shells already/);
    await using roomy = await WireScene.open({ host: { programs: [slow] } }, { limits: { shells: 1 } });
    await using first = roomy.commands();
    for (let run = 0; run < 3; run++) assert.equal((await first.run("slow.exe", USUAL)).exitCode, 0);
  });

  test("carries a hold by shadow copy: a 2012 R2 host is held and released by programs in its shells", async () => {
    const os = { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 };
    await using there = await WireScene.open({ host: { os }, machine: { configurationVersion: "5.0" } });
    await using commands = there.commands();
    const { clock, entropy, host: simulated } = there.scene;
    const host = await openHypervHost({
      session: there.session,
      files: simulated.files(),
      commands,
      clock,
      entropy,
      journal: new MemoryJournal(),
      hostKey: "wire",
    });
    const [machine] = await host.machines();
    assert.ok(machine);
    const held = await host.hold(machine.id, {
      events: noEvents,
      step: "s1",
      patience: USUAL_PATIENCE,
      run: "run-1",
    });
    assert.equal(held.reached, "application");
    assert.equal((await simulated.state()).shadowCopies?.length !== 0, true);
    assert.deepEqual((await held.release()).leftBehind, []);
    assert.deepEqual(await simulated.audit(), []);
    assert.deepEqual(there.failures, []);
  });
});

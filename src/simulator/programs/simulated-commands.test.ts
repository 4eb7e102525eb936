import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostCommandResult } from "../../places/index.ts";
import { Scene, type SceneOptions } from "../testing/scene.ts";

const FREEZE = {
  name: "freeze.cmd",
  output: "frozen\r\n",
  errorOutput: "careful\r\n",
  takesMilliseconds: 5_000,
};

async function withPrograms(programs: readonly object[], more: SceneOptions["host"] = {}): Promise<Scene> {
  return await Scene.open({ host: { programs, ...more } });
}

async function run(
  scene: Scene,
  program: string,
  given: readonly string[] = [],
  timeoutMs = 60_000,
): Promise<HostCommandResult> {
  return await scene.host.commands().run(program, { arguments: given, timeoutMs });
}

test("`run()` gives what a scripted program prints and how it ends, after its time", async () => {
  await using scene = await withPrograms([FREEZE, { name: "thaw.exe", exitCode: 7 }]);
  const before = scene.clock.monotonicMs();
  const frozen = { exitCode: 0, output: "frozen\r\n", errorOutput: "careful\r\n" };
  assert.deepEqual(await run(scene, "C:\\Scripts\\Freeze.CMD"), frozen);
  assert.ok(scene.clock.monotonicMs() - before >= 5_000);
  assert.equal((await run(scene, "thaw")).exitCode, 7);
});

test("`run()` looks behind cmd.exe and powershell.exe", async () => {
  await using scene = await withPrograms([{ name: "freeze.cmd" }, { name: "thaw.ps1", exitCode: 3 }]);
  assert.equal((await run(scene, "cmd.exe", ["/c", "C:\\Scripts\\freeze.cmd", "web01"])).exitCode, 0);
  assert.equal((await run(scene, "cmd", ["/d", "/s", "/c", "freeze.cmd web01"])).exitCode, 0);
  const file = ["-NoProfile", "-File", "C:\\Scripts\\thaw.ps1"];
  assert.equal((await run(scene, "powershell.exe", file)).exitCode, 3);
});

test("`run()` refuses a program that the host does not have, and diskshadow on a desktop", async () => {
  await using scene = await withPrograms([]);
  for (const [program, given] of [
    ["unknown.exe", []],
    ["cmd.exe", ["/c", "unknown"]],
    ["cmd.exe", []],
  ] as const)
    await assert.rejects(run(scene, program, given), { code: "host-command-missing" });
  const os = { caption: "Windows 11 Pro", version: "10.0.22631", productType: 1 };
  await using desktop = await Scene.open({ host: { os } });
  await assert.rejects(run(desktop, "diskshadow.exe"), { code: "host-command-missing" });
});

test("`failTimes` lets only the first runs fail", async () => {
  await using scene = await withPrograms([{ name: "flaky", failTimes: 2 }]);
  const codes = [];
  for (let at = 0; at < 3; at++) codes.push((await run(scene, "flaky")).exitCode);
  assert.deepEqual(codes, [1, 1, 0]);
});

test("every run is written down: program, arguments, our variables, moment, exit code", async () => {
  await using scene = await withPrograms([{ name: "freeze.cmd", exitCode: 2 }]);
  const environment = { STILLPOINT_MACHINE: "web01", PASSWORD: "secret" };
  const options = { arguments: ["web01"], timeoutMs: 1_000, environment };
  await scene.host.commands().run("freeze.cmd", options);
  const { programRuns, runningPrograms } = await scene.host.state();
  const noted = {
    program: "freeze.cmd",
    arguments: ["web01"],
    environment: { STILLPOINT_MACHINE: "web01" },
    at: "2026-01-01T00:00:00Z",
    exitCode: 2,
  };
  assert.deepEqual(programRuns, [noted]);
  assert.equal(runningPrograms, undefined);
});

test("the record of runs is bounded", async () => {
  await using scene = await withPrograms([{ name: "x" }]);
  const run = { program: "old", arguments: [], at: "2026-01-01T00:00:00Z", exitCode: 0 };
  await scene.edit((host) => {
    host["programRuns"] = Array.from({ length: 200 }, () => run);
  });
  await scene.host.commands().run("x", { arguments: [], timeoutMs: 1_000 });
  const { programRuns = [] } = await scene.host.state();
  assert.deepEqual([programRuns.length, programRuns.at(-1)?.program], [200, "x"]);
});

test("a program that takes too long is ended, as is one that is interrupted; the host is free meanwhile", async () => {
  await using scene = await withPrograms([FREEZE]);
  await assert.rejects(run(scene, "freeze", [], 1_000), { code: "host-command-timeout" });
  const stop = new AbortController();
  const options = { arguments: [], timeoutMs: 1e9, signal: stop.signal };
  await scene.edit((host) => {
    host["programs"] = [{ ...FREEZE, takesMilliseconds: 1e8 }];
  });
  const running = assert.rejects(scene.host.commands().run("freeze", options), { code: "interrupted" });
  const [process] = (await scene.all("Win32_Process", "root\\cimv2")).filter(
    ({ properties }) => properties["Name"] === "freeze",
  );
  assert.equal(process?.properties["CommandLine"], "freeze");
  stop.abort();
  await running;
  const { programRuns = [] } = await scene.host.state();
  assert.deepEqual(
    programRuns.map(({ exitCode }) => exitCode),
    [null, null],
  );
  assert.deepEqual(await scene.host.audit(), []);
});

test("a connection that breaks before or after a program was started is a failure of the program", async () => {
  const faults = [
    { method: "run", instead: "disconnect" },
    { method: "run", instead: "disconnect-after" },
  ];
  await using scene = await withPrograms([{ name: "x" }], { faults });
  for (const ran of [0, 1]) {
    await assert.rejects(run(scene, "x"), { code: "host-command-failed" });
    assert.equal(((await scene.host.state()).programRuns ?? []).length, ran);
  }
  assert.equal((await run(scene, "x")).exitCode, 0);
});

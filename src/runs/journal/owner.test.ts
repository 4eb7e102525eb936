import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { currentOwner, isOwnerAlive, type ProcessTable, parseProcStat, systemProcesses } from "./owner.ts";

describe("isOwnerAlive()", () => {
  const owner = { pid: 42, startTime: "1000", bootId: "boot" };
  const table = (bootId: string, found: ReturnType<ProcessTable["find"]>): ProcessTable => ({
    bootId,
    find: (pid) => (pid === 42 ? found : undefined),
  });

  test("wants the same process of the same start of the system", () => {
    assert.equal(isOwnerAlive(owner, table("boot", { startTime: "1000" })), true);
    assert.equal(isOwnerAlive(owner, table("boot", undefined)), false);
    assert.equal(isOwnerAlive(owner, table("boot", { startTime: "1001" })), false, "the id was used again");
    assert.equal(isOwnerAlive(owner, table("later boot", { startTime: "1000" })), false);
  });

  test("takes a process for alive whose start the system does not tell", () => {
    assert.equal(isOwnerAlive(owner, table("boot", { startTime: undefined })), true);
  });

  test("knows this process, and one that was killed", async () => {
    assert.equal(isOwnerAlive(currentOwner()), true);
    assert.equal(isOwnerAlive({ ...currentOwner(), startTime: "long ago" }), false);
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    const startTime = systemProcesses().find(pid)?.startTime ?? "";
    const theirs = { ...currentOwner(), pid, startTime };
    assert.equal(isOwnerAlive(theirs), true);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(isOwnerAlive(theirs), false);
  });
});

describe("parseProcStat()", () => {
  const line = (name: string, state: string): string =>
    `123 (${name}) ${state} 1 123 123 0 -1 4194304 100 0 0 0 5 6 0 0 20 0 1 0 987654 1000000 200 18446744073709551615`;

  test("reads the start whatever the process calls itself", () => {
    for (const name of ["node", "a b", "x) R 1 2 (y", ")"]) {
      assert.deepEqual(parseProcStat(line(name, "S")), { startTime: "987654" }, name);
    }
  });

  test("takes a zombie for ended", () => {
    assert.equal(parseProcStat(line("node", "Z")), undefined);
    assert.equal(parseProcStat(line("node", "X")), undefined);
  });

  test("agrees with ps about when a process began", (t) => {
    const told = spawnSync("ps", ["-o", "lstart=", "-p", String(process.pid)], { encoding: "utf8" });
    const stat = spawnSync("getconf", ["CLK_TCK"], { encoding: "utf8" });
    const uptime = spawnSync("cat", ["/proc/stat"], { encoding: "utf8" });
    if (told.status !== 0 || stat.status !== 0 || uptime.status !== 0) return t.skip("needs Linux and ps");
    const bootSeconds = Number(/^btime (\d+)/m.exec(uptime.stdout)?.[1]);
    const ticks = Number(systemProcesses().find(process.pid)?.startTime);
    const began = bootSeconds + ticks / Number(stat.stdout);
    assert.ok(Math.abs(began - Date.parse(told.stdout) / 1000) < 60, `${began} and ${told.stdout}`);
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MachineFiles } from "../configuration/machine-files.ts";
import { HostDisks } from "../disks/host-disks.ts";
import { OpenFiles } from "../drives/open-files.ts";
import { HostEngine } from "../host-engine.ts";
import { SimulatedCommands } from "../programs/simulated-commands.ts";
import { HostStore } from "../state/host-store.ts";
import { creation, openOlderScene, runScript } from "../testing/diskshadow-scene.ts";
import { DyingDrives } from "../testing/dying-drives.ts";
import type { Scene } from "../testing/scene.ts";

const SCRIPT = "C:\\Windows\\Temp\\killed.dsh";
const LEFT = [SCRIPT, "C:\\Windows\\Temp\\killed.log", "C:\\Windows\\Temp\\test.cab"];

/** Runs the script in a process that dies after so many operations on files. */
async function runAndDie(scene: Scene, drives: DyingDrives): Promise<void> {
  using store = new HostStore(scene.folder);
  const { clock, entropy } = scene;
  const parts = { disks: new HostDisks(drives, entropy), files: new MachineFiles(drives) };
  const openFiles = OpenFiles.of(scene.folder);
  const engine = new HostEngine(store, { drives, openFiles, clock, entropy, ...parts });
  const given = ["/s", SCRIPT, "/l", "C:\\Windows\\Temp\\killed.log"];
  await new SimulatedCommands(engine, clock).run("diskshadow", { arguments: given, timeoutMs: 1e6 });
}

async function writeScript(scene: Scene): Promise<void> {
  await using file = await scene.host.files().create(SCRIPT);
  await file.write(new TextEncoder().encode(creation().join("\r\n")), 0);
}

for (const [release, guest] of [
  ["2012r2", { os: "windows", vss: "ok" }],
  ["2012", { os: "none", vss: "missing" }],
] as const) {
  test(`a ${release} host whose process is killed at any file that diskshadow touches is whole for the next, which ends the script`, async () => {
    for (let operations = 0; ; operations += 3) {
      const killed = `killed at operation ${operations}`;
      await using scene = await openOlderScene(release, { machine: { guest, memoryMegabytes: 1 } });
      const before = readFileSync(scene.native("D:\\M\\m.vhdx"));
      await writeScript(scene);
      const drives = new DyingDrives(scene.folder, operations);
      try {
        await runAndDie(scene, drives);
      } catch (error) {
        assert.ok(drives.died, String(error));
      }
      for (let steps = 0; (await scene.host.state()).runningPrograms?.some(isGoing) === true; steps++) {
        assert.ok(steps < 20, `${killed}: it never ends`);
        scene.clock.advance(1_000);
      }
      const { programRuns = [], shadowCopies = [] } = await scene.host.state();
      const isMade = programRuns[0]?.exitCode === 0;
      assert.equal(shadowCopies.length, isMade ? 2 : 0, killed);
      if (isMade) assert.equal((await runScript(scene, ["delete shadows all"])).exitCode, 0);
      for (const path of LEFT) await scene.host.files().remove(path);
      await scene.host.finishJobs();
      assert.deepEqual(await scene.host.audit(), [], killed);
      assert.equal((await scene.host.state()).machines[0]?.state, "running", killed);
      assert.deepEqual(readFileSync(scene.native("D:\\M\\m.vhdx")), before, killed);
      if (!drives.died) break;
    }
  });
}

function isGoing({ ended }: { readonly ended?: string | undefined }): boolean {
  return ended === undefined;
}

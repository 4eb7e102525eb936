import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../base/index.ts";
import { openOlderScene, runScript } from "../simulator/testing/index.ts";
import { readShadows } from "./capture/shadow-copy/diskshadow-output.ts";
import { creationScript, deletionScript, INSPECTION } from "./capture/shadow-copy/diskshadow-script.ts";
import { readVssFailure } from "./capture/shadow-copy/vss-failure.ts";
import { readWriters } from "./capture/shadow-copy/writer-listing.ts";
import { ROW_MACHINE } from "./testing/index.ts";
import { ShadowScene } from "./testing/shadow-scene.ts";

type Run = (script: string) => Promise<{ exitCode: number; output: string; errorOutput: string }>;

const VOLUMES = ["D:", "C:"].map((name, at) => ({ name, root: `${name}\\`, alias: `Stillpoint${at}` }));

/** What the client reads of a host on which it works through the scripts of a hold, without ids. */
async function readOf(run: Run): Promise<readonly unknown[]> {
  const inspected = await run(INSPECTION);
  const writer = readWriters(inspected.output).find(({ name }) => name === "Microsoft Hyper-V VSS Writer");
  const component = writer?.components.find(({ name }) => name.toLowerCase() === ROW_MACHINE.toLowerCase());
  const order = { metadataPath: "C:\\Windows\\Temp\\x.cab", volumes: VOLUMES, excludedWriters: [] };
  const others = (writer?.components ?? []).filter((one) => one !== component);
  const excludedComponents = others.map(({ fullName }) => fullName);
  const made = await run(creationScript({ ...order, excludedComponents }));
  const shadows = readShadows(made.output);
  const [first] = shadows;
  const absent = await run(
    deletionScript({ set: guid("00000000-0000-4000-8000-000000000000"), shadows: [] }),
  );
  const deleted = await run(`${deletionScript({ set: first?.set, shadows: [] })}list shadows all\r\n`);
  return [
    [inspected.exitCode, writer?.id, component?.caption, component?.volumes.map(({ mount }) => mount).sort()],
    [made.exitCode, shadows.map(({ alias, mount, set }) => ({ alias, mount, same: set === first?.set }))],
    shadows.map(({ device = "" }) =>
      /^\\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy\d+$/.test(device),
    ),
    [absent.exitCode === 0, readVssFailure(absent).code],
    [deleted.exitCode, readShadows(deleted.output)],
  ];
}

test("the diskshadow in memory and the simulated host's answer the client alike", async () => {
  const memory = new ShadowScene();
  const inMemory: Run = async (script) => {
    memory.files.write("C:\\Windows\\Temp\\x.dsh", script);
    return await memory.diskshadow.run("diskshadow.exe", { arguments: ["/s", "C:\\Windows\\Temp\\x.dsh"] });
  };
  await using scene = await openOlderScene("2012r2", { machine: { id: ROW_MACHINE } });
  const simulated: Run = async (script) => await runScript(scene, script.split("\r\n"));
  assert.deepEqual(await readOf(simulated), await readOf(inMemory));
});

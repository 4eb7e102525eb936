import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../base/index.ts";
import { Scene } from "../../simulator/testing/index.ts";
import { LocalHostNotWindowsError } from "../errors.ts";
import { openLocalHost } from "./open-local-host.ts";

const BRIDGE = join(import.meta.dirname, "../../cim/powershell/testing/simulated-bridge.ts");

test("`openLocalHost()` is Windows only", async () => {
  await using resources = new AsyncDisposableStack();
  const open = async (platform: NodeJS.Platform): Promise<unknown> =>
    await openLocalHost({ clock: systemClock, resources, platform });
  await assert.rejects(open("linux"), LocalHostNotWindowsError);
  await assert.rejects(open("darwin"), /this is macOS/);
});

test("`openLocalHost()` gives management through a process, the files by their own paths, and programs", async () => {
  await using scene = await Scene.open();
  await using resources = new AsyncDisposableStack();
  const local = await openLocalHost({
    clock: systemClock,
    resources,
    platform: "win32",
    launch: { program: process.execPath, arguments: ["--no-warnings", BRIDGE, scene.folder, "frozen"] },
  });
  const rows = await Array.fromAsync(
    local.session.query("root\\cimv2", "SELECT * FROM Win32_OperatingSystem"),
  );
  assert.equal(rows[0]?.properties["ProductType"], 3);
  assert.equal((await local.files.stat(join(scene.folder, "host.json")))?.kind, "file");
  const said = await local.commands.run(process.execPath, {
    arguments: ["-p", "Object.keys(process.env).some((name) => name.startsWith('STILLPOINT_'))"],
    timeoutMs: 20_000,
  });
  assert.equal(said.output.trim(), "false");
});

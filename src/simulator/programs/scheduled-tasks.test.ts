import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HostCommandResult } from "../../places/index.ts";
import { SCENE_MACHINE, Scene } from "../testing/index.ts";

const FILE = "C:\\Windows\\Temp\\task.xml";

/** A task in the form of the schema of Task Scheduler 2.0; the script is of our own. */
async function writeTask(scene: Scene, start: string): Promise<void> {
  const script = `$machine = Get-WmiObject -Filter "Name='${SCENE_MACHINE}'"\r\nif ($machine -and $machine.ReplicationState -eq 7) { [void]$machine.RequestReplicationStateChange(3, $null) }`;
  const encoded = Buffer.from(script, "utf16le").toString("base64");
  const text = `\uFEFF<?xml version="1.0" encoding="UTF-16"?><Task><StartBoundary>${start}</StartBoundary><Arguments>-EncodedCommand ${encoded}</Arguments></Task>`;
  await using file = await scene.host.files().create(FILE);
  await file.write(Buffer.from(text, "utf16le"), 0);
  await file.flush();
}

async function schtasks(scene: Scene, ...given: readonly string[]): Promise<HostCommandResult> {
  return await scene.host.commands().run("schtasks.exe", { arguments: given, timeoutMs: 10_000 });
}

async function replication(scene: Scene): Promise<string | undefined> {
  return (await scene.host.state()).machines[0]?.replication.state;
}

const SUSPENDED = { machine: { state: "off", replication: { mode: "replica", state: "suspended" } } };

describe("the simulated schtasks.exe", () => {
  test("makes, finds and deletes a task, and the audit tells of one that stands", async () => {
    await using scene = await Scene.open(SUSPENDED);
    await writeTask(scene, "2026-01-01T04:00:00Z");
    assert.equal((await schtasks(scene, "/query", "/tn", "T")).exitCode, 1);
    assert.equal((await schtasks(scene, "/create", "/tn", "T", "/xml", FILE, "/f")).exitCode, 0);
    await scene.host.files().remove(FILE);
    assert.equal((await schtasks(scene, "/query", "/tn", "t")).exitCode, 0);
    assert.deepEqual(await scene.host.audit(), ['the scheduled task "T" stands']);
    assert.equal((await schtasks(scene, "/delete", "/tn", "T", "/f")).exitCode, 0);
    assert.deepEqual(await scene.host.audit(), []);
  });

  test("refuses a file that is not there or no task, and a call without a name", async () => {
    await using scene = await Scene.open();
    assert.equal((await schtasks(scene, "/create", "/tn", "T", "/xml", FILE, "/f")).exitCode, 1);
    assert.equal((await schtasks(scene, "/create")).exitCode, 1);
    assert.equal((await scene.host.state()).scheduledTasks, undefined);
  });
});

test("a task whose moment has come resumes the replication that is suspended, and nothing before", async () => {
  await using scene = await Scene.open(SUSPENDED);
  await writeTask(scene, scene.clock.now().add({ hours: 4 }).toString());
  await schtasks(scene, "/create", "/tn", "T", "/xml", FILE, "/f");
  scene.clock.advance(3.9 * 3_600_000);
  assert.equal(await replication(scene), "suspended");
  scene.clock.advance(0.2 * 3_600_000);
  assert.equal(await replication(scene), "replicating");
});

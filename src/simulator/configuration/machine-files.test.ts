import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { MIB } from "../../base/index.ts";
import { openConfiguration, readMachineConfiguration } from "../../formats/vmcx/index.ts";
import { DriveFile } from "../drives/drive-file.ts";
import { openSimulatedHost } from "../simulated-host.ts";
import { SCENE_MACHINE, Scene } from "../testing/index.ts";
import { MOST_MEMORY_BYTES, memoryContent } from "./memory-content.ts";

const ROOT = "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V";
const LIVE = `${ROOT}\\Virtual Machines\\${SCENE_MACHINE}`;
const CHECKPOINT = {
  id: "9C0D1E2F-0000-4000-8000-000000000001",
  name: "before update",
  created: "2026-05-01T10:00:00Z",
  parent: null,
  type: "standard",
  memory: true,
  disks: [{ controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx" }],
};

test("opening makes what the folder lacks where Windows puts it: .vmcx, .vmrs and .vmgs, also of checkpoints", async () => {
  await using scene = await Scene.open({ machine: { checkpoints: [CHECKPOINT], memoryMegabytes: 3 } });
  for (const end of ["vmcx", "vmrs", "vmgs"]) {
    assert.ok(existsSync(scene.native(`${LIVE}.${end}`)), end);
    assert.ok(existsSync(scene.native(`${ROOT}\\Snapshots\\${CHECKPOINT.id}.${end}`)), end);
  }
  const path = scene.native(`${ROOT}\\Snapshots\\${CHECKPOINT.id}.vmcx`);
  await using file = await DriveFile.openToRead(path, path);
  const configuration = readMachineConfiguration(await openConfiguration(file));
  assert.equal(configuration.name, "before update");
  assert.equal(configuration.machineId, SCENE_MACHINE.toLowerCase());
  assert.deepEqual(configuration.version, { major: 9, minor: 0 });
  assert.ok(readFileSync(scene.native(`${ROOT}\\Snapshots\\${CHECKPOINT.id}.vmrs`)).length > 3 * MIB);
});

test("what is there already stays as it is", async () => {
  await using scene = await Scene.open();
  const path = scene.native(`${LIVE}.vmcx`);
  writeFileSync(path, "mine");
  await using again = await openSimulatedHost(scene.folder, scene);
  assert.equal(again.folder, scene.folder);
  assert.equal(readFileSync(path, "utf8"), "mine");
});

test("hosts up to 2012 R2 have XML, with .bin and .vsv where there is saved memory", async () => {
  await using scene = await Scene.open({
    host: { os: { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 } },
    machine: { configurationVersion: "5.0", state: "saved", memoryMegabytes: 2 },
  });
  const xml = readFileSync(scene.native(`${LIVE}.xml`));
  assert.deepEqual([...xml.subarray(0, 2)], [0xff, 0xfe]);
  assert.match(xml.toString("utf16le"), /<name type="string">web01<\/name>/);
  const folder = `${LIVE}\\${SCENE_MACHINE}`;
  assert.equal(readFileSync(scene.native(`${folder}.bin`)).length, 2 * MIB);
  assert.ok(existsSync(scene.native(`${folder}.vsv`)));
  assert.ok(!existsSync(scene.native(`${LIVE}.vmcx`)));
});

test("saving a machine puts its memory into its runtime file; a start takes it out again", async () => {
  await using scene = await Scene.open();
  const size = (): number => readFileSync(scene.native(`${LIVE}.vmrs`)).length;
  const running = size();
  await scene.host.setState("web01", "saved");
  assert.ok(size() > 2 * MIB);
  const held = await scene.hold(2);
  const id = String(held.keys["InstanceID"]).slice("Microsoft:".length);
  assert.ok(readFileSync(scene.native(`${ROOT}\\Snapshots\\${id}.vmrs`)).length > 2 * MIB);
  await scene.release(held);
  await scene.host.setState("web01", "running");
  assert.equal(size(), running);
});

test("where a saved machine's recovery checkpoint holds no saved state, it says so", async () => {
  await using scene = await Scene.open({
    host: { assumptions: { savedStateInRecovery: false } },
    machine: { state: "saved" },
  });
  const held = await scene.hold(2);
  assert.equal((await scene.session.get(held))?.properties["IsSaved"], false);
});

test("memory is the same for the same seed, in any pieces, bounded, and neither empty nor noise", async () => {
  await using memory = memoryContent(7, 4);
  const whole = new Uint8Array(4 * MIB);
  await memory.read(whole, 0);
  const piece = new Uint8Array(100_000);
  await memory.read(piece, 1_234_567);
  assert.deepEqual(piece, whole.slice(1_234_567, 1_334_567));
  const ratio = zstdCompressSync(whole).length / whole.length;
  assert.ok(ratio > 0.15 && ratio < 0.5, `compresses to ${ratio}`);
  await using huge = memoryContent(7, 1_000_000);
  assert.equal(huge.sizeBytes, MOST_MEMORY_BYTES);
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { needs, run } from "../../test/testing/oracles.ts";
import { MIB } from "../base/index.ts";
import { isReference } from "../cim/index.ts";
import { openConfiguration, readMachineConfiguration } from "../formats/vmcx/index.ts";
import { DriveFile } from "./drives/drive-file.ts";
import type { MachineEntry } from "./state/schema.ts";
import { Scene } from "./testing/index.ts";

const DISK = "D:\\M\\m.vhdx";
const SNAPSHOTS = "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V\\Snapshots";

async function machine(scene: Scene): Promise<MachineEntry> {
  const found = (await scene.host.state()).machines[0];
  assert.ok(found);
  return found;
}

async function leaf(scene: Scene): Promise<string> {
  return scene.native((await machine(scene)).disks[0]?.path ?? "");
}

/** The leaf's content with its parents, by 7-Zip. */
function flat(native: string): string {
  return run("sh", ["-c", '7zz e -so -tvhdx "$1" 2>/dev/null | sha256sum', "sh", native]).split(" ")[0] ?? "";
}

async function write(scene: Scene, offset: number, length = 4096): Promise<void> {
  await scene.host.guestWrite("web01", { disk: 0, offset, bytes: scene.entropy.bytes(length) });
}

test("a user checkpoint freezes the disk and becomes the current one, and the next one descends from it", async () => {
  await using scene = await Scene.open();
  const one = await scene.host.createCheckpoint("web01", "one");
  scene.clock.advance(1000);
  const two = await scene.host.createCheckpoint("web01", "two");
  const { checkpoints, currentCheckpoint, disks } = await machine(scene);
  assert.deepEqual(
    checkpoints.map(({ id, name, parent, type }) => ({ id, name, parent, type })),
    [
      { id: one, name: "one", parent: null, type: "production" },
      { id: two, name: "two", parent: one, type: "production" },
    ],
  );
  assert.equal(currentCheckpoint, two);
  assert.equal(checkpoints[0]?.disks[0]?.path, DISK);
  assert.notEqual(checkpoints[1]?.disks[0]?.path, disks[0]?.path);
  const parents = await scene.all("Msvm_VirtualSystemSettingData");
  const settings = parents.find((item) => item.properties["InstanceID"] === `Microsoft:${two}`);
  assert.equal(
    settings?.properties["Parent"],
    `\\\\HV01\\root\\virtualization\\v2:Msvm_VirtualSystemSettingData.InstanceID="Microsoft:${one}"`,
  );
  const [branch] = await scene.all("Msvm_MostCurrentSnapshotInBranch");
  const dependent = branch?.properties["Dependent"];
  assert.ok(isReference(dependent));
  assert.deepEqual(dependent.keys, { InstanceID: `Microsoft:${two}` });
});

test("a standard checkpoint of a running machine keeps its memory, bounded and the same for the same checkpoint", async () => {
  await using scene = await Scene.open({ machine: { checkpointType: "standard", memoryMegabytes: 3 } });
  const id = await scene.host.createCheckpoint("web01", "one");
  const runtime = scene.native(`${SNAPSHOTS}\\${id}.vmrs`);
  const size = readFileSync(runtime).length;
  assert.ok(size > 3 * MIB && size < 4 * MIB, `${size}`);
  assert.equal((await machine(scene)).checkpoints[0]?.type, "standard");
});

test("a guest without integration services gets a standard checkpoint although production is wanted", async () => {
  await using scene = await Scene.open({ machine: { guest: { os: "linux", vss: "missing" } } });
  await scene.host.createCheckpoint("web01", "one");
  assert.equal((await machine(scene)).checkpoints[0]?.type, "standard");
});

test(
  "removing a checkpoint merges its disk into the parent, and the guest sees no difference",
  needs("7zz"),
  async () => {
    await using scene = await Scene.open();
    await write(scene, 512, 512);
    await scene.host.createCheckpoint("web01", "one");
    await write(scene, MIB - 512, 2 * MIB);
    await scene.host.createCheckpoint("web01", "two");
    await write(scene, 3 * MIB, 4096);
    const before = flat(await leaf(scene));
    await scene.host.removeCheckpoint("web01", "one");
    const { checkpoints, currentCheckpoint } = await machine(scene);
    assert.deepEqual(
      checkpoints.map(({ name, parent, disks }) => [name, parent, disks[0]?.path]),
      [["two", null, DISK]],
    );
    assert.equal(currentCheckpoint, checkpoints[0]?.id);
    assert.equal(flat(await leaf(scene)), before);
    assert.equal(readdirSync(scene.native("D:\\M")).length, 2);
    await scene.host.removeCheckpoint("web01", "two");
    assert.equal((await machine(scene)).disks[0]?.path, DISK);
    assert.equal(flat(scene.native(DISK)), before);
    assert.deepEqual(await scene.host.audit(), []);
  },
);

test(
  "applying a checkpoint gives its disk back, drops what came after, and leaves branches alone",
  needs("7zz"),
  async () => {
    await using scene = await Scene.open();
    const first = flat(scene.native(DISK));
    await scene.host.createCheckpoint("web01", "one");
    await write(scene, 0);
    await scene.host.createCheckpoint("web01", "two");
    const second = flat(await leaf(scene));
    await write(scene, 8192);
    const dropped = await leaf(scene);
    await scene.host.applyCheckpoint("web01", "one");
    assert.equal(flat(await leaf(scene)), first);
    assert.ok(!existsSync(dropped));
    assert.equal((await machine(scene)).state, "off");
    await scene.host.applyCheckpoint("web01", "two");
    assert.equal(flat(await leaf(scene)), second);
    assert.deepEqual(await scene.host.audit(), []);
  },
);

test("removing the checkpoint at a fork keeps the file that both branches need", needs("7zz"), async () => {
  await using scene = await Scene.open();
  await scene.host.createCheckpoint("web01", "root");
  await scene.host.createCheckpoint("web01", "left");
  await scene.host.applyCheckpoint("web01", "root");
  await scene.host.setState("web01", "running");
  await write(scene, 0);
  const before = flat(await leaf(scene));
  await scene.host.removeCheckpoint("web01", "root");
  assert.equal(flat(await leaf(scene)), before);
  assert.ok(existsSync(scene.native(DISK)));
  assert.deepEqual(await scene.host.audit(), []);
});

test("the live configuration names the new leaf after a user's checkpoint", async () => {
  await using scene = await Scene.open({ machine: { state: "off" } });
  await scene.host.createCheckpoint("web01", "one");
  const { id, disks } = await machine(scene);
  const path = scene.native(`C:\\ProgramData\\Microsoft\\Windows\\Hyper-V\\Virtual Machines\\${id}.vmcx`);
  await using file = await DriveFile.openToRead(path, path);
  const configuration = readMachineConfiguration(await openConfiguration(file));
  assert.equal(configuration.disks[0]?.path, disks[0]?.path);
  assert.deepEqual(
    configuration.checkpoints.map(({ name }) => name),
    ["one"],
  );
});

test(
  "a user's checkpoint in the middle of a hold survives the release, over the merged disk",
  needs("7zz"),
  async () => {
    await using scene = await Scene.open();
    const held = await scene.hold();
    await write(scene, 512, 512);
    await scene.host.createCheckpoint("web01", "in between");
    await write(scene, 2048, 1024);
    const before = flat(await leaf(scene));
    await scene.release(held);
    const { checkpoints } = await machine(scene);
    assert.equal(checkpoints[0]?.disks[0]?.path, DISK);
    assert.equal(flat(await leaf(scene)), before);
    assert.deepEqual(await scene.host.audit(), []);
  },
);

test("an open machine keeps its disk's write identities from its first write on; a new start gives new ones", async () => {
  await using scene = await Scene.open();
  const header = (): string => {
    const bytes = readFileSync(scene.native(DISK));
    const [one, two] = [bytes.subarray(65536), bytes.subarray(131072)];
    const newer = one.readBigUInt64LE(8) > two.readBigUInt64LE(8) ? one : two;
    return createHash("sha256").update(newer.subarray(16, 48)).digest("hex"); // file and data write GUID
  };
  const closed = header();
  await write(scene, 0);
  const first = header();
  assert.notEqual(first, closed);
  await write(scene, 4096);
  await write(scene, 8 * MIB);
  assert.equal(header(), first, "they changed with every write");
  await scene.host.setState("web01", "off");
  await scene.host.setState("web01", "running");
  await write(scene, 0);
  assert.notEqual(header(), first);
});

test("guests write only whole sectors inside their disks, and only while they run", async () => {
  await using scene = await Scene.open();
  const tries = [
    { disk: 0, offset: 100, bytes: new Uint8Array(512) },
    { disk: 0, offset: 0, bytes: new Uint8Array(100) },
    { disk: 0, offset: 16 * MIB, bytes: new Uint8Array(512) },
    { disk: 1, offset: 0, bytes: new Uint8Array(512) },
  ];
  for (const bad of tries) {
    await assert.rejects(scene.host.guestWrite("web01", bad), { code: "simulated-act-refused" });
  }
  await scene.host.setState("web01", "off");
  await assert.rejects(write(scene, 0), { code: "simulated-act-refused" });
  await assert.rejects(scene.host.guestWrite("nobody", { disk: 0, offset: 0, bytes: new Uint8Array(512) }), {
    code: "simulated-act-refused",
    message: /nobody/,
  });
});

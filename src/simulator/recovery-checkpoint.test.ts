import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { needs, run } from "../../test/testing/oracles.ts";
import { MIB } from "../base/index.ts";
import { textOf } from "../cim/index.ts";
import { openVhdx } from "../formats/vhdx/index.ts";
import { DriveFile } from "./drives/drive-file.ts";
import { SCENE_MACHINE, Scene } from "./testing/index.ts";

const DISK = "D:\\M\\m.vhdx";

function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

async function leafOf(scene: Scene): Promise<string> {
  return (await scene.host.state()).machines[0]?.disks[0]?.path ?? "";
}

test("`CreateSnapshot` of type 32768 answers 4096 with a job and no checkpoint, and shows one only when the job is complete", async () => {
  await using scene = await Scene.open();
  const result = await scene.createRecovery();
  assert.equal(result.returnValue, 4096);
  assert.equal(result.out["ResultingSnapshot"] ?? null, null);
  const job = result.out["Job"] as never;
  assert.deepEqual(await Array.fromAsync(scene.session.associators(job)), []);
  assert.equal((await scene.session.get(job))?.properties["JobState"], 4);
  assert.equal((await scene.ended(result))?.properties["JobState"], 7);
  const [made] = await Array.fromAsync(scene.session.associators(job));
  assert.equal(made?.properties["VirtualSystemType"], "Microsoft:Hyper-V:Snapshot:Recovery");
});

test("a recovery checkpoint freezes the disk, gives the machine a new leaf, and lists the frozen file as its own", async () => {
  await using scene = await Scene.open();
  const before = digest(scene.native(DISK));
  const checkpoint = await scene.hold();
  const leaf = await leafOf(scene);
  assert.match(leaf, /^D:\\M\\m_[0-9A-F-]{36}\.avhdx$/);
  const frozen = (await scene.all("Msvm_StorageAllocationSettingData")).filter((one) =>
    textOf(one, "InstanceID").startsWith(String(checkpoint.keys["InstanceID"])),
  );
  assert.deepEqual(
    frozen.map((one) => one.properties["HostResource"]),
    [[DISK]],
  );
  await scene.host.guestWrite("web01", { disk: 0, offset: 512, bytes: new Uint8Array(512).fill(9) });
  assert.equal(digest(scene.native(DISK)), before, "a guest's write reached the frozen file");
});

test("the new leaf is a differencing disk of the frozen one for libvhdi", needs("vhdiinfo"), async () => {
  await using scene = await Scene.open();
  await scene.hold();
  const text = run("vhdiinfo", [scene.native(await leafOf(scene))]);
  await using base = await openVhdx(await DriveFile.openToRead(scene.native(DISK), DISK));
  assert.match(text, /Disk type\s+: Differential/);
  assert.match(text, new RegExp(`Parent identifier\\s+: ${base.facts.dataWriteGuid}`, "i"));
});

test("releasing without a guest's write leaves every file as it was, byte for byte", async () => {
  await using scene = await Scene.open();
  const before = readdirSync(dirname(scene.native(DISK))).map((name) => [
    name,
    digest(scene.native(`D:\\M\\${name}`)),
  ]);
  await scene.release(await scene.hold());
  const after = readdirSync(dirname(scene.native(DISK))).map((name) => [
    name,
    digest(scene.native(`D:\\M\\${name}`)),
  ]);
  assert.deepEqual(after, before);
  assert.deepEqual(await scene.host.audit(), []);
});

test(
  "with `touchesHeaders` the same changes the file, and not what a guest sees",
  needs("qemu-img"),
  async () => {
    await using scene = await Scene.open({ machine: { touchesHeaders: true } });
    const [file, before] = [scene.native(DISK), digest(scene.native(DISK))];
    run("qemu-img", ["convert", "-f", "vhdx", "-O", "raw", file, `${file}.before`]);
    await scene.release(await scene.hold());
    assert.notEqual(digest(file), before);
    run("qemu-img", ["convert", "-f", "vhdx", "-O", "raw", file, `${file}.after`]);
    assert.equal(digest(`${file}.after`), digest(`${file}.before`));
  },
);

test(
  "while it is held and merged, what the guest wrote reads the same through the chain for 7-Zip and merged for QEMU",
  needs("7zz", "qemu-img"),
  async () => {
    await using scene = await Scene.open();
    const file = scene.native(DISK);
    run("qemu-img", ["convert", "-f", "vhdx", "-O", "raw", file, `${file}.raw`]);
    const expected = new Uint8Array(readFileSync(`${file}.raw`));
    const checkpoint = await scene.hold();
    for (const [offset, length] of [
      [512, 512],
      [MIB - 4096, 3 * MIB],
      [12 * MIB + 1024, 8192],
    ] as const) {
      const bytes = scene.entropy.bytes(length);
      expected.set(bytes, offset);
      await scene.host.guestWrite("web01", { disk: 0, offset, bytes });
    }
    const wanted = createHash("sha256").update(expected).digest("hex");
    const leaf = scene.native(await leafOf(scene));
    const flat = run("sh", ["-c", '7zz e -so -tvhdx "$1" 2>/dev/null | sha256sum', "sh", leaf]);
    assert.equal(flat.split(" ")[0], wanted);
    await scene.release(checkpoint);
    run("qemu-img", ["check", "-f", "vhdx", file]);
    run("qemu-img", ["convert", "-f", "vhdx", "-O", "raw", file, `${file}.raw`]);
    assert.equal(digest(`${file}.raw`), wanted);
    assert.equal(await leafOf(scene), DISK);
    assert.ok(!existsSync(leaf), "the merged file is still there");
  },
);

test("a held machine shows its jobs in its status: 32768 while it is made, 32772 while disks merge, nothing then", async () => {
  await using scene = await Scene.open();
  const status = async (): Promise<unknown> =>
    (await scene.all("Msvm_ComputerSystem")).find((one) => one.properties["Name"] === SCENE_MACHINE)
      ?.properties["OperationalStatus"];
  const made = await scene.createRecovery();
  assert.deepEqual(await status(), [11, 32768]);
  await scene.ended(made);
  const [checkpoint] = await Array.fromAsync(scene.session.associators(made.out["Job"] as never));
  const removal = await scene.invoke("Msvm_VirtualSystemSnapshotService", "DestroySnapshot", {
    AffectedSnapshot: checkpoint?.reference ?? null,
  });
  assert.deepEqual(await status(), [11, 32770]);
  await scene.ended(removal);
  assert.deepEqual(await status(), [11, 32772]);
  await scene.ended(removal);
  assert.deepEqual(await status(), [2]);
});

test("the checkpoint's own configuration and runtime files come with it and go with it", async () => {
  await using scene = await Scene.open();
  const checkpoint = await scene.hold();
  const id = String(checkpoint.keys["InstanceID"]).slice("Microsoft:".length);
  const folder = "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V\\Snapshots";
  const names = (await scene.host.files().list(folder)).map((one) => one.name);
  assert.deepEqual(names, [`${id}.vmcx`, `${id}.vmgs`, `${id}.vmrs`]);
  await scene.release(checkpoint);
  assert.deepEqual(await scene.host.files().list(folder), []);
});

test("a job goes on although its client is gone: the next one to look finds it complete", async () => {
  await using scene = await Scene.open();
  await scene.createRecovery();
  await scene.session[Symbol.asyncDispose]();
  scene.clock.advance(1000);
  assert.equal((await scene.host.state()).machines[0]?.recoveryCheckpoints?.length, 1);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { MIB } from "../base/index.ts";
import { openVhdxChain, parentCandidates } from "../formats/vhdx/index.ts";
import { guestWrite } from "./acts/guest-write.ts";
import { seededBytes } from "./acts/seeded-bytes.ts";
import { MachineFiles } from "./configuration/machine-files.ts";
import { HostDisks } from "./disks/host-disks.ts";
import { HostDrives } from "./drives/host-drives.ts";
import { OpenFiles } from "./drives/open-files.ts";
import { HostEngine } from "./host-engine.ts";
import { JobType, startHostJob } from "./state/host-jobs.ts";
import { HostStore } from "./state/host-store.ts";
import { machineOf } from "./state/lineage.ts";
import { DyingDrives } from "./testing/dying-drives.ts";
import { makeSmallDisk, SCENE_MACHINE, Scene } from "./testing/index.ts";

const BEFORE = seededBytes(11, MIB).subarray(0, 4096);
const WRITTEN = seededBytes(99, 4096);

async function sceneOfTwoDisks(): Promise<Scene> {
  const scene = await Scene.open();
  await makeSmallDisk(scene.native("D:\\M\\n.vhdx"), scene.entropy);
  await scene.edit((host) => {
    const machines = host["machines"] as { disks: unknown[] }[];
    machines[0]?.disks.push({ controller: "scsi", number: 0, location: 1, path: "D:\\M\\n.vhdx" });
  });
  return scene;
}

/** Holds the machine, lets its guest write, releases it; dies after so many operations on files. */
async function holdAndRelease(scene: Scene, drives: DyingDrives): Promise<void> {
  using store = new HostStore(scene.folder);
  const { clock, entropy } = scene;
  const disks = new HostDisks(drives, entropy);
  const openFiles = OpenFiles.of(scene.folder);
  const files = new MachineFiles(drives);
  const engine = new HostEngine(store, { drives, disks, files, openFiles, clock, entropy });
  const later = async (): Promise<void> => {
    clock.advance(50);
    await engine.act(async () => undefined);
  };
  const id = "0C0D1E2F-0000-4000-8000-000000000009";
  await engine.act(async (context) => {
    const machine = machineOf(context.host, "web01");
    const work = { kind: "create-recovery", id, consistency: "crash" };
    startHostJob(context.host, { type: JobType.create, machine, work }, context);
  });
  await later();
  await engine.act(async (context) => {
    await guestWrite(context, machineOf(context.host, "web01"), { disk: 0, offset: 0, bytes: WRITTEN });
  });
  await engine.act(async (context) => {
    const machine = machineOf(context.host, "web01");
    const work = { kind: "remove-checkpoint", checkpoint: id };
    startHostJob(context.host, { type: JobType.remove, machine, work }, context);
  });
  await later();
  await later();
}

/** The first 4 KiB that the guest sees now. */
async function firstBytes(scene: Scene): Promise<Uint8Array> {
  const drives = new HostDrives(scene.folder);
  const path = (await scene.host.state()).machines[0]?.disks[0]?.path ?? "";
  await using chain = await openVhdxChain(await drives.openToRead(path), {
    path,
    async openParent(locator, child) {
      const parent = parentCandidates(locator, child.path)[0]?.path ?? "";
      return { path: parent, source: await drives.openToRead(parent) };
    },
  });
  const bytes = new Uint8Array(4096);
  await chain.disk.read(bytes, 0);
  return bytes;
}

test("a host whose process is killed at any file that it touches is whole for the next: nothing lost, nothing left", async () => {
  let wasWritten = 0;
  for (let operations = 0; ; operations += 2) {
    await using scene = await sceneOfTwoDisks();
    const drives = new DyingDrives(scene.folder, operations);
    try {
      await holdAndRelease(scene, drives);
    } catch (error) {
      assert.ok(drives.died, String(error));
    }
    await scene.host.finishJobs();
    for (const { id } of (await scene.host.state()).machines[0]?.recoveryCheckpoints ?? []) {
      await scene.release({
        kind: "reference",
        namespace: "root\\virtualization\\v2",
        className: "Msvm_VirtualSystemSettingData",
        keys: { InstanceID: `Microsoft:${id}` },
      });
    }
    assert.deepEqual(await scene.host.audit(), [], `killed at operation ${operations}`);
    const { disks, id } = (await scene.host.state()).machines[0] ?? {};
    assert.deepEqual([id, disks?.[0]?.path], [SCENE_MACHINE, "D:\\M\\m.vhdx"], `${operations}`);
    const failed = (await scene.host.state()).hostJobs?.filter((job) => job.state === "failed");
    assert.deepEqual(failed, [], `killed at operation ${operations}`);
    const found = await firstBytes(scene);
    const isWritten = Buffer.compare(found, WRITTEN) === 0;
    assert.ok(isWritten || Buffer.compare(found, BEFORE) === 0, `torn at operation ${operations}`);
    if (isWritten) wasWritten++;
    else assert.equal(wasWritten, 0, `the write was lost again at operation ${operations}`);
    if (!drives.died) break;
  }
  assert.ok(wasWritten > 5, `only ${wasWritten} runs came past the guest's write`);
});

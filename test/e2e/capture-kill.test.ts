import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { test } from "node:test";
import { BackupScene, hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { dieAtMoments, posix } from "../testing/kill-points.ts";

const WINDOWS = {
  2012: { caption: "Windows Server 2012", version: "6.2.9200", productType: 3 },
  "2012 R2": { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 },
};

/** A host with two machines, backed up once, one with a user checkpoint. */
async function prepareRecent(folder: string): Promise<void> {
  await using scene = await BackupScene.open();
  await twoMachines(scene, { machine: {} });
  const { host, simulated } = await scene.simulated();
  await simulated.createCheckpoint("two", "by hand", { memory: true });
  await simulated.guestWrite("two", { disk: 0, offset: 4096, bytes: new Uint8Array(4096).fill(7) });
  const outcome = await scene.backup(host);
  assert.deepEqual(outcome.failed, []);
  cpSync(scene.folder, folder, { recursive: true });
}

/** The same on an older Windows, whose machines are held by shadow copies. */
async function prepareOlder(
  folder: string,
  how: { readonly os: object; readonly machine: object },
): Promise<void> {
  await using scene = await BackupScene.open();
  await twoMachines(scene, how);
  const { host, simulated } = await scene.simulated();
  await simulated.createCheckpoint("two", "by hand");
  const outcome = await scene.backup(host);
  assert.deepEqual(outcome.failed, []);
  await simulated.finishJobs();
  cpSync(scene.folder, folder, { recursive: true });
}

async function twoMachines(
  scene: BackupScene,
  how: { readonly os?: object; readonly machine: object },
): Promise<void> {
  const machines = ["one", "two"].map((name, at) => ({
    id: `7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B0${at}`,
    name,
    disks: [scsiDisk(0, `D:\\M\\${name}.vhdx`)],
    ...how.machine,
  }));
  for (const [at, { name }] of machines.entries()) {
    await scene.write(`host/drives/D/M/${name}.vhdx`, await smallDisk(at + 1));
  }
  const more = how.os === undefined ? {} : { os: how.os };
  await scene.write("host/host.json", hostJson(machines, more));
}

test(
  "a backup that is killed with SIGKILL leaves nothing behind after the next start, and no restore point is lost",
  posix,
  async (context) => {
    await dieAtMoments(context, {
      prepare: prepareRecent,
      moments: ["before CreateSnapshot", "after DestroySnapshot"],
      usualCount: 4,
    });
  },
);

test("the same on a 2012 R2 host, whose guests are online", posix, async (context) => {
  await dieAtMoments(context, {
    prepare: async (folder) => {
      const machine = { configurationVersion: "5.0", generation: 1 };
      await prepareOlder(folder, { os: WINDOWS["2012 R2"], machine });
    },
    moments: ["before run diskshadow.exe", "before sleep of the host"],
    usualCount: 2,
  });
});

test("the same on a 2012 host, whose guests are saved meanwhile and run again", posix, async (context) => {
  await dieAtMoments(context, {
    prepare: async (folder) => {
      const guest = { os: "none", vss: "missing" };
      const machine = { configurationVersion: "4.0", generation: 1, memoryMegabytes: 2, guest };
      await prepareOlder(folder, { os: WINDOWS[2012], machine });
    },
    moments: ["before run diskshadow.exe", "before sleep of the host"],
    usualCount: 2,
  });
});

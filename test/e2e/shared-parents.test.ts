import assert from "node:assert/strict";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { BackupScene, hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";

const WEB = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01", name: "web01" };
const DB = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02", name: "zdb01" };
const BASE = "D:\\M\\base.vhdx";
const FIRST = "D:\\M\\first.avhdx";
const SECOND = "D:\\M\\second.avhdx";

/** Two differencing disks of one parent: a checkpoint's new leaf, and a copy of it. */
async function twoChildren(scene: BackupScene): Promise<void> {
  await scene.write("host/drives/D/M/base.vhdx", await smallDisk(1));
  await scene.write("host/host.json", hostJson([{ ...WEB, state: "off", disks: [scsiDisk(0, BASE)] }]));
  const { simulated } = await scene.simulated();
  await simulated.createCheckpoint("web01", "one");
  const { machines } = JSON.parse(await readFile(join(scene.folder, "host/host.json"), "utf8")) as {
    machines: readonly { disks: readonly { path: string }[] }[];
  };
  const leaf = machines[0]?.disks[0]?.path ?? "";
  const folder = join(scene.folder, "host/drives/D/M");
  for (const name of ["first.avhdx", "second.avhdx"]) {
    await copyFile(join(folder, leaf.slice("D:\\M\\".length)), join(folder, name));
  }
}

const pathsOf = (point: { readonly files: readonly { path: string; role: string }[] } | undefined): unknown =>
  point?.files
    .filter(({ role }) => role === "disk")
    .map(({ path }) => path)
    .sort();

test("a parent of an excluded disk that another disk needs is kept, and nothing that only the excluded one needs", async () => {
  await using scene = await BackupScene.open();
  await twoChildren(scene);
  const disks = [scsiDisk(0, FIRST), scsiDisk(1, SECOND)];
  await scene.write("host/host.json", hostJson([{ ...WEB, state: "off", disks }]));
  const { host } = await scene.simulated();
  const exclusion = { text: "second.*", disks: { pattern: "second.*" } };
  const one = await scene.backup(host, { wishes: { excludeDisks: [exclusion] } });
  assert.deepEqual(one.failed, []);
  assert.deepEqual(pathsOf(one.points[0]), [BASE, FIRST]);
  const both = [exclusion, { text: "first.*", disks: { pattern: "first.*" } }];
  const none = await scene.backup(host, { wishes: { excludeDisks: both } });
  assert.deepEqual(pathsOf(none.points[0]), []);
});

test("a parent that disks of two machines share is in both restore points, and stored once", async () => {
  await using scene = await BackupScene.open();
  await twoChildren(scene);
  await scene.write(
    "host/host.json",
    hostJson([
      { ...WEB, state: "off", disks: [scsiDisk(0, FIRST)] },
      { ...DB, state: "off", disks: [scsiDisk(0, SECOND)] },
    ]),
  );
  const { host } = await scene.simulated();
  const { points, failed } = await scene.backup(host);
  assert.deepEqual(failed, []);
  assert.deepEqual(points.map(pathsOf), [
    [BASE, FIRST],
    [BASE, SECOND],
  ]);
  assert.ok((points[0]?.bytesNew ?? 0) > 256 * 1024);
  assert.ok((points[1]?.bytesNew ?? 0) < 256 * 1024, `${points[1]?.bytesNew} bytes were stored again`);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { StillpointError } from "../../src/base/index.ts";
import { BackupScene, hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";

const WEB = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01", name: "web01" };
const DB = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02", name: "zdb01" };

test("a machine whose disk stays locked after a power loss fails with the file's name, is let go, and others succeed", async () => {
  await using scene = await BackupScene.open();
  const machines = [
    { ...WEB, disks: [scsiDisk(0, "D:\\M\\web.vhdx")] },
    { ...DB, disks: [scsiDisk(0, "D:\\M\\db.vhdx")] },
  ];
  await scene.write("host/drives/D/M/web.vhdx", await smallDisk(1));
  await scene.write("host/drives/D/M/db.vhdx", await smallDisk(2));
  const faults = [{ method: "open", instead: { errorCode: 32, reason: "locked" } }];
  await scene.write("host/host.json", hostJson(machines, { faults }));
  const { host, simulated } = await scene.simulated();
  const { points, failed } = await scene.backup(host);
  assert.deepEqual(
    points.map(({ machine }) => machine.name),
    ["zdb01"],
  );
  const [failure] = failed;
  assert.ok(failure?.error instanceof StillpointError);
  assert.equal(failure.error.code, "host-file-locked");
  assert.match(failure.error.message, /web\.vhdx/);
  assert.deepEqual(failure.leftBehind, []);
  assert.deepEqual(await simulated.audit(), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { BackupScene, hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";

const MACHINE = {
  id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01",
  name: "web01",
  disks: [scsiDisk(0, "D:\\M\\w.vhdx")],
};

// the switch checkpointFilesLocked of docs/unconfirmed.md: both answers give a restore point, and the label says which
for (const checkpointFilesLocked of [false, true]) {
  test(`a machine is backed up where its checkpoints' files are ${checkpointFilesLocked ? "locked" : "readable"} while it runs`, async () => {
    await using scene = await BackupScene.open();
    await scene.write("host/drives/D/M/w.vhdx", await smallDisk(1));
    await scene.write("host/host.json", hostJson([MACHINE], { assumptions: { checkpointFilesLocked } }));
    const { host, simulated } = await scene.simulated();
    await simulated.createCheckpoint("web01", "by hand", { memory: true });
    const { points, failed } = await scene.backup(host);
    assert.deepEqual(failed, []);
    const [point] = points;
    assert.equal(point?.consistency, "application");
    const codes = new Set(point?.warnings.map(({ code }) => code));
    assert.equal(codes.has("checkpoint-not-covered"), checkpointFilesLocked);
    assert.deepEqual(await simulated.audit(), []);
    const restored = await scene.restoreExact(point?.id ?? "");
    const drives = await scene.hashes("host/drives");
    assert.equal(restored.get("D/M/w.vhdx"), drives.get("D/M/w.vhdx"));
  });
}

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InterruptedError } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { BackupScene, hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { Moments } from "../testing/moments.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? "20260503");
/** STILLPOINT_INTERRUPTIONS=all interrupts at every moment, which takes long; a number says how many are drawn. */
const WANTED = process.env["STILLPOINT_INTERRUPTIONS"] ?? "12";

describe("a backup that is interrupted before or after any call", () => {
  test("has let the machine go, has left nothing, and has written nothing more", async (context) => {
    await using scene = await BackupScene.open();
    await scene.write("host/drives/D/M/one.vhdx", await smallDisk(1));
    const id = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";
    const disks = [scsiDisk(0, "D:\\M\\one.vhdx")];
    await scene.write("host/host.json", hostJson([{ id, name: "one", disks }]));
    let interruption = new AbortController();
    let last = 0;
    const moments = new Moments(() => {
      if (--last === 0) interruption.abort();
    });
    const { host, simulated } = await scene.simulated((session) => moments.session(session));
    const machines = await host.machines();
    moments.names.length = 0;
    assert.equal((await scene.backup(host, { machines })).points.length, 1);
    const count = moments.names.length;
    const before = await scene.hashes("host/drives");
    const entropy = new SeededEntropy(SEED);
    const all = Array.from({ length: count }, (_, at) => at + 1);
    const drawn =
      WANTED === "all" ? all : Array.from({ length: Number(WANTED) }, () => 1 + entropy.below(count));
    for (const moment of drawn) {
      const name = `interrupted at moment ${moment} of ${count} (seed ${SEED}): ${moments.names[moment - 1]}`;
      await context.test(name, async () => {
        const points = await Array.fromAsync(scene.vault.points());
        interruption = new AbortController();
        last = moment;
        const outcome = await scene.backup(host, { machines, signal: interruption.signal });
        assert.ok(interruption.signal.aborted);
        assert.deepEqual(await simulated.audit(), []);
        assert.deepEqual(await scene.hashes("host/drives"), before);
        assert.ok(outcome.endedBy instanceof InterruptedError);
        assert.equal((await Array.fromAsync(scene.vault.points())).length, points.length);
      });
    }
  });
});

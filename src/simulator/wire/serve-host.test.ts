import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noEvents } from "../../base/index.ts";
import type { CimSession } from "../../cim/index.ts";
import { type HypervHost, openHypervHost, USUAL_PATIENCE } from "../../hyperv/index.ts";
import { MemoryJournal } from "../../hyperv/testing/index.ts";
import { SCENE_MACHINE, type Scene, WireScene } from "../testing/index.ts";

const RELEASES = {
  "2008 R2": { version: "6.1.7601", configurationVersion: "1.0", disk: "D:\\M\\m.vhdx" },
  "2012 R2": { version: "6.3.9600", configurationVersion: "5.0", disk: "D:\\M\\m.vhdx" },
  "2019": { version: "10.0.17763", configurationVersion: "9.0", disk: "D:\\M\\m.vhdx" },
  "2025": { version: "10.0.26100", configurationVersion: "12.0", disk: "D:\\M\\m.vhdx" },
};
const OTHER = {
  id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02",
  name: "2008",
  state: "saved",
  generation: 1,
  configurationVersion: "5.0",
  disks: [
    { controller: "ide", number: 1, location: 1, path: "D:\\M\\other.vhdx" },
    { controller: "scsi", number: 0, location: 3, physicalDisk: { number: 4, bytes: 4_398_046_511_104 } },
  ],
  networkAdapters: [{ name: "LAN", mac: "00:15:5d:00:00:01", switch: "Außen & <innen>", connected: false }],
};

const hostOf = async (scene: Scene, session: CimSession): Promise<HypervHost> =>
  await openHypervHost({
    session,
    files: scene.host.files(),
    clock: scene.clock,
    entropy: scene.entropy,
    journal: new MemoryJournal(),
    hostKey: "wire",
  });

describe("serveSimulatedHost()", () => {
  for (const [release, { version, configurationVersion }] of Object.entries(RELEASES)) {
    test(`gives the inventory of a ${release} host as the host itself gives it`, async () => {
      const os = { caption: `Windows Server ${release}`, version, productType: 3 };
      await using there = await WireScene.open({
        host: { os },
        machine: {
          configurationVersion,
          generation: release === "2008 R2" ? 1 : 2,
          replication: { mode: "replica", state: "suspended", health: "warning" },
        },
        others: [OTHER],
      });
      await there.scene.host.createCheckpoint("web01", "before & after");
      const inside = await hostOf(there.scene, there.scene.session);
      const outside = await hostOf(there.scene, there.session);
      assert.deepEqual(outside.facts, inside.facts);
      const inventory = await outside.inventory();
      assert.equal(inventory.length, 2);
      assert.deepEqual(inventory, await inside.inventory());
      assert.deepEqual(await outside.machines(), await inside.machines());
      assert.deepEqual(there.failures, []);
    });
  }

  test("lets a machine be held and released, application-consistent, and leaves nothing", async () => {
    await using there = await WireScene.open();
    const host = await hostOf(there.scene, there.session);
    const machine = (await host.machines())[0];
    assert.equal(machine?.id, SCENE_MACHINE.toLowerCase());
    const held = await host.hold(machine.id, {
      events: noEvents,
      step: "s1",
      patience: USUAL_PATIENCE,
      run: "run-1",
    });
    assert.equal(held.reached, "application");
    const { machines } = await there.scene.host.state();
    assert.equal(machines[0]?.recoveryCheckpoints?.length, 1);
    const released = await held.release();
    assert.deepEqual(released.leftBehind, []);
    assert.deepEqual(await there.scene.host.audit(), []);
  });
});

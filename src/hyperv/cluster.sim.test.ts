import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Clock } from "../base/index.ts";
import { openSimulatedHost } from "../simulator/index.ts";
import { Scene } from "../simulator/testing/index.ts";
import {
  ClusteredGuestNotSavedError,
  MachineChangedError,
  MachineNotFoundError,
  MachineOnOtherNodeError,
} from "./errors.ts";
import { type HypervHost, openHypervHost } from "./hyperv-host.ts";
import { MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostOf, MACHINE } from "./testing/scene-host.ts";

/** Changes the scene's machine behind everybody's back. */
async function edit(scene: Scene, change: (machine: Record<string, unknown>) => void): Promise<void> {
  await scene.edit((host) => {
    const [machine] = (host as unknown as { machines: Record<string, unknown>[] }).machines;
    if (machine !== undefined) change(machine);
  });
}

/** The same disks and machines as another node of the cluster has them. */
async function otherNode(scene: Scene, name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-node-"));
  await cp(scene.folder, folder, { recursive: true });
  const path = join(folder, "host.json");
  const state = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...state, name }));
  return folder;
}

test("a machine that another node runs is no machine of this one, and `hold()` says where it is", async () => {
  await using scene = await Scene.open({ machine: { clusterOwner: "HV02" } });
  const host = await hostOf(scene, new MemoryJournal());
  assert.deepEqual(await host.machines(), []);
  assert.deepEqual(await host.elsewhere(), [{ id: MACHINE, name: "web01", node: "HV02" }]);
  await assert.rejects(host.hold(MACHINE, holdOptions()), (error) => {
    assert.ok(error instanceof MachineOnOtherNodeError);
    assert.equal(error.node, "HV02");
    assert.match(error.message, /"web01" from "HV01": it is on node "HV02"/);
    return true;
  });
});

test("a clustered machine of this node is held like any other", async () => {
  await using scene = await Scene.open({ machine: { clusterOwner: "HV01" } });
  const host = await hostOf(scene, new MemoryJournal());
  assert.deepEqual(await host.elsewhere(), []);
  {
    await using held = await host.hold(MACHINE, holdOptions());
    assert.equal(held.reached, "application");
  }
  assert.deepEqual(await scene.host.audit(), []);
});

test("a host without a cluster has no machines elsewhere", async () => {
  await using scene = await Scene.open();
  assert.deepEqual(await (await hostOf(scene, new MemoryJournal())).elsewhere(), []);
});

test("a clustered machine that would have to be saved is refused before anything is made", async () => {
  await using scene = await Scene.open({
    host: { os: { caption: "Windows Server 2012", version: "6.2.9200", productType: 3 } },
    machine: {
      clusterOwner: "HV01",
      configurationVersion: "4.0",
      guest: { os: "windows", vss: "missing" },
    },
  });
  const journal = new MemoryJournal();
  const host = await hostOf(scene, journal);
  const [machine] = await host.machines();
  assert.equal(machine?.forecast.refusal?.code, "clustered-guest-not-saved");
  await assert.rejects(host.hold(MACHINE, holdOptions()), ClusteredGuestNotSavedError);
  assert.deepEqual(journal.acts, []);
});

test("what was made of a machine that moved while it was held is removed by the node that has it now", async () => {
  await using scene = await Scene.open({ machine: { clusterOwner: "HV01" } });
  const journal = new MemoryJournal();
  const host = await hostOf(scene, journal);
  const held = await host.hold(MACHINE, holdOptions());
  await edit(scene, (machine) => {
    machine["clusterOwner"] = "HV02";
  });
  await assert.rejects(held.confirmUnchanged(), MachineChangedError);
  const { leftBehind } = await held.release();
  assert.match(leftBehind[0] ?? "", /machine "web01": it is on node "HV02" of the cluster now/);
  assert.equal(journal.entries.length, 1, "nobody would remove it");
  journal.die();
  const again = await (await hostOf(scene, journal)).cleanUp();
  assert.deepEqual([again.removed, again.leftBehind.length], [[], 1]);
  assert.equal(journal.entries.length, 1);

  const folder = await otherNode(scene, "HV02");
  try {
    const { clock, entropy } = scene;
    await using node = await openSimulatedHost(folder, { clock, entropy });
    const session = node.session();
    const files = node.files();
    journal.die();
    const other = await openHypervHost({ session, files, clock, entropy, journal, hostKey: "sim:HV02" });
    const cleaned = await other.cleanUp();
    assert.deepEqual(cleaned.leftBehind, []);
    assert.match(cleaned.removed[0] ?? "", /machine "web01": its backup checkpoint/);
    assert.deepEqual(await node.audit(), []);
    assert.deepEqual(journal.entries, []);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("`cleanUp()` of a replica's host leaves alone what the journal says of its original, which has the same id", async () => {
  await using original = await Scene.open();
  await using replica = await Scene.open({
    machine: { state: "off", replication: { mode: "replica", state: "replicating" } },
  });
  const journal = new MemoryJournal();
  await (await hostOf(original, journal)).hold(MACHINE, holdOptions());
  journal.die();
  const { clock, entropy } = replica;
  const session = replica.session;
  const files = replica.host.files();
  const host = await openHypervHost({ session, files, clock, entropy, journal, hostKey: "sim:replica" });
  assert.deepEqual(await host.cleanUp(), { removed: [], leftBehind: [] });
  assert.equal(journal.entries.length, 1);
});

/** A client whose long pauses are when somebody else acts. */
async function hostWithPauses(scene: Scene, act: () => Promise<void>): Promise<HypervHost> {
  const { session, entropy } = scene;
  const clock: Clock = {
    now: () => scene.clock.now(),
    monotonicMs: () => scene.clock.monotonicMs(),
    sleep: async (milliseconds, options) => {
      if (milliseconds >= 10_000) await act();
      await scene.clock.sleep(milliseconds, options);
    },
  };
  const files = scene.host.files();
  const journal = new MemoryJournal();
  return await openHypervHost({ session, files, clock, entropy, journal, hostKey: "sim:test" });
}

test("a machine that goes to another node in the middle fails the next attempt with the node's name", async () => {
  await using scene = await Scene.open({ machine: { clusterOwner: "HV01", busyFor: 1 } });
  const host = await hostWithPauses(scene, async () => {
    await edit(scene, (machine) => {
      machine["clusterOwner"] = "HV02";
    });
  });
  await assert.rejects(host.hold(MACHINE, holdOptions()), MachineOnOtherNodeError);
});

test("a machine that is deleted while it is waited for is not found any more", async () => {
  await using scene = await Scene.open({ machine: { busyFor: 1 } });
  const host = await hostWithPauses(scene, async () => {
    await scene.edit((state) => {
      state["machines"] = [];
    });
  });
  await assert.rejects(host.hold(MACHINE, holdOptions()), MachineNotFoundError);
});

test("`confirmUnchanged()` finds a disk that was added or taken away while the machine was held", async () => {
  const gained = { controller: "scsi", number: 0, location: 5, path: "D:\\M\\more.vhdx" };
  const acts: ((machine: Record<string, unknown>) => void)[] = [
    (machine) => (machine["disks"] as unknown[]).push(gained),
    (machine) => {
      machine["disks"] = [];
    },
  ];
  for (const act of acts) {
    await using scene = await Scene.open();
    const host = await hostOf(scene, new MemoryJournal());
    const held = await host.hold(MACHINE, holdOptions());
    await held.confirmUnchanged();
    await edit(scene, act);
    await assert.rejects(held.confirmUnchanged(), MachineChangedError);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Scene } from "../simulator/testing/index.ts";
import type { HeldMachine } from "./held-machine.ts";
import { MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostOf, MACHINE } from "./testing/scene-host.ts";

/** What `hold()` tells of a machine that can be held all the same; the host is as it was afterwards. */
async function codesOf(
  machine: Readonly<Record<string, unknown>>,
  look: (held: HeldMachine, scene: Scene) => void = () => undefined,
): Promise<readonly string[]> {
  await using scene = await Scene.open({ machine });
  const journal = new MemoryJournal();
  const host = await hostOf(scene, journal);
  await using held = await host.hold(MACHINE, holdOptions());
  look(held, scene);
  const codes = held.warnings.map(({ code }) => code);
  assert.deepEqual((await held.release()).leftBehind, []);
  assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
  return codes;
}

test("`hold()` holds a machine whose health is critical, running or off, and says so", async () => {
  assert.deepEqual(await codesOf({ healthCritical: true }), ["machine-health-critical"]);
  assert.deepEqual(await codesOf({ healthCritical: true, state: "off" }), ["machine-health-critical"]);
});

test("`hold()` tells of checkpoints that the host cannot find, and takes none of them for one", async () => {
  const codes = await codesOf({ missingCheckpoints: 2 }, (held) => {
    assert.deepEqual(held.tree.checkpoints, []);
    const [warning] = held.warnings;
    assert.match(warning?.message ?? "", /^2 of its checkpoints are marked as missing/);
  });
  assert.deepEqual(codes, ["checkpoint-missing"]);
});

test("`hold()` tells that a virtual TPM binds the machine to this host", async () => {
  assert.deepEqual(await codesOf({ vtpm: true }), ["vtpm-bound-to-host"]);
});

test("`hold()` tells of a checkpoint disk that an unfinished merge left, and holds the whole chain", async () => {
  await using scene = await Scene.open();
  const id = await scene.host.createCheckpoint("web01", "one");
  const leaf = (await scene.host.state()).machines[0]?.disks[0]?.path;
  // the checkpoint is gone, its disk is not: as after a merge that was never done
  await scene.edit((host) => {
    const [machine] = (host as unknown as { machines: Record<string, unknown>[] }).machines;
    if (machine === undefined) return;
    machine["checkpoints"] = [];
    delete machine["currentCheckpoint"];
  });
  const host = await hostOf(scene, new MemoryJournal());
  await using held = await host.hold(MACHINE, holdOptions());
  assert.deepEqual(
    held.warnings.map(({ code }) => code),
    ["checkpoint-disk-orphaned"],
  );
  assert.deepEqual(
    held.disks.map(({ viewLeaf }) => viewLeaf),
    [leaf],
  );
  assert.ok(id);
});

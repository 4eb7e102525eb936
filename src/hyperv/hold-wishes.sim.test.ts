import assert from "node:assert/strict";
import { test } from "node:test";
import { Scene, type SceneOptions } from "../simulator/testing/index.ts";
import { CaptureMethodNotAvailableError, MethodNotPossibleError } from "./errors.ts";
import type { HeldMachine } from "./held-machine.ts";
import type { HoldWishes } from "./hold-wishes.ts";
import { MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostOf, hostWithPrograms, MACHINE } from "./testing/scene-host.ts";

const R2 = { os: { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 } };

/** Holds the scene's machine as it is wished for, and sees that the host is as it was. */
async function heldAs(
  wishes: HoldWishes,
  options: SceneOptions,
  look: (held: HeldMachine, scene: Scene) => void | Promise<void>,
): Promise<void> {
  await using scene = await Scene.open(options);
  const journal = new MemoryJournal();
  const host = await hostWithPrograms(scene, journal);
  {
    await using held = await host.hold(MACHINE, holdOptions(wishes));
    await look(held, scene);
    await held.confirmUnchanged();
    assert.deepEqual((await held.release()).leftBehind, []);
  }
  assert.deepEqual(await scene.host.audit(), []);
  assert.deepEqual(journal.entries, []);
}

test("`hold()` takes the shadow copy where it is asked for, on a host that would make a checkpoint", async () => {
  await heldAs({ method: "shadow-copy" }, {}, (held) => {
    assert.deepEqual([held.method, held.reached], ["shadow-copy", "application"]);
  });
  await heldAs({ method: "shadow-copy" }, { machine: { state: "off" } }, (held) => {
    assert.deepEqual([held.method, held.reached], ["shadow-copy", "crash"]);
  });
});

test("`hold()` refuses a method that the host has not, before anything is made", async () => {
  await using scene = await Scene.open({ host: R2, machine: { configurationVersion: "5.0" } });
  const journal = new MemoryJournal();
  const host = await hostWithPrograms(scene, journal);
  const wished = holdOptions({ method: "recovery-checkpoint" });
  await assert.rejects(host.hold(MACHINE, wished), MethodNotPossibleError);
  assert.deepEqual(journal.acts, []);
});

test("`hold()` refuses the shadow copy where no program can be run, before anything is made", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  const host = await hostOf(scene, journal);
  const wished = holdOptions({ method: "shadow-copy" });
  await assert.rejects(host.hold(MACHINE, wished), CaptureMethodNotAvailableError);
  assert.deepEqual(journal.acts, []);
});

test("`hold()` makes no shadow copy of a machine without checkpoints where only a recovery checkpoint is asked for", async () => {
  await using scene = await Scene.open({
    host: { assumptions: { disabledTypeRefusesRecovery: true } },
    machine: { checkpointType: "disabled" },
  });
  const journal = new MemoryJournal();
  const host = await hostWithPrograms(scene, journal);
  const wished = holdOptions({ method: "recovery-checkpoint" });
  await assert.rejects(host.hold(MACHINE, wished), CaptureMethodNotAvailableError);
  assert.deepEqual(journal.entries, []);
  assert.deepEqual((await scene.host.state()).programRuns ?? [], []);
});

test("`hold()` leaves excluded disks out of the held disks and out of the tree, by checkpoint and by shadow copy", async () => {
  const excludeDisks = [{ text: "m.vhdx", disks: { pattern: "m.vhdx" } }];
  for (const method of ["recovery-checkpoint", "shadow-copy"] as const) {
    await using scene = await Scene.open();
    await scene.host.createCheckpoint("web01", "one");
    const host = await hostWithPrograms(scene, new MemoryJournal());
    await using held = await host.hold(MACHINE, holdOptions({ method, excludeDisks }));
    assert.equal(held.method, method);
    assert.deepEqual(held.disks, []);
    assert.deepEqual(
      held.tree.checkpoints.map(({ name, disks }) => [name, disks]),
      [["one", []]],
    );
    assert.deepEqual(
      held.uncovered.map(({ why }) => why),
      ["It was left out on request (m.vhdx)"],
    );
    assert.deepEqual(
      held.warnings.filter(({ code }) => code === "disk-not-in-checkpoint"),
      [],
    );
  }
});

test("`hold()` keeps the memory beside a shadow copy as well", async () => {
  await heldAs({ memory: "include" }, { host: R2, machine: { configurationVersion: "5.0" } }, (held) => {
    assert.deepEqual([held.method, held.reached, held.memory.kept], ["shadow-copy", "application", true]);
    assert.deepEqual(
      held.tree.checkpoints.map(({ madeForMemory }) => madeForMemory),
      [true],
    );
  });
});

test("`hold()` warns of a disk image that is not there, and of none that is", async () => {
  const images = ["D:\\M\\m.vhdx", "D:\\iso\\gone.iso"];
  await heldAs({}, { machine: { images } }, (held) => {
    const found = held.warnings.filter(({ code }) => code === "image-not-found");
    assert.equal(found.length, 1);
    assert.match(found[0]?.message ?? "", /"D:\\iso\\gone\.iso" in one of its drives is not there/);
    assert.equal(held.disks.length, 1, "an image is no disk");
  });
});

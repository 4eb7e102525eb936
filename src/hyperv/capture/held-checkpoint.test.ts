import assert from "node:assert/strict";
import { test } from "node:test";
import { InternalError, type RunEvent } from "../../base/index.ts";
import { Scene } from "../../simulator/testing/index.ts";
import { MemoryJournal } from "../testing/index.ts";
import { holdOptions, hostOf, MACHINE } from "../testing/scene-host.ts";

test("releasing twice releases once, and gives the same report", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  const held = await host.hold(MACHINE, holdOptions());
  const [first, second] = await Promise.all([held.release(), held.release()]);
  assert.equal(first, second);
  await held[Symbol.asyncDispose]();
  assert.equal(journal.acts.filter((act) => act === "strike").length, 1);
});

test("`confirmUnchanged()` after the release is a mistake of the program", async () => {
  await using scene = await Scene.open();
  await using host = await hostOf(scene, new MemoryJournal());
  const held = await host.hold(MACHINE, holdOptions());
  await held.release();
  await assert.rejects(held.confirmUnchanged(), InternalError);
});

test("disposing names what it had to leave behind, and throws nothing over the error that ended the run", async () => {
  await using scene = await Scene.open();
  await using host = await hostOf(scene, new MemoryJournal());
  const options = holdOptions();
  await using readers = new AsyncDisposableStack();
  await assert.rejects(async () => {
    await using held = await host.hold(MACHINE, options);
    readers.use(await scene.host.files().open(held.disks[0]?.viewLeaf ?? ""));
    throw new RangeError("the run's own error");
  }, RangeError);
  const warned = (event: RunEvent): boolean =>
    event.type === "step-warning" && event.notice.code === "left-behind";
  assert.equal(options.said.filter(warned).length, 1);
});

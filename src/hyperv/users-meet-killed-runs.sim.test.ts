import assert from "node:assert/strict";
import { test } from "node:test";
import { Scene } from "../simulator/testing/index.ts";
import { KilledError, MemoryJournal } from "./testing/index.ts";
import { hostOf } from "./testing/scene-host.ts";
import { run, tellingCalls } from "./testing/struck-run.ts";

test("a run that is killed, and whose machine a user then gives a checkpoint, leaves nothing after the next start", async () => {
  await using scene = await Scene.open();
  for (const at of await tellingCalls(scene)) {
    const killed = `killed after call ${at}`;
    const journal = new MemoryJournal();
    const { error } = await run(scene, journal, { at, when: "after", error: "kill" });
    assert.ok(error instanceof KilledError, `${killed}: it went on`);
    await scene.host.finishJobs();
    await scene.host.createCheckpoint("web01", "users");
    journal.die();
    const { leftBehind } = await (await hostOf(scene, journal)).cleanUp();
    assert.deepEqual(leftBehind, [], killed);
    assert.deepEqual(await scene.host.audit(), [], killed);
    assert.deepEqual(journal.entries, [], killed);
    const [machine] = (await scene.host.state()).machines;
    assert.deepEqual(
      machine?.checkpoints.map(({ name }) => name),
      ["users"],
      `${killed}: the user's checkpoint is gone`,
    );
    await scene.host.removeCheckpoint("web01", "users");
  }
});

test("a run that is killed, and whose machine a user then deletes, is struck from the journal", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  await run(scene, journal, { at: (await tellingCalls(scene)).at(-4) ?? 0, when: "before", error: "kill" });
  assert.equal(journal.entries.length, 1);
  await scene.edit((host) => {
    (host as unknown as { machines: unknown[] }).machines = [];
  });
  journal.die();
  const { leftBehind } = await (await hostOf(scene, journal)).cleanUp();
  assert.ok(leftBehind.some((sentence) => /not on this host any more/.test(sentence)));
});

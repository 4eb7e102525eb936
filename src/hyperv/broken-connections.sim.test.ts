import assert from "node:assert/strict";
import { test } from "node:test";
import { StillpointError } from "../base/index.ts";
import { CimConnectionError } from "../cim/index.ts";
import { Scene } from "../simulator/testing/index.ts";
import { MemoryJournal } from "./testing/index.ts";
import { hostOf } from "./testing/scene-host.ts";
import { run, tellingCalls } from "./testing/struck-run.ts";

for (const when of ["before", "after"] as const) {
  test(`a run whose connection breaks once, ${when} any call, releases what it made or the next start does`, async () => {
    await using scene = await Scene.open();
    for (const at of await tellingCalls(scene)) {
      const broken = `broken ${when} call ${at}`;
      const journal = new MemoryJournal();
      const blip = (): Error => new CimConnectionError("Cannot go on: the connection broke");
      const { error, leftBehind } = await run(scene, journal, { at, when, error: blip });
      assert.ok(error === undefined || error instanceof StillpointError, broken);
      if (leftBehind.length === 0 && error === undefined) {
        assert.deepEqual(journal.entries, [], broken);
        assert.deepEqual(await scene.host.audit(), [], broken);
      }
      journal.die();
      assert.deepEqual((await (await hostOf(scene, journal)).cleanUp()).leftBehind, [], broken);
      assert.deepEqual(await scene.host.audit(), [], broken);
    }
  });
}

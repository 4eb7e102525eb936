import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Scene } from "../simulator/testing/index.ts";
import { KilledError, MemoryJournal } from "./testing/index.ts";
import { hostOf } from "./testing/scene-host.ts";
import { run, tellingCalls } from "./testing/struck-run.ts";

const DISK = "D:\\M\\m.vhdx";
const include = { memory: "include" } as const;

function digest(scene: Scene): string {
  return createHash("sha256")
    .update(readFileSync(scene.native(DISK)))
    .digest("hex");
}

for (const when of ["before", "after"] as const) {
  test(`a run with memory that is killed ${when} any of its calls leaves nothing once \`cleanUp()\` has run`, async () => {
    await using scene = await Scene.open();
    const before = digest(scene);
    for (const at of await tellingCalls(scene, include)) {
      const killed = `killed ${when} call ${at}`;
      const journal = new MemoryJournal();
      const { error } = await run(scene, journal, { at, when, error: "kill", wishes: include });
      assert.ok(error instanceof KilledError, `${killed}: it went on`);
      journal.die();
      const { leftBehind } = await (await hostOf(scene, journal)).cleanUp();
      assert.deepEqual(leftBehind, [], killed);
      const [machine] = (await scene.host.state()).machines;
      assert.deepEqual([machine?.checkpoints, machine?.checkpointType], [[], "production"], killed);
      assert.deepEqual(await scene.host.audit(), [], killed);
      assert.deepEqual(journal.entries, [], killed);
      assert.equal(digest(scene), before, `${killed}: the disk is another`);
    }
  });
}

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Scene } from "../simulator/testing/index.ts";
import { killHolds } from "./testing/killed-holds.ts";

const DISK = "D:\\M\\m.vhdx";

function digest(scene: Scene): string {
  return createHash("sha256")
    .update(readFileSync(scene.native(DISK)))
    .digest("hex");
}

test("a run with memory that is killed at any of its acts leaves nothing once `cleanUp()` has run", async () => {
  await using scene = await Scene.open();
  const before = digest(scene);
  await killHolds(scene, {
    wishes: { memory: "include" },
    fewest: 20,
    confirm: async (_journal, when) => {
      const [machine] = (await scene.host.state()).machines;
      assert.deepEqual([machine?.checkpoints, machine?.checkpointType], [[], "production"], when);
      assert.equal(digest(scene), before, `${when}: the disk is another`);
    },
  });
});

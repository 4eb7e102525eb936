import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openOlderScene, type Scene } from "../simulator/testing/index.ts";
import { openHypervHost } from "./hyperv-host.ts";
import { KilledError, MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostWithPrograms, MACHINE } from "./testing/scene-host.ts";
import { struckPorts } from "./testing/struck-ports.ts";

/** A prime, so that every kind of act is met once in a while; `test/e2e/capture-kill.test.ts` dies for real. */
const STRIDE = 7;
const DISK = "D:\\M\\m.vhdx";

/** One run that dies before or after an act of this number, through whichever port. */
async function run(
  scene: Scene,
  journal: MemoryJournal,
  plan: Parameters<typeof struckPorts>[1],
): Promise<{ readonly error: unknown; readonly acts: number }> {
  const { clock, entropy, host } = scene;
  const all = { session: host.session(), files: host.files(), commands: host.commands(), journal };
  const ports = struckPorts(all, plan);
  try {
    const client = await openHypervHost({ ...ports, clock, entropy, hostKey: "sim:test" });
    const held = await client.hold(MACHINE, holdOptions());
    await held.release();
    return { error: undefined, acts: ports.acts() };
  } catch (error) {
    return { error, acts: ports.acts() };
  }
}

function digest(scene: Scene): string {
  return createHash("sha256")
    .update(readFileSync(scene.native(DISK)))
    .digest("hex");
}

for (const [name, release, guest] of [
  ["2012 R2, online", "2012r2", { os: "windows", vss: "ok" }],
  ["2008 R2, saved meanwhile", "2008r2", { os: "none", vss: "missing" }],
] as const) {
  test(`${name}: a run that is killed at any act leaves nothing once \`cleanUp()\` has run, and the guest runs`, async () => {
    const options = { machine: { guest, memoryMegabytes: 1 } };
    await using whole = await openOlderScene(release, options);
    const { acts, error } = await run(whole, new MemoryJournal(), { at: 0, when: "before" });
    assert.equal(error, undefined);
    for (let at = 1; at <= acts; at += STRIDE) {
      const killed = `killed at act ${at} of ${acts}`;
      await using scene = await openOlderScene(release, options);
      const before = digest(scene);
      const journal = new MemoryJournal();
      const struck = await run(scene, journal, { at, when: at % 2 === 0 ? "before" : "after" });
      // how often a guest is looked at is not the same in each run
      if (struck.error === undefined) continue;
      assert.ok(struck.error instanceof KilledError, killed);
      journal.die();
      const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
      assert.deepEqual(leftBehind, [], killed);
      await scene.host.finishJobs();
      assert.deepEqual([await scene.host.audit(), journal.entries], [[], []], killed);
      assert.equal((await scene.host.state()).machines[0]?.state, "running", killed);
      assert.equal(digest(scene), before, killed);
    }
  });
}

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Scene } from "../simulator/testing/index.ts";
import { KilledError, MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostOf, MACHINE } from "./testing/scene-host.ts";
import { run, tellingCalls } from "./testing/struck-run.ts";

const DISK = "D:\\M\\m.vhdx";

function digest(scene: Scene): string {
  return createHash("sha256")
    .update(readFileSync(scene.native(DISK)))
    .digest("hex");
}

/** Strikes a run down at its calls, and lets the next start clean up after each. */
async function killEverywhere(scene: Scene, when: "before" | "after"): Promise<void> {
  const before = digest(scene);
  for (const at of await tellingCalls(scene)) {
    const killed = `killed ${when} call ${at}`;
    const journal = new MemoryJournal();
    const { error } = await run(scene, journal, { at, when, error: "kill" });
    assert.ok(error instanceof KilledError, `${killed}: it went on`);
    journal.die();
    const { leftBehind } = await (await hostOf(scene, journal)).cleanUp();
    assert.deepEqual(leftBehind, [], killed);
    assert.deepEqual(await scene.host.audit(), [], killed);
    assert.deepEqual(journal.entries, [], killed);
    assert.equal(digest(scene), before, `${killed}: the disk is another`);
  }
}

for (const when of ["before", "after"] as const) {
  test(`a run that is killed ${when} any of its calls leaves nothing once \`cleanUp()\` has run`, async () => {
    await using scene = await Scene.open();
    await killEverywhere(scene, when);
  });
}

test("the same holds where the object of a host job is gone before the next start", async () => {
  await using scene = await Scene.open({ host: { jobMilliseconds: 1_000, jobRemovalMilliseconds: 1 } });
  await killEverywhere(scene, "after");
});

test("`cleanUp()` never removes what another product made in the same minutes", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  // killed after the record, before the call: nothing of ours exists
  const recorded = await untilRecorded(scene, journal);
  assert.ok(recorded > 0);
  journal.die();
  const foreign = { id: "AAAAAAAA-0000-4000-8000-000000000001", name: "web01 - Other Product", created: "" };
  foreign.created = scene.clock.now().add({ minutes: 30 }).toString();
  await scene.edit((host) => {
    const [machine] = (host as unknown as { machines: Record<string, unknown>[] }).machines;
    if (machine !== undefined) machine["recoveryCheckpoints"] = [foreign];
  });
  const { removed } = await (await hostOf(scene, journal)).cleanUp();
  assert.deepEqual(removed, []);
  const standing = (await scene.host.state()).machines[0]?.recoveryCheckpoints ?? [];
  assert.deepEqual(
    standing.map(({ name }) => name),
    ["web01 - Other Product"],
  );
});

/** Kills a run at the call that follows the record; gives its number. */
async function untilRecorded(scene: Scene, journal: MemoryJournal): Promise<number> {
  for (let at = 1; at < 100; at++) {
    const tried = new MemoryJournal();
    await run(scene, tried, { at, when: "before", error: "kill" });
    if (tried.acts.at(-1) !== "record") continue;
    for (const { host, machine, kind, facts } of tried.entries) {
      await journal.record({ host, machine, kind, facts });
    }
    return at;
  }
  return 0;
}

test("`cleanUp()` tells of old checkpoints with our name that no journal knows, and lets them stand", async () => {
  await using scene = await Scene.open({
    machine: {
      recoveryCheckpoints: [
        {
          id: "AAAAAAAA-0000-4000-8000-000000000002",
          name: "Stillpoint elsewhere",
          created: "2025-12-01T00:00:00Z",
        },
      ],
    },
  });
  const { removed, leftBehind } = await (await hostOf(scene, new MemoryJournal())).cleanUp();
  assert.deepEqual(removed, []);
  assert.match(leftBehind[0] ?? "", /machine "web01": the checkpoint "Stillpoint elsewhere" stands/);
  assert.equal((await scene.host.state()).machines[0]?.recoveryCheckpoints?.length, 1);
});

test("`cleanUp()` leaves alone what this process holds now", async () => {
  await using scene = await Scene.open();
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  await using held = await host.hold(MACHINE, holdOptions());
  scene.clock.advance(48 * 3_600_000);
  assert.deepEqual(await host.cleanUp(), { removed: [], leftBehind: [] });
  await held.confirmUnchanged();
});

test("`cleanUp()` takes up a release that was blocked, once the file is closed", async () => {
  await using scene = await Scene.open({ host: { assumptions: { blockedMerge: "waits" } } });
  const journal = new MemoryJournal();
  await using host = await hostOf(scene, journal);
  const held = await host.hold(MACHINE, holdOptions());
  const stopping = new AbortController();
  {
    await using reader = await scene.host.files().open(DISK);
    assert.ok(reader);
    stopping.abort();
    const { leftBehind } = await held.release({ signal: stopping.signal });
    assert.match(leftBehind[0] ?? "", /still being merged/);
  }
  journal.die();
  const { leftBehind, removed } = await (await hostOf(scene, journal)).cleanUp();
  assert.deepEqual(leftBehind, []);
  assert.equal(removed.length, 1);
  assert.deepEqual(await scene.host.audit(), []);
});

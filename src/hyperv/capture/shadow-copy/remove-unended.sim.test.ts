import assert from "node:assert/strict";
import { test } from "node:test";
import { openOlderScene, type Scene } from "../../../simulator/testing/index.ts";
import { openHypervHost } from "../../hyperv-host.ts";
import { changedSession } from "../../testing/changed-session.ts";
import { MemoryJournal } from "../../testing/index.ts";
import { dyingDiskshadow, killedInDiskshadow } from "../../testing/killed-in-diskshadow.ts";
import { holdOptions, hostWithPrograms, MACHINE } from "../../testing/scene-host.ts";

type Checkpoint = { readonly id: string; readonly created: string };
const FOREIGN = "AAAAAAAA-0000-4000-8000-000000000001";

async function standing(scene: Scene): Promise<readonly string[]> {
  return ((await scene.host.state()).machines[0]?.recoveryCheckpoints ?? []).map(({ id }) => id);
}

/** What the simulated host says stands of the machine, changed. */
async function change(scene: Scene, to: (found: readonly Checkpoint[]) => readonly object[]): Promise<void> {
  await scene.edit((state) => {
    const [machine] = state["machines"] as [
      { recoveryCheckpoints?: readonly Checkpoint[]; backupBegun?: string },
    ];
    machine.recoveryCheckpoints = to(machine.recoveryCheckpoints ?? []) as readonly Checkpoint[];
    delete machine.backupBegun;
  });
}

function later(moment: string, seconds: number): string {
  return Temporal.Instant.from(moment).add({ seconds }).toString();
}

test("`cleanUp()` leaves another product's backup checkpoint alone that was made after our shadow copies, minutes after the record", async () => {
  await using scene = await openOlderScene("2012r2", dyingDiskshadow());
  const journal = await killedInDiskshadow(scene, ({ shadowCopies }) => shadowCopies !== undefined);
  await change(scene, ([ours]) => [{ ...ours, id: FOREIGN, created: later(ours?.created ?? "", 180) }]);
  const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
  assert.deepEqual([leftBehind, journal.entries, await standing(scene)], [[], [], [FOREIGN]]);
  assert.deepEqual((await scene.host.state()).shadowCopies ?? [], []);
});

test("`cleanUp()` removes the writer's checkpoint beside one that another product made later", async () => {
  await using scene = await openOlderScene("2012r2", dyingDiskshadow());
  const journal = await killedInDiskshadow(scene, ({ shadowCopies }) => shadowCopies !== undefined);
  const [ours] = await standing(scene);
  await change(scene, (found) => [
    ...found,
    { ...found[0], id: FOREIGN, created: later(found[0]?.created ?? "", 180) },
  ]);
  await (await hostWithPrograms(scene, journal)).cleanUp();
  assert.notEqual(ours, FOREIGN);
  assert.deepEqual(await standing(scene), [FOREIGN]);
});

test("`cleanUp()` leaves alone what stood long before the record, and what has the name of another run", async () => {
  for (const [seconds, name] of [
    [-3600, "Other"],
    [0, "Stillpoint run-9"],
  ] as const) {
    await using scene = await openOlderScene("2012r2", dyingDiskshadow());
    const journal = await killedInDiskshadow(scene, ({ shadowCopies }) => shadowCopies !== undefined);
    await change(scene, ([ours]) => [
      { ...ours, id: FOREIGN, name, created: later(ours?.created ?? "", seconds) },
    ]);
    await (await hostWithPrograms(scene, journal)).cleanUp();
    assert.deepEqual(await standing(scene), [FOREIGN], name);
  }
});

test("`cleanUp()` gives the writer a minute to take its checkpoint away by itself", async () => {
  await using scene = await openOlderScene("2012r2", dyingDiskshadow());
  const journal = await killedInDiskshadow(scene, ({ shadowCopies }) => shadowCopies !== undefined);
  const before = scene.clock.monotonicMs();
  const session = changedSession(scene.session, {
    methods: {
      DestroySnapshot: async (_asked, goOn) => {
        assert.ok(scene.clock.monotonicMs() - before >= 60_000, "it did not wait");
        return await goOn();
      },
    },
  });
  const { clock, entropy, host } = scene;
  const ports = { session, files: host.files(), commands: host.commands(), clock, entropy, journal };
  const { leftBehind } = await (await openHypervHost({ ...ports, hostKey: "sim:test" })).cleanUp();
  assert.deepEqual([leftBehind, await standing(scene)], [[], []]);
});

test("`cleanUp()` tells of backup checkpoints, and removes none, where two stood when the shadow copies were made or no set is ours", async () => {
  const two = (found: readonly Checkpoint[]): readonly object[] => [...found, { ...found[0], id: FOREIGN }];
  const same = (found: readonly Checkpoint[]): readonly object[] => found;
  for (const [to, count, areGone] of [
    [two, 2, false],
    [same, 1, true],
  ] as const) {
    await using scene = await openOlderScene("2012r2", dyingDiskshadow());
    const journal = await killedInDiskshadow(scene, ({ shadowCopies }) => shadowCopies !== undefined);
    await change(scene, to);
    await scene.edit((state) => {
      if (areGone) delete state["shadowCopies"];
    });
    const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
    assert.match(
      leftBehind.join(),
      /the backup checkpoints .* may be of run run-1; that cannot be told, so they stay/,
    );
    assert.equal((await standing(scene)).length, count);
    assert.equal(journal.entries.filter(({ kind }) => kind === "shadow-copy").length, 1);
  }
});

test("`cleanUp()` of a backup that was ended looks for no checkpoint of the writer's, whatever stands", async () => {
  await using scene = await openOlderScene("2012r2");
  const journal = new MemoryJournal();
  const held = await (await hostWithPrograms(scene, journal)).hold(MACHINE, holdOptions());
  assert.equal(held.method, "shadow-copy");
  await scene.host.finishJobs();
  const created = scene.clock.now().toString();
  await scene.edit((state) => {
    const [machine] = state["machines"] as [Record<string, unknown>];
    machine["recoveryCheckpoints"] = [{ id: FOREIGN, name: "Other", created }];
  });
  journal.die();
  const before = scene.clock.monotonicMs();
  const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
  assert.deepEqual([leftBehind, journal.entries, await standing(scene)], [[], [], [FOREIGN]]);
  assert.ok(scene.clock.monotonicMs() - before < 60_000, "it waited for a writer that is done");
});

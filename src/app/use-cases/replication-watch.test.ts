import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { guid, noEvents, systemEntropy } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import {
  type HeldMachine,
  type HoldOptions,
  type HostMachine,
  MachineBusyError,
  type MachineHost,
  USUAL_PATIENCE,
} from "../../hyperv/index.ts";
import { temporaryFolder } from "../../places/testing/index.ts";
import { type NamedSighting, openReplicationRhythm } from "../../runs/index.ts";
import type { UseCaseContext } from "./context.ts";
import { ReplicationWatch } from "./replication-watch.ts";

const REPLICA = guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b01");
const PLAIN = guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b02");
const HOLD: HoldOptions = { events: noEvents, step: "s", patience: USUAL_PATIENCE, run: "r" };

/** A replica that a look finds free, and a machine that does not replicate. */
const MACHINES = [
  { id: REPLICA, name: "replica01", replication: { state: "replicating", blocked: false } },
  { id: PLAIN, name: "web01" },
] as unknown as readonly HostMachine[];

interface Scene extends AsyncDisposable {
  readonly folder: string;
  readonly clock: FakeClock;
  readonly context: UseCaseContext;
  seen(): Promise<readonly NamedSighting[]>;
}

async function sceneOf(): Promise<Scene> {
  const folder = await temporaryFolder();
  const clock = new FakeClock("2026-05-01T02:00:00Z");
  const world = { clock, entropy: systemEntropy };
  const signal = new AbortController().signal;
  return {
    folder: folder.path,
    clock,
    context: { world, events: noEvents, signal, stateDir: folder.path },
    async seen() {
      await using rhythm = await openReplicationRhythm(folder.path, { clock });
      return await rhythm.seenOf("HV01", REPLICA);
    },
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  };
}

/** A host that refuses that many attempts, half an hour each, before it holds; for ever when that is more than three. */
function hostThatRefuses(attempts: number, clock: FakeClock): MachineHost {
  return {
    key: "HV01",
    facts: { name: "hv01" },
    hold: async (id: typeof REPLICA, options: HoldOptions) => {
      for (let attempt = 0; attempt < Math.min(attempts, 3); attempt++) {
        options.onBlocked?.({ state: "resynchronizing", blocked: true });
        clock.advance(30 * 60_000);
      }
      const machine = { id, name: "replica01" };
      if (attempts > 3) throw new MachineBusyError("Busy", { machine, attempts, blocking: "it" });
      return {} as HeldMachine;
    },
  } as unknown as MachineHost;
}

const shown = (sightings: readonly NamedSighting[]): unknown =>
  sightings.map(({ blocked, held, state }) => [state, blocked, held]);

describe("ReplicationWatch", () => {
  test("keeps the look, each attempt that was refused, and the hold", async () => {
    await using scene = await sceneOf();
    const watch = new ReplicationWatch(hostThatRefuses(2, scene.clock), MACHINES, scene.context);
    scene.clock.advance(30 * 60_000);
    await watch.host().hold(REPLICA, HOLD);
    assert.deepEqual(await watch.known(), {
      proposals: new Map([[REPLICA, { kind: "not-enough", observations: 4 }]]),
      warnings: [],
    });
    assert.deepEqual(shown(await scene.seen()), [
      ["replicating", false, false],
      ["resynchronizing", true, false],
      ["resynchronizing", true, false],
      ["replicating", false, true],
    ]);
  });

  test("keeps what blocked a machine that was never held", async () => {
    await using scene = await sceneOf();
    const watch = new ReplicationWatch(hostThatRefuses(4, scene.clock), MACHINES, scene.context);
    await assert.rejects(watch.host().hold(REPLICA, HOLD), MachineBusyError);
    await watch.known();
    const blocked = ["resynchronizing", true, false];
    assert.deepEqual(shown(await scene.seen()), [blocked, blocked, blocked]);
  });

  test("takes nothing for rhythm that it suspends itself", async () => {
    await using scene = await sceneOf();
    const watch = new ReplicationWatch(hostThatRefuses(0, scene.clock), MACHINES, scene.context);
    scene.clock.advance(30 * 60_000);
    await watch.host().hold(REPLICA, { ...HOLD, suspendReplication: true });
    await watch.known();
    assert.deepEqual(shown(await scene.seen()), [["replicating", false, false]]);
  });

  test("writes nothing for hosts whose machines do not replicate", async () => {
    await using scene = await sceneOf();
    const machines = MACHINES.slice(1);
    const watch = new ReplicationWatch(hostThatRefuses(1, scene.clock), machines, scene.context);
    await watch.host().hold(PLAIN, HOLD);
    assert.deepEqual(await watch.known(), { proposals: new Map(), warnings: [] });
    assert.deepEqual(await readdir(scene.folder), []);
  });

  test("warns, and lets everything go on, when what was seen cannot be kept", async () => {
    await using scene = await sceneOf();
    await writeFile(join(scene.folder, "rhythm.sqlite"), "no database ".repeat(1000));
    const watch = new ReplicationWatch(hostThatRefuses(0, scene.clock), MACHINES, scene.context);
    const { proposals, warnings } = await watch.known();
    assert.equal(proposals.size, 0);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ["rhythm-not-kept"],
    );
    assert.match(warnings[0]?.message ?? "", /could not be kept: Cannot use ".*rhythm\.sqlite"/);
  });
});

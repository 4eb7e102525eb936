import assert from "node:assert/strict";
import { test } from "node:test";
import type { CimSession } from "../cim/index.ts";
import { Scene, type SceneOptions } from "../simulator/testing/index.ts";
import { WriterFailedError } from "./errors.ts";
import { openHypervHost } from "./hyperv-host.ts";
import { KilledError, MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostWithPrograms, MACHINE } from "./testing/scene-host.ts";
import { struckPorts } from "./testing/struck-ports.ts";

/** The writer of 2012 R2 says Online, and then the guest cannot hold still. */
const FAILING: SceneOptions = {
  host: { os: { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 } },
  machine: {
    configurationVersion: "5.0",
    guest: { os: "windows", vss: "ok", freeze: "fails" },
  },
};
const allowed = { allowServiceSwitch: true } as const;

async function confirmAsBefore(scene: Scene, journal: MemoryJournal, when: string): Promise<void> {
  const [machine] = (await scene.host.state()).machines;
  assert.deepEqual([machine?.guest.vss, machine?.state], ["ok", "running"], when);
  assert.deepEqual(await scene.host.audit(), [], when);
  assert.deepEqual(journal.entries, [], when);
}

test("`hold()` switches the guest's backup service off for the shadow copy where that is allowed, and on again", async () => {
  await using scene = await Scene.open(FAILING);
  const journal = new MemoryJournal();
  const host = await hostWithPrograms(scene, journal);
  {
    await using held = await host.hold(MACHINE, holdOptions(allowed));
    assert.deepEqual(
      [held.asked, held.reached, held.checkpointKind, held.method],
      ["application", "crash", "standard", "shadow-copy"],
    );
    const codes = held.warnings.map(({ code }) => code);
    assert.ok(codes.includes("forecast-differs") && codes.includes("backup-service-switched"), codes.join());
    assert.equal(
      (await scene.host.state()).machines[0]?.guest.vss,
      "ok",
      "it is on again before files are read",
    );
  }
  await confirmAsBefore(scene, journal, "after the release");
});

test("`hold()` fails instead where the switch is not allowed, or application consistency is required", async () => {
  for (const wishes of [{}, { ...allowed, requireApplication: true } as const]) {
    await using scene = await Scene.open(FAILING);
    const journal = new MemoryJournal();
    const host = await hostWithPrograms(scene, journal);
    await assert.rejects(host.hold(MACHINE, holdOptions(wishes)), WriterFailedError);
    await confirmAsBefore(scene, journal, "after the failure");
  }
});

test("`hold()` fails with the writer's words where the host refuses the switch", async () => {
  const faults = [{ method: "ModifyGuestServiceSettings", instead: { errorCode: 32768 } }];
  await using scene = await Scene.open({ ...FAILING, host: { ...FAILING.host, faults } });
  const journal = new MemoryJournal();
  const host = await hostWithPrograms(scene, journal);
  await assert.rejects(host.hold(MACHINE, holdOptions(allowed)), WriterFailedError);
  await confirmAsBefore(scene, journal, "after the failure");
});

/** Only what changes something can leave something. */
function readsFreely(struck: CimSession, free: CimSession): CimSession {
  return {
    query: (namespace, wql, options) => free.query(namespace, wql, options),
    get: async (reference, options) => await free.get(reference, options),
    associators: (reference, options) => free.associators(reference, options),
    invoke: async (reference, method, input) => await struck.invoke(reference, method, input),
    [Symbol.asyncDispose]: async () => {
      await free[Symbol.asyncDispose]();
    },
  };
}

for (const when of ["before", "after"] as const) {
  test(`a run that switches the service and is killed ${when} any of its acts leaves nothing after \`cleanUp()\``, async () => {
    await using scene = await Scene.open(FAILING);
    const { clock, entropy } = scene;
    for (let at = 1; ; at++) {
      const journal = new MemoryJournal();
      const files = scene.host.files();
      const ports = { session: scene.host.session(), files, commands: scene.host.commands(), journal };
      const struck = struckPorts(ports, { at, when });
      const session = readsFreely(struck.session, ports.session);
      const { commands, journal: kept } = struck;
      const given = { session, files, commands, clock, entropy, journal: kept, hostKey: "sim:test" };
      const host = await openHypervHost(given);
      try {
        await using held = await host.hold(MACHINE, holdOptions(allowed));
        await held.release();
      } catch (error) {
        assert.ok(error instanceof KilledError, `act ${at}: ${String(error)}`);
      }
      journal.die();
      const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
      assert.deepEqual(leftBehind, [], `killed ${when} act ${at}`);
      await confirmAsBefore(scene, journal, `killed ${when} act ${at}`);
      if (struck.acts() < at) {
        assert.ok(at > 20, `only ${at} acts`);
        break;
      }
    }
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { CimConnectionError } from "../cim/index.ts";
import { Scene, type SceneOptions } from "../simulator/testing/index.ts";
import { WriterFailedError } from "./errors.ts";
import { openHypervHost } from "./hyperv-host.ts";
import { MemoryJournal } from "./testing/index.ts";
import { killHolds } from "./testing/killed-holds.ts";
import { holdOptions, hostWithPrograms, MACHINE } from "./testing/scene-host.ts";

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

test("`hold()` never switches the service on a host whose writer would save the machine then", async () => {
  const os = { caption: "Windows Server 2012", version: "6.2.9200", productType: 3 };
  await using scene = await Scene.open({
    host: { os },
    machine: { ...FAILING.machine, configurationVersion: "4.0" },
  });
  const journal = new MemoryJournal();
  const options = holdOptions(allowed);
  await assert.rejects((await hostWithPrograms(scene, journal)).hold(MACHINE, options), WriterFailedError);
  const warned = options.said.filter((event) => event.type === "step-warning");
  assert.deepEqual(warned, []);
  await confirmAsBefore(scene, journal, "after the failure");
});

test("`hold()` fails with the writer's words where the host refuses the switch", async () => {
  const faults = [{ method: "ModifyGuestServiceSettings", instead: { errorCode: 32768 } }];
  await using scene = await Scene.open({ ...FAILING, host: { ...FAILING.host, faults } });
  const journal = new MemoryJournal();
  const host = await hostWithPrograms(scene, journal);
  await assert.rejects(host.hold(MACHINE, holdOptions(allowed)), WriterFailedError);
  await confirmAsBefore(scene, journal, "after the failure");
});

test("a guest whose service was switched off is labelled crash-consistent, also where the writer's words are not understood", async () => {
  await using scene = await Scene.open(FAILING);
  const commands = scene.host.commands();
  const offline = /Offline\\web01/g;
  const host = await hostWithPrograms(scene, new MemoryJournal(), {
    commands: {
      run: async (program, options) => {
        const result = await commands.run(program, options);
        return { ...result, output: result.output.replaceAll(offline, "Ruhend\\web01") };
      },
    },
  });
  await using held = await host.hold(MACHINE, holdOptions(allowed));
  assert.deepEqual([held.asked, held.reached, held.checkpointKind], ["application", "crash", "standard"]);
  const differs = held.warnings.find(({ code }) => code === "forecast-differs");
  assert.match(differs?.message ?? "", /the backup service of the guest was switched off/);
});

test("what is told of a switch is what became of it", async () => {
  const faults = [{ method: "ModifyGuestServiceSettings", after: 1, instead: { errorCode: 32768 } }];
  await using scene = await Scene.open({ ...FAILING, host: { ...FAILING.host, faults } });
  const journal = new MemoryJournal();
  const host = await hostWithPrograms(scene, journal);
  const options = holdOptions(allowed);
  const held = await host.hold(MACHINE, options);
  const switched = held.warnings.findLast(({ code }) => code === "backup-service-switched");
  assert.match(switched?.message ?? "", /was switched off, and is not known to be on again: .*32768/);
  assert.ok(
    options.said.some((event) => event.type === "step-warning" && event.notice.code === "left-behind"),
  );
  await held.release();
  assert.deepEqual(
    journal.entries.map(({ kind }) => kind),
    ["backup-service"],
  );
});

test("a switch that the host says it did, and did not, is told and kept", async () => {
  await using scene = await Scene.open(FAILING);
  const journal = new MemoryJournal();
  const { clock, entropy } = scene;
  const session = scene.host.session();
  const invoke = session.invoke.bind(session);
  let switches = 0;
  session.invoke = async (reference, method, input) => {
    if (method !== "ModifyGuestServiceSettings" || ++switches !== 2)
      return await invoke(reference, method, input);
    return { returnValue: 0, out: {} };
  };
  const ports = { session, files: scene.host.files(), commands: scene.host.commands(), journal };
  const host = await openHypervHost({ ...ports, clock, entropy, hostKey: "sim:test" });
  const held = await host.hold(MACHINE, holdOptions(allowed));
  const message = held.warnings.findLast(({ code }) => code === "backup-service-switched")?.message ?? "";
  assert.match(message, /is not known to be on again: the host was told to switch it on, and it is not/);
  await held.release();
  journal.die();
  assert.equal((await host.cleanUp()).removed.length, 1);
  await confirmAsBefore(scene, journal, "after the next start");
});

test("a connection that is lost while the service is switched off leaves it on", async () => {
  await using scene = await Scene.open(FAILING);
  const journal = new MemoryJournal();
  const { clock, entropy } = scene;
  const session = scene.host.session();
  const invoke = session.invoke.bind(session);
  let isLost = false;
  session.invoke = async (reference, method, input) => {
    const result = await invoke(reference, method, input);
    if (method !== "ModifyGuestServiceSettings" || isLost) return result;
    isLost = true;
    throw new CimConnectionError("Cannot hear the host: the connection is lost");
  };
  const ports = { session, files: scene.host.files(), commands: scene.host.commands(), journal };
  const host = await openHypervHost({ ...ports, clock, entropy, hostKey: "sim:test" });
  await assert.rejects(host.hold(MACHINE, holdOptions(allowed)), CimConnectionError);
  await confirmAsBefore(scene, journal, "after the failure");
});

test("a run that switches the service and is killed at any of its acts leaves nothing after `cleanUp()`", async () => {
  await using scene = await Scene.open(FAILING);
  await killHolds(scene, {
    wishes: allowed,
    fewest: 20,
    confirm: async (journal, when) => await confirmAsBefore(scene, journal, when),
  });
});

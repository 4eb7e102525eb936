import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CimConnectionError } from "../../cim/index.ts";
import { HostCommandError, type HostFiles } from "../../places/index.ts";
import { Scene } from "../../simulator/testing/index.ts";
import { MachineBusyError, MachineOnOtherNodeError } from "../errors.ts";
import { openHypervHost } from "../hyperv-host.ts";
import type { CleanUpReport, MachineHost } from "../machine-host.ts";
import { KilledError, MemoryJournal } from "../testing/index.ts";
import { MemoryFiles } from "../testing/memory-files.ts";
import { holdOptions, MACHINE } from "../testing/scene-host.ts";
import { type StruckPorts, struckPorts } from "../testing/struck-ports.ts";
import { TaskScheduler } from "../testing/task-scheduler.ts";

const OPTIONS = {
  suspendReplication: true,
  patience: { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 },
} as const;

interface Hosted {
  readonly scene: Scene;
  readonly tasks: TaskScheduler;
  readonly journal: MemoryJournal;
  /** What lies in the host's folder for temporary files. */
  readonly temporary: MemoryFiles;
}

async function hosted(replication: Readonly<Record<string, unknown>>): Promise<Hosted & AsyncDisposable> {
  const scene = await Scene.open({ machine: { state: "off", replication } });
  const temporary = new MemoryFiles();
  return {
    scene,
    temporary,
    tasks: new TaskScheduler(temporary),
    journal: new MemoryJournal(),
    [Symbol.asyncDispose]: async () => await scene[Symbol.asyncDispose](),
  };
}

/** A process of the tests dies without closing what it has open, so temporary files are kept where that does not matter. */
function portsOf({ scene, tasks, journal, temporary }: Hosted): Omit<StruckPorts, "acts"> {
  const machineFiles = scene.host.files();
  const of = (path: string): HostFiles => (/\\Temp\\/i.test(path) ? temporary : machineFiles);
  const files: HostFiles = {
    list: async (path) => await machineFiles.list(path),
    stat: async (path) => await of(path).stat(path),
    open: async (path) => await of(path).open(path),
    create: async (path) => await of(path).create(path),
    remove: async (path) => await of(path).remove(path),
  };
  return { session: scene.host.session(), files, commands: tasks, journal };
}

async function hostOf(
  place: Hosted,
  ports: Omit<StruckPorts, "acts"> = portsOf(place),
): Promise<MachineHost> {
  const { clock, entropy } = place.scene;
  return await openHypervHost({ ...ports, clock, entropy, hostKey: "sim:test" });
}

async function replicationOf({ scene }: Hosted): Promise<string | undefined> {
  return (await scene.host.state()).machines[0]?.replication.state;
}

async function nextStart(place: Hosted): Promise<CleanUpReport> {
  place.journal.die();
  return await (await hostOf(place)).cleanUp();
}

for (const mode of ["replica", "primary"]) {
  test(`a ${mode} is suspended while it is held, and goes on after the release`, async () => {
    await using place = await hosted({ mode, state: "replicating" });
    await using host = await hostOf(place);
    await using held = await host.hold(MACHINE, holdOptions(OPTIONS));
    assert.equal(await replicationOf(place), "suspended");
    assert.equal(place.tasks.tasks.size, 1);
    assert.deepEqual(place.temporary.paths(), [], "the task's description is needed no more");
    const { leftBehind, warnings } = await held.release();
    assert.deepEqual([leftBehind, warnings, held.warnings], [[], [], []]);
    assert.equal(await replicationOf(place), "replicating");
    assert.deepEqual([...place.tasks.tasks.keys()], []);
    assert.deepEqual(place.journal.entries, []);
    assert.deepEqual(await place.scene.host.audit(), []);
  });
}

describe("a hold with `suspendReplication`", () => {
  test("makes a replica that applies a log wait, so that it can be held at all", async () => {
    await using place = await hosted({ mode: "replica", state: "applying-log" });
    await using host = await hostOf(place);
    await assert.rejects(host.hold(MACHINE, holdOptions({ ...OPTIONS, suspendReplication: undefined })));
    await using held = await host.hold(MACHINE, holdOptions(OPTIONS));
    assert.equal(held.reached, "crash");
  });

  test("waits as without it where the host refuses to suspend a replica that applies a log", async () => {
    const replication = { mode: "replica", state: "applying-log" };
    const assumptions = { suspensionWhileApplying: "refused" };
    await using scene = await Scene.open({ machine: { state: "off", replication }, host: { assumptions } });
    const journal = new MemoryJournal();
    const temporary = new MemoryFiles();
    const place = { scene, journal, temporary, tasks: new TaskScheduler(temporary) };
    await using host = await hostOf(place);
    const options = holdOptions(OPTIONS);
    await assert.rejects(host.hold(MACHINE, options), MachineBusyError);
    const codes = options.said.flatMap((event) => (event.type === "step-warning" ? [event.notice.code] : []));
    assert.deepEqual(codes, ["replication-not-suspended"]);
    assert.equal(place.tasks.tasks.size, 0);
    assert.deepEqual(journal.entries, []);
  });

  test("leaves alone what somebody else suspended, and machines without replication", async () => {
    for (const [mode, state] of [
      ["replica", "suspended"],
      ["none", "disabled"],
      ["primary", "synced-replication-complete"],
    ] as const) {
      await using place = await hosted({ mode, state });
      await using host = await hostOf(place);
      const options = holdOptions(OPTIONS);
      const held = await host.hold(MACHINE, options);
      await held.release();
      assert.equal(await replicationOf(place), state);
      const kinds = place.journal.acts.filter((act) => act === "record");
      assert.equal(kinds.length, 1, `${state}: only the checkpoint is recorded`);
      const isTold = options.said.some(
        ({ type, ...rest }) => type === "step-note" && /left as it is/.test(JSON.stringify(rest)),
      );
      assert.equal(isTold, mode !== "none", state);
    }
  });

  test("resumes when the hold fails", async () => {
    await using place = await hosted({ mode: "primary", state: "replicating" });
    await place.scene.edit((host) => {
      host["faults"] = [
        { method: "CreateSnapshot", times: 1, instead: { errorCode: 32_768, errorDescription: "no" } },
      ];
    });
    await using host = await hostOf(place);
    await assert.rejects(host.hold(MACHINE, holdOptions(OPTIONS)));
    assert.equal(await replicationOf(place), "replicating");
    assert.deepEqual(await place.scene.host.audit(), []);
    assert.deepEqual(place.journal.entries, []);
  });

  test("goes on with a warning where the host refuses the suspension", async () => {
    await using place = await hosted({ mode: "primary", state: "replicating" });
    await place.scene.edit((host) => {
      host["faults"] = [
        { method: "RequestReplicationStateChange", times: 1, instead: { errorCode: 32_775, at: "return" } },
      ];
    });
    await using host = await hostOf(place);
    await using held = await host.hold(MACHINE, holdOptions(OPTIONS));
    assert.deepEqual(
      held.warnings.map(({ code }) => code),
      ["replication-not-suspended"],
    );
    await held.release();
    assert.deepEqual([...place.tasks.tasks.keys()], []);
    assert.deepEqual(place.journal.entries, []);
  });

  test("resumes what the host suspends although nobody heard its answer", async () => {
    await using place = await hosted({ mode: "primary", state: "replicating" });
    const ports = portsOf(place);
    const invoke = ports.session.invoke.bind(ports.session);
    let isLost = false;
    ports.session.invoke = async (reference, method, input) => {
      if (method !== "RequestReplicationStateChange" || isLost) return await invoke(reference, method, input);
      isLost = true;
      throw new CimConnectionError("Cannot hear the host: the connection is lost");
    };
    await using host = await hostOf(place, ports);
    await using held = await host.hold(MACHINE, holdOptions(OPTIONS));
    assert.deepEqual(
      held.warnings.map(({ code }) => code),
      ["replication-not-suspended"],
    );
    assert.equal(place.journal.entries.length, 2, "the host may come to it yet");
    await place.scene.edit((host) => {
      const [machine] = (host as unknown as { machines: { replication: { state: string } }[] }).machines;
      if (machine !== undefined) machine.replication.state = "suspended";
    });
    assert.deepEqual((await held.release()).leftBehind, []);
    assert.equal(await replicationOf(place), "replicating");
    assert.deepEqual([...place.tasks.tasks.keys(), ...place.journal.entries], []);
  });

  test("says of a machine on another node where it is", async () => {
    await using scene = await Scene.open({ machine: { clusterOwner: "HV02" } });
    const temporary = new MemoryFiles();
    const tasks = new TaskScheduler(temporary);
    const place = { scene, temporary, tasks, journal: new MemoryJournal() };
    await using host = await hostOf(place);
    await assert.rejects(host.hold(MACHINE, holdOptions(OPTIONS)), MachineOnOtherNodeError);
  });

  test("resumes also when letting go breaks", async () => {
    await using place = await hosted({ mode: "primary", state: "replicating" });
    await using host = await hostOf(place);
    const held = await host.hold(MACHINE, holdOptions(OPTIONS));
    const strike = place.journal.strike.bind(place.journal);
    let isBroken = true;
    place.journal.strike = async (id) => {
      if (!isBroken) return await strike(id);
      isBroken = false;
      throw new TypeError("Broken");
    };
    await assert.rejects(held.release(), TypeError);
    assert.equal(await replicationOf(place), "replicating");
    assert.equal(place.tasks.tasks.size, 0);
  });

  test("warns where the task cannot be made, and suspends all the same", async () => {
    await using place = await hosted({ mode: "replica", state: "replicating" });
    place.tasks.onCall = (verb) => (verb === "/create" ? 1 : undefined);
    await using host = await hostOf(place);
    await using held = await host.hold(MACHINE, holdOptions(OPTIONS));
    assert.equal(held.warnings[0]?.code, "dead-man-not-armed");
    assert.match(held.warnings[0]?.message ?? "", /exit code 1: ERROR: refused/);
    assert.equal(await replicationOf(place), "suspended");
  });

  test("leaves nothing in the journal of a host that has no schtasks.exe", async () => {
    await using place = await hosted({ mode: "replica", state: "replicating" });
    place.tasks.onCall = () => {
      throw new HostCommandError('Cannot run "x": missing', { program: "x", reason: "missing" });
    };
    await using host = await hostOf(place);
    await using held = await host.hold(MACHINE, holdOptions(OPTIONS));
    assert.equal(held.warnings[0]?.code, "dead-man-not-armed");
    assert.deepEqual((await held.release()).leftBehind, []);
    assert.deepEqual(place.journal.entries, []);
  });

  test("keeps task and entry while the host refuses to resume, and the next start does it", async () => {
    await using place = await hosted({ mode: "replica", state: "replicating" });
    await using host = await hostOf(place);
    const held = await host.hold(MACHINE, holdOptions(OPTIONS));
    await place.scene.edit((state) => {
      state["faults"] = [
        { method: "RequestReplicationStateChange", times: 1, instead: { errorCode: 32_769, at: "return" } },
      ];
    });
    const { leftBehind } = await held.release();
    assert.match(leftBehind[0] ?? "", /its replication stays suspended: .*32769/);
    assert.equal(place.tasks.tasks.size, 1);
    const cleaned = await nextStart(place);
    assert.deepEqual(cleaned.leftBehind, []);
    assert.match(cleaned.removed[0] ?? "", /machine "web01": the suspension of its replication/);
    assert.equal(await replicationOf(place), "replicating");
    assert.equal(place.tasks.tasks.size, 0);
  });
});

/** One whole run through ports that may strike it down. */
async function run(place: Hosted, ports: Omit<StruckPorts, "acts">): Promise<unknown> {
  try {
    const host = await hostOf(place, ports);
    const held = await host.hold(MACHINE, holdOptions(OPTIONS));
    await held.release();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Ports whose queries do not count: what only asks is a crash before the next change. */
function struck(
  place: Hosted,
  plan: { readonly at: number; readonly when: "before" | "after" },
): StruckPorts {
  const ports = portsOf(place);
  const counted = struckPorts(ports, plan);
  const isDead = (): boolean => plan.at > 0 && counted.acts() >= plan.at;
  return {
    ...counted,
    session: {
      ...counted.session,
      async *query(namespace, wql, options) {
        if (isDead()) throw new KilledError("The process is gone");
        yield* ports.session.query(namespace, wql, options);
      },
    },
  };
}

/** Before an act all is as after the one before it, so that only STILLPOINT_KILL_POINTS=all looks at both. */
const MOMENTS =
  process.env["STILLPOINT_KILL_POINTS"] === "all" ? (["before", "after"] as const) : (["after"] as const);

for (const when of MOMENTS) {
  test(`a run that is killed ${when} any act leaves no replication suspended and no task`, async () => {
    await using place = await hosted({ mode: "replica", state: "replicating" });
    const whole = struck(place, { at: 0, when });
    assert.equal(await run(place, whole), undefined);
    assert.ok(whole.acts() > 20, `${whole.acts()} acts`);
    for (let at = 1; at <= whole.acts(); at++) {
      assert.ok((await run(place, struck(place, { at, when }))) instanceof KilledError, `act ${at}`);
      const { leftBehind } = await nextStart(place);
      const told = `killed ${when} act ${at} of ${whole.acts()}`;
      assert.deepEqual(leftBehind, [], told);
      assert.equal(await replicationOf(place), "replicating", told);
      assert.deepEqual([...place.tasks.tasks.keys()], [], told);
      assert.deepEqual(await place.scene.host.audit(), [], told);
      assert.deepEqual(place.journal.entries, [], told);
      assert.deepEqual(place.temporary.paths(), [], told);
    }
  });
}

test("a task that nobody can remove from here is told, and the journal keeps it", async () => {
  await using place = await hosted({ mode: "replica", state: "replicating" });
  await (await hostOf(place)).hold(MACHINE, holdOptions(OPTIONS)); // and never released
  place.journal.die();
  const { scene, journal } = place;
  const ports = portsOf(place);
  const { clock, entropy } = scene;
  const more = { clock, entropy, journal, hostKey: "sim:test", commands: undefined };
  const { leftBehind } = await (await openHypervHost({ ...ports, ...more })).cleanUp();
  assert.match(leftBehind.join(), /the scheduled task "Stillpoint-.*" stays: no program can be run/);
  assert.equal(await replicationOf(place), "replicating");
  assert.deepEqual(
    journal.entries.map(({ kind }) => kind),
    ["suspended-replication"],
  );
  assert.deepEqual((await nextStart(place)).leftBehind, []);
  assert.deepEqual([...place.tasks.tasks.keys(), ...journal.entries], []);
});

test("somebody who suspends it after a run died before asking is left alone", async () => {
  await using place = await hosted({ mode: "replica", state: "replicating" });
  const id = await place.journal.record({
    host: "sim:test",
    machine: MACHINE,
    kind: "suspended-replication",
    facts: {
      machineName: "web01",
      run: "r",
      task: "Stillpoint-r-1",
      file: "C:\\Windows\\Temp\\Stillpoint-r-1.xml",
    },
  });
  await place.scene.edit((host) => {
    const [machine] = (host as unknown as { machines: { replication: { state: string } }[] }).machines;
    if (machine !== undefined) machine.replication.state = "suspended";
  });
  assert.deepEqual(await nextStart(place), { removed: [], leftBehind: [] });
  assert.equal(await replicationOf(place), "suspended");
  assert.ok(id);
  assert.deepEqual(place.journal.entries, []);
});

test("the host resumes replication by itself four hours after a run died that nobody follows", async () => {
  await using scene = await Scene.open({
    machine: { state: "off", replication: { mode: "replica", state: "replicating" } },
  });
  const { clock, entropy } = scene;
  const journal = new MemoryJournal();
  const ports = { session: scene.host.session(), files: scene.host.files(), commands: scene.host.commands() };
  const host = await openHypervHost({ ...ports, clock, entropy, journal, hostKey: "sim:test" });
  await host.hold(MACHINE, holdOptions(OPTIONS)); // and never released
  const state = async (): Promise<unknown> => (await scene.host.state()).machines[0]?.replication.state;
  clock.advance(3 * 3_600_000);
  assert.equal(await state(), "suspended");
  clock.advance(2 * 3_600_000);
  assert.equal(await state(), "replicating");
  journal.die();
  const next = await openHypervHost({ ...ports, clock, entropy, journal, hostKey: "sim:test" });
  assert.deepEqual((await next.cleanUp()).leftBehind, []);
  assert.deepEqual(await scene.host.audit(), []);
});

/*
 * What the product does where diskshadow and the Hyper-V VSS writer answer otherwise than docs/unconfirmed.md assumes, on
 * simulated hosts: with their switches, or with answers that are changed on their way.
 */
import assert from "node:assert/strict";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { type CimInstance, textOf } from "../cim/index.ts";
import { MemoryStore, readBytes } from "../disk/index.ts";
import type { HostCommandResult, HostCommands, HostFiles } from "../places/index.ts";
import type { HostState } from "../simulator/index.ts";
import { openOlderScene, type Scene } from "../simulator/testing/index.ts";
import { MachineNotInWriterError, ShadowCopyFailedError, WriterFailedError } from "./errors.ts";
import type { HeldMachine } from "./held-machine.ts";
import { openHypervHost } from "./hyperv-host.ts";
import { changedSession, rowWith } from "./testing/changed-session.ts";
import { MemoryJournal } from "./testing/index.ts";
import { dyingDiskshadow, killedInDiskshadow } from "./testing/killed-in-diskshadow.ts";
import { holdOptions, hostWithPrograms, MACHINE } from "./testing/scene-host.ts";

type Options = Parameters<typeof openOlderScene>[1];

const OTHER = {
  id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02",
  name: "db01",
  state: "running",
  generation: 1,
  configurationVersion: "4.0",
  memoryMegabytes: 1,
  guest: { os: "none", vss: "missing" },
  checkpointType: "standard",
  replication: { mode: "none", state: "disabled" },
  disks: [],
  checkpoints: [],
};
const IMPATIENT = { patience: { attempts: 2, firstDelayMs: 1, longestDelayMs: 1 } } as const;

/** Changes what a program prints. */
function printing(
  inner: HostCommands,
  change: (printed: HostCommandResult) => HostCommandResult,
): HostCommands {
  return { run: async (program, options) => change(await inner.run(program, options)) };
}

async function heldOn(
  scene: Scene,
  look: (held: HeldMachine) => void | Promise<void>,
  parts: Partial<Parameters<typeof openHypervHost>[0]> = {},
): Promise<void> {
  const { clock, entropy, session, host } = scene;
  const journal = new MemoryJournal();
  const ports = { session, files: host.files(), commands: host.commands(), clock, entropy, journal };
  await using client = await openHypervHost({ ...ports, hostKey: "sim:test", ...parts });
  {
    await using held = await client.hold(MACHINE, holdOptions(IMPATIENT));
    await look(held);
    await held.confirmUnchanged();
    assert.deepEqual((await held.release()).leftBehind, []);
  }
  await scene.host.finishJobs();
  assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
}

async function failsOn(
  scene: Scene,
  commands: HostCommands,
  error: (found: unknown) => boolean,
): Promise<void> {
  const journal = new MemoryJournal();
  await using host = await hostWithPrograms(scene, journal, { commands });
  await assert.rejects(host.hold(MACHINE, holdOptions(IMPATIENT)), error);
  assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
}

describe("a diskshadow that does not work in a network logon (diskshadow-winrs)", () => {
  test("fails the machine with what it said, before anything is made", async () => {
    await using scene = await openOlderScene("2012r2");
    const commands: HostCommands = {
      run: async () => ({
        exitCode: 5,
        output: "Microsoft DiskShadow version 1.0\r\n\r\nCOM call failed. 80070005 (E_ACCESSDENIED)\r\n",
        errorOutput: "",
      }),
    };
    await failsOn(scene, commands, (error) => {
      assert.ok(error instanceof WriterFailedError);
      assert.match(error.message, /the Hyper-V VSS writer is not among the host's writers \(.*80070005/);
      return true;
    });
  });
});

describe("a diskshadow that prints another form in another language (diskshadow-language)", () => {
  test("whose shadow copies are not understood has them found by their ids in what it printed", async () => {
    await using scene = await openOlderScene("2012r2");
    const names = new Map<string, string>();
    const commands = printing(scene.host.commands(), (printed) => {
      for (const [, name, root] of printed.output.matchAll(/(\\\\\?\\Volume\{[^}]+\}\\) \[([^\]]+)\]/g))
        names.set(String(root), String(name));
      return { ...printed, output: withoutForm(printed.output) };
    });
    const session = changedSession(scene.session, {
      rows: { Win32_ShadowCopy: (rows) => rows.map((row) => namedAsWindows(row, names)) },
    });
    const look = (held: HeldMachine): void => {
      assert.equal(held.reached, "application");
      assert.match(held.disks[0]?.viewLeaf ?? "", /-AutoRecovery\.avhdx$/);
    };
    await heldOn(scene, look, { commands, session, files: withFormlessLogs(scene.host.files()) });
  });

  test("whose writers are not understood fails the machine, and nothing was made", async () => {
    await using scene = await openOlderScene("2012r2");
    const commands = printing(scene.host.commands(), (printed) => ({
      ...printed,
      output: printed.output.replaceAll(/^(\s*)[*+-] /gm, "$1"),
    }));
    await failsOn(scene, commands, (error) => error instanceof WriterFailedError);
    const scripts = (await scene.host.state()).programRuns ?? [];
    assert.equal(scripts.length, 1, "only the listing was run");
  });

  test("whose fields stand in another order leaves the forecast's word, and says so", async () => {
    await using scene = await openOlderScene("2012r2");
    const commands = printing(scene.host.commands(), (printed) => ({
      ...printed,
      output: printed.output.replaceAll(/^(\t+- Name: .*\r?\n)(\t+- Logical path: .*\r?\n)/gm, "$2$1"),
    }));
    await heldOn(
      scene,
      (held) => {
        assert.deepEqual(
          [held.reached, held.warnings.map(({ code }) => code)],
          ["application", ["writer-method-unclear"]],
        );
      },
      { commands },
    );
  });
});

test("a set that was made although the exit code is not 0 is deleted, and the machine fails (diskshadow-exit)", async () => {
  await using scene = await openOlderScene("2012r2");
  let sets = 0;
  const commands = printing(scene.host.commands(), (printed) => {
    const isMade = printed.output.includes("-> create");
    if (isMade) sets++;
    return isMade ? { ...printed, exitCode: 1 } : printed;
  });
  await failsOn(scene, commands, (error) => error instanceof ShadowCopyFailedError);
  assert.equal(sets, 1);
  assert.deepEqual((await scene.host.state()).shadowCopies ?? [], []);
});

describe("volumes (diskshadow-volume-name)", () => {
  const disks = [{ controller: "ide", number: 0, location: 0, path: "D:\\Mounted\\m.vhdx" }];
  const volumes = [{ root: "D:\\Mounted\\" }];
  const mounted = async (diskshadowVolumes: string): Promise<Scene> => {
    const scene = await openOlderScene("2012r2", {
      host: { volumes },
      machine: { disks },
      assumptions: { diskshadowVolumes },
    });
    await mkdir(dirname(scene.native("D:\\Mounted\\m.vhdx")), { recursive: true });
    await copyFile(scene.native("D:\\M\\m.vhdx"), scene.native("D:\\Mounted\\m.vhdx"));
    return scene;
  };

  test("that are mounted in folders are held where diskshadow takes them", async () => {
    await using scene = await mounted("any");
    await heldOn(scene, (held) => {
      assert.equal(held.reached, "application");
    });
  });

  test("that have letters are held where it takes letters only, and others fail their machine", async () => {
    await using lettered = await openOlderScene("2012r2", { assumptions: { diskshadowVolumes: "letters" } });
    await heldOn(lettered, (held) => {
      assert.equal(held.reached, "application");
    });
    await using scene = await mounted("letters");
    await failsOn(scene, scene.host.commands(), (error) => error instanceof ShadowCopyFailedError);
  });
});

test("only what was just listed is excluded, so that it does not matter whether excluding the absent fails (diskshadow-excluded-absent)", async () => {
  for (const excludingAbsent of ["fails", "ignored"]) {
    await using scene = await openOlderScene("2012", { others: [OTHER], assumptions: { excludingAbsent } });
    await heldOn(scene, (held) => {
      assert.equal(held.attempts, 1);
    });
    // gone between the list and the script that excludes it
    const act = { kind: "delete-machine", machine: "db01" };
    const script = [{ when: { event: "run", count: 2, moment: "before" }, act }];
    await using changing = await openOlderScene("2012", {
      others: [OTHER],
      host: { script },
      assumptions: { excludingAbsent },
    });
    await heldOn(changing, (held) => {
      assert.equal(held.reached, "application");
    });
  }
});

test("other machines that the writer holds although they are excluded run again when the set is made (writer-exclusion)", async () => {
  for (const [excludedMachines, memory] of [
    ["untouched", []],
    ["held", [`${OTHER.id}.bin`, `${OTHER.id}.vsv`]],
  ] as const) {
    await using scene = await openOlderScene("2012", { others: [OTHER], assumptions: { excludedMachines } });
    await heldOn(scene, async (held) => {
      assert.equal((await scene.host.state()).machines[1]?.state, "running");
      const folder = `C:\\ProgramData\\Microsoft\\Windows\\Hyper-V\\Virtual Machines\\${OTHER.id}`;
      const inShadow = (await held.view?.list(folder)) ?? [];
      assert.deepEqual(
        inShadow.map(({ name }) => name),
        memory,
        "what the writer saved",
      );
    });
  }
});

describe("a run that is killed while diskshadow is at work", () => {
  test("leaves nothing and a guest that runs, whether diskshadow goes on or ends with its client (programsOfDeadClients)", async () => {
    const ended = dyingDiskshadow();
    for (const { options, isSoFar } of [
      {
        options: { assumptions: { programsOfDeadClients: "go-on" } },
        isSoFar: ({ runningPrograms, programRuns = [] }: HostState) =>
          runningPrograms !== undefined || programRuns.length > 1,
      },
      {
        options: { ...ended, assumptions: { ...ended.assumptions, writerResumes: "stays-saved" } },
        isSoFar: ({ shadowCopies }: HostState) => shadowCopies !== undefined,
      },
    ]) {
      const machine = { guest: { os: "none", vss: "missing" } };
      await using scene = await openOlderScene("2012", { ...options, machine });
      const journal = await killedInDiskshadow(scene, isSoFar);
      const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
      const told = JSON.stringify(options.assumptions);
      assert.deepEqual([leftBehind, journal.entries], [[], []], told);
      const state = await scene.host.state();
      assert.deepEqual([state.machines[0]?.state, state.shadowCopies ?? []], ["running", []], told);
    }
  });

  test("has its set found in the log that is written as it goes, in either encoding (diskshadow-log)", async () => {
    for (const diskshadowLog of ["utf-8", "utf-16"]) {
      await using scene = await openOlderScene("2012r2", {
        ...dyingDiskshadow(),
        assumptions: { programsOfDeadClients: "end", diskshadowLog },
      });
      const journal = await killedInDiskshadow(scene, ({ shadowCopies }) => shadowCopies !== undefined);
      const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
      assert.deepEqual([leftBehind, journal.entries], [[], []], diskshadowLog);
      assert.deepEqual((await scene.host.state()).shadowCopies ?? [], []);
      assert.deepEqual(await scene.host.audit(), []);
    }
  });

  test("has the writer's checkpoint removed that nobody ended, and the machine can be backed up again (writer-checkpoint-unended)", async () => {
    await using scene = await openOlderScene("2012r2", dyingDiskshadow());
    const journal = await killedInDiskshadow(scene, ({ shadowCopies }) => shadowCopies !== undefined);
    assert.equal((await scene.host.state()).machines[0]?.recoveryCheckpoints?.length, 1);
    const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
    assert.deepEqual([leftBehind, await scene.host.audit()], [[], []]);
    await scene.edit((state) => {
      delete state["faults"];
    });
    await heldOn(scene, (held) => {
      assert.equal(held.reached, "application");
    });
  });

  test("has the writer's checkpoint told and kept where the host does not remove it (writer-checkpoint-unended)", async () => {
    const refusing = {
      method: "DestroySnapshot",
      times: 9,
      instead: { errorCode: 32_773, errorDescription: "No." },
    };
    await using scene = await openOlderScene("2012r2", dyingDiskshadow(refusing));
    const journal = await killedInDiskshadow(scene, ({ shadowCopies }) => shadowCopies !== undefined);
    const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
    assert.match(
      leftBehind.join(),
      /machine "web01": its backup checkpoint .* could not be removed: No\. \(32773\)/,
    );
    assert.deepEqual((await scene.host.state()).shadowCopies ?? [], [], "what can be removed is");
    assert.ok(journal.entries.some(({ kind }) => kind === "shadow-copy"));
    journal.die();
    await scene.edit((state) => {
      delete state["faults"];
    });
    assert.deepEqual((await (await hostWithPrograms(scene, journal)).cleanUp()).leftBehind, []);
    assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
  });

  test("has its set told and kept where the log is written at the end only (diskshadow-log)", async () => {
    await using scene = await openOlderScene("2012r2", {
      ...dyingDiskshadow(),
      assumptions: { programsOfDeadClients: "end", diskshadowLog: "at-the-end" },
    });
    const journal = await killedInDiskshadow(scene, ({ shadowCopies }) => shadowCopies !== undefined);
    const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
    assert.match(
      leftBehind.join(),
      /the shadow copies .* may be of run run-1; that cannot be told, so they stay/,
    );
    assert.equal((await scene.host.state()).shadowCopies?.length, 2);
    assert.ok(journal.entries.some(({ kind }) => kind === "shadow-copy"));
  });
});

test("a guest whose service is switched off and whom the writer still calls online fails as the writer says (guest-service-switch)", async () => {
  await using scene = await openOlderScene("2012r2", {
    machine: { guest: { os: "windows", vss: "ok", freeze: "fails" } },
  });
  const { clock, entropy, host } = scene;
  const journal = new MemoryJournal();
  let switches = 0;
  const session = changedSession(scene.session, {
    methods: {
      ModifyGuestServiceSettings: async () => {
        switches++;
        return { returnValue: 0, out: {} }; // nothing comes of it
      },
    },
  });
  const ports = { session, files: host.files(), commands: host.commands(), journal, clock, entropy };
  await using client = await openHypervHost({ ...ports, hostKey: "sim:test" });
  const wishes = holdOptions({ ...IMPATIENT, allowServiceSwitch: true });
  await assert.rejects(client.hold(MACHINE, wishes), WriterFailedError);
  assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
  assert.ok(switches >= 1, "it was switched");
});

test("a machine that the writer of 2019 does not list is an error of its own (vss-component-2025)", async () => {
  const os = { caption: "Windows Server 2025", version: "10.0.26100", productType: 3 };
  const options: Options = { host: { os }, machine: { configurationVersion: "5.0" } };
  await using listed = await openOlderScene("2012r2", options);
  await heldOn(listed, (held) => {
    assert.equal(held.method, "shadow-copy");
  });
  await using scene = await openOlderScene("2012r2", {
    ...options,
    assumptions: { componentsSince2019: false },
  });
  await failsOn(scene, scene.host.commands(), (error) => error instanceof MachineNotInWriterError);
});

/** No bullet stands before a shadow copy, and no field is where it was; the ids stay. */
function withoutForm(output: string): string {
  return output
    .replaceAll(/^\s*\* Shadow copy ID = /gm, "Copie fantôme ")
    .replaceAll(/^\t\t- .*(?:GLOBALROOT|Volume\{).*$/gm, (line) => (line.startsWith("\t\t\t") ? line : "…"));
}

function namedAsWindows(row: CimInstance, names: ReadonlyMap<string, string>): CimInstance {
  return rowWith(row, { VolumeName: names.get(textOf(row, "VolumeName")) });
}

/** diskshadow's log has the form of what it prints. */
function withFormlessLogs(inner: HostFiles): HostFiles {
  return {
    list: async (path) => await inner.list(path),
    stat: async (path) => await inner.stat(path),
    create: async (path) => await inner.create(path),
    remove: async (path) => await inner.remove(path),
    open: async (path) => {
      if (!path.endsWith(".log")) return await inner.open(path);
      await using source = await inner.open(path);
      const text = new TextDecoder().decode(await readBytes(source, 0, source.sizeBytes));
      return new MemoryStore(new TextEncoder().encode(withoutForm(text)));
    },
  };
}

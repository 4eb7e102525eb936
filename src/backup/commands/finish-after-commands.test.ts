import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, noEvents } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import type { CustodyJournal } from "../../hyperv/index.ts";
import { MemoryJournal } from "../../hyperv/testing/index.ts";
import { HostCommandError, type HostCommands } from "../../places/index.ts";
import { FakeCommands, FakeHost, MemoryHostFiles } from "../testing/index.ts";
import { finishAfterCommands } from "./finish-after-commands.ts";
import type { ItemCommand } from "./item-commands.ts";
import { MachineCommands } from "./machine-commands.ts";
import { pendingAfterCommands } from "./pending-after-commands.ts";

class Killed extends Error {}

/** Kills the process before or after one act of the journal or of a command; 0 lets it live. */
function struck(
  ports: { readonly journal: CustodyJournal; readonly commands: HostCommands },
  plan: { readonly at: number; readonly when: "before" | "after" },
): typeof ports & { readonly acts: () => number } {
  let acts = 0;
  const act = async <T>(work: () => Promise<T>): Promise<T> => {
    const isAt = ++acts === plan.at;
    if ((plan.at > 0 && acts > plan.at) || (isAt && plan.when === "before")) throw new Killed();
    const result = await work();
    if (isAt) throw new Killed();
    return result;
  };
  const { journal, commands } = ports;
  return {
    acts: () => acts,
    commands: {
      run: async (program, options) => await act(async () => await commands.run(program, options)),
    },
    journal: {
      record: async (entry) => await act(async () => await journal.record(entry)),
      amend: async (id, facts) => await act(async () => await journal.amend(id, facts)),
      strike: async (id) => await act(async () => await journal.strike(id)),
      abandoned: async (host) => await journal.abandoned(host),
      adrift: async (host) => await journal.adrift(host),
    },
  };
}

const MACHINE = { id: guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c"), name: "web01" };
const before: ItemCommand = { text: "B", on: "here" };
const after: ItemCommand = { text: "A", on: "here" };

function hostOf(): FakeHost {
  return new FakeHost(new MemoryHostFiles({}), []);
}

async function runOf(ports: Pick<ReturnType<typeof struck>, "journal" | "commands">): Promise<void> {
  const { journal, commands } = ports;
  const machine = await MachineCommands.begin({
    commands: { before, after, timeoutMs: 1_000, here: { commands, shell: "sh" }, journal },
    host: hostOf(),
    machine: MACHINE,
    run: "run-1",
    clock: new FakeClock(),
    events: noEvents,
    step: "s",
  });
  await machine.run("before");
  await machine.after("done");
}

async function nextStart(
  journal: MemoryJournal,
  commands: HostCommands,
): ReturnType<typeof finishAfterCommands> {
  journal.die();
  const here = { commands, shell: "sh" } as const;
  const more = { clock: new FakeClock(), events: noEvents, step: "s" };
  return await finishAfterCommands({ host: hostOf(), journal, here, ...more });
}

describe("an after command of a killed run", () => {
  for (const when of ["before", "after"] as const) {
    test(`runs at the next start, killed ${when} any act, unless nothing had begun`, async () => {
      const whole = struck({ journal: new MemoryJournal(), commands: new FakeCommands() }, { at: 0, when });
      await runOf(whole);
      assert.equal(whole.acts(), 5); // record, before, amend, after, strike
      for (let at = 1; at <= whole.acts(); at++) {
        const journal = new MemoryJournal();
        const commands = new FakeCommands();
        await assert.rejects(runOf(struck({ journal, commands }, { at, when })), Killed);
        const { leftBehind } = await nextStart(journal, commands);
        const told = `killed ${when} act ${at}`;
        const ran = commands.ran.filter(({ line }) => line.endsWith("A"));
        const wasRecorded = at > 1 || when === "after";
        assert.equal(ran.length >= 1, wasRecorded, told);
        assert.ok(ran.length <= 2, told);
        assert.deepEqual(leftBehind, [], told);
        assert.deepEqual(journal.entries, [], told);
      }
    });
  }

  test("is told that the run died, and that it may run for the second time", async () => {
    const journal = new MemoryJournal();
    const commands = new FakeCommands();
    await assert.rejects(runOf(struck({ journal, commands }, { at: 4, when: "after" })), Killed);
    const { removed } = await nextStart(journal, commands);
    const environment = commands.ran.at(-1)?.environment ?? {};
    assert.deepEqual(
      [environment["STILLPOINT_OUTCOME"], environment["STILLPOINT_ATTEMPT"], environment["STILLPOINT_RUN"]],
      ["died", "2", "run-1"],
    );
    assert.equal(removed.length, 1);
    assert.match(removed[0] ?? "", /machine "web01": the after command of run run-1/);
  });

  test("that fails is told and not tried again; one that cannot be run yet is", async () => {
    const journal = new MemoryJournal();
    const commands = new FakeCommands();
    await assert.rejects(runOf(struck({ journal, commands }, { at: 2, when: "before" })), Killed);
    const late = new HostCommandError('Cannot run "sh": too long', { program: "sh", reason: "timeout" });
    commands.onRun = async () => await Promise.reject(late);
    assert.match((await nextStart(journal, commands)).leftBehind[0] ?? "", /too long/);
    assert.equal(journal.entries.length, 1);
    commands.onRun = () => ({ exitCode: 9 });
    assert.match((await nextStart(journal, commands)).leftBehind[0] ?? "", /exit code 9/);
    assert.deepEqual(journal.entries, []);
  });

  test("that runs on the host waits for a start that can run programs there", async () => {
    const journal = new MemoryJournal();
    const host = "commands of HV01";
    const facts = { text: "A", on: "host", run: "run-1", timeoutMs: 1_000, begun: 0 };
    await journal.record({ host, machine: MACHINE.id, kind: "after-command", facts });
    for (let start = 1; start <= 5; start++) {
      const { leftBehind } = await nextStart(journal, new FakeCommands());
      assert.match(leftBehind.join(), /no program can be run on this host/);
      assert.equal(journal.entries[0]?.facts["begun"], 0, `start ${start}`);
    }
  });

  test("is shown to those who only look, and is to be run only when its run is dead", async () => {
    const journal = new MemoryJournal();
    await assert.rejects(
      runOf(struck({ journal, commands: new FakeCommands() }, { at: 2, when: "before" })),
      Killed,
    );
    const [alive] = await pendingAfterCommands(hostOf(), journal);
    assert.deepEqual([alive?.owner, alive?.removable, alive?.subject], ["alive", false, "A"]);
    journal.die();
    const [dead] = await pendingAfterCommands(hostOf(), journal);
    assert.deepEqual([dead?.owner, dead?.removable, dead?.machine?.name], ["ours", true, "web01"]);
    assert.equal(journal.entries.length, 1);
  });

  test("that cannot be run is given up after four starts, and that is told", async () => {
    const journal = new MemoryJournal();
    const commands = new FakeCommands();
    await assert.rejects(runOf(struck({ journal, commands }, { at: 2, when: "before" })), Killed);
    const late = new HostCommandError('Cannot run "sh": too long', { program: "sh", reason: "timeout" });
    commands.onRun = async () => await Promise.reject(late);
    for (let start = 1; start < 4; start++) {
      assert.match(
        (await nextStart(journal, commands)).leftBehind[0] ?? "",
        /tried again at the next start$/,
      );
      assert.equal(journal.entries.length, 1, `start ${start}`);
    }
    assert.match((await nextStart(journal, commands)).leftBehind[0] ?? "", /it is not tried again$/);
    assert.deepEqual(journal.entries, []);
  });
});

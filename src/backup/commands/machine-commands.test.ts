import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, InterruptedError, type RunEvent } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { makeVhd } from "../../formats/vhd/testing/index.ts";
import { MachineChangedError, TestReplicaSkippedError } from "../../hyperv/index.ts";
import { MemoryJournal } from "../../hyperv/testing/index.ts";
import { HostCommandError, HostFileError } from "../../places/index.ts";
import { type BackupOptions, backupMachines } from "../backup-machines.ts";
import { CommandFailedError } from "../errors.ts";
import type { RunOutcome } from "../outcome.ts";
import { FakeCommands, FakeHost, FakeVault, MemoryHostFiles } from "../testing/index.ts";
import type { ItemCommand, ItemCommands } from "./item-commands.ts";

const DISK = "D:\\a\\a.vhd";
const here = (text: string): ItemCommand => ({ text, on: "here" });
const all = { before: here("B"), thaw: here("T"), after: here("A") };

interface Scene {
  readonly host: FakeHost;
  readonly vault: FakeVault;
  readonly commands: FakeCommands;
  readonly journal: MemoryJournal;
  readonly events: RunEvent[];
  /** What happened, in order: calls of the host, and commands by their line. */
  readonly order: string[];
  readonly run: (
    lines: Pick<ItemCommands, "before" | "thaw" | "after">,
    options?: Partial<BackupOptions>,
  ) => Promise<RunOutcome>;
}

function scene(): Scene {
  const bytes = makeVhd({
    sizeBytes: 1_048_576,
    blockSizeBytes: 524_288,
    uniqueId: guid("aaaaaaaa-0000-4000-8000-000000000001"),
    writes: [],
  });
  const host = new FakeHost(new MemoryHostFiles({ [DISK]: bytes }), [{ name: "a", disks: [DISK] }]);
  const order: string[] = [];
  host.onHold = () => void order.push("hold");
  host.onRelease = () => {
    order.push("release");
    return {};
  };
  const commands = new FakeCommands();
  commands.onRun = ({ line }) => {
    order.push(line);
    return {};
  };
  const journal = new MemoryJournal();
  const vault = new FakeVault();
  const events: RunEvent[] = [];
  return {
    host,
    vault,
    commands,
    journal,
    events,
    order,
    run: async (lines, options) =>
      await backupMachines({
        host,
        vault,
        machines: await host.machines(),
        clock: new FakeClock(),
        events: (event) => events.push(event),
        patience: { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 },
        run: "run-1",
        commands: { ...lines, timeoutMs: 7_000, here: { commands, shell: "sh" }, journal },
        ...options,
      }),
  };
}

describe("commands around a machine", () => {
  test("run in order: before, hold, thaw, release, after", async () => {
    const { run, order, journal } = scene();
    const { points } = await run(all);
    assert.deepEqual(order, ["/bin/sh -c B", "hold", "/bin/sh -c T", "release", "/bin/sh -c A"]);
    assert.deepEqual(
      points[0]?.commands.map(({ stage, outcome, exitCode }) => [stage, outcome, exitCode]),
      [
        ["before", "done", 0],
        ["thaw", "done", 0],
        ["after", "done", 0],
      ],
    );
    assert.deepEqual(journal.acts, ["record", "amend begun", "strike"]);
  });

  test("get what they are about as variables, and the time that they may take", async () => {
    const { run, commands } = scene();
    await run(all);
    const [before, , after] = commands.ran;
    assert.equal(before?.timeoutMs, 7_000);
    assert.deepEqual(before?.environment, {
      STILLPOINT_STAGE: "before",
      STILLPOINT_RUN: "run-1",
      STILLPOINT_HOST: "HV01",
      STILLPOINT_MACHINE_ID: before?.environment["STILLPOINT_MACHINE_ID"]?.toUpperCase(),
      STILLPOINT_MACHINE_NAME: "a",
    });
    assert.equal(after?.environment["STILLPOINT_OUTCOME"], "done");
    assert.equal(after?.environment["STILLPOINT_ATTEMPT"], "1");
  });

  test("run on the host through cmd.exe, with the line as it was typed", async () => {
    const { run, host } = scene();
    host.commands = new FakeCommands();
    await run({ before: { text: 'echo "x" & exit 0', on: "host" } });
    assert.deepEqual(
      (host.commands as FakeCommands).ran.map(({ line }) => line),
      ['cmd.exe /d /s /c "echo "x" & exit 0"'],
    );
  });

  test("a before command that fails stops the machine before it is held, and the after command runs", async () => {
    const { run, order, commands, vault } = scene();
    commands.onRun = ({ line }) => {
      order.push(line);
      return line.endsWith("B") ? { exitCode: 3, errorOutput: "no database\n" } : {};
    };
    const { failed, points } = await run(all);
    assert.deepEqual(points, []);
    assert.equal(vault.points.length, 0);
    assert.deepEqual(order, ["/bin/sh -c B", "/bin/sh -c A"]);
    const [one] = failed;
    assert.ok(one?.error instanceof CommandFailedError);
    assert.deepEqual([one.error.stage, one.error.exitCode, one.error.output], ["before", 3, "no database"]);
    assert.match(one.error.message, /^Cannot back up "a": its before command failed: .* exit code 3$/);
    assert.equal(commands.ran[1]?.environment["STILLPOINT_OUTCOME"], "failed");
    assert.deepEqual(
      one.commands.map(({ stage, outcome }) => [stage, outcome]),
      [
        ["before", "failed"],
        ["after", "done"],
      ],
    );
  });

  test("a thaw command that cannot be run lets the machine go and fails it", async () => {
    const { run, order, commands } = scene();
    const missing = new HostCommandError('Cannot run "x": there is no such program', {
      program: "x",
      reason: "missing",
    });
    commands.onRun = async ({ line }) => {
      order.push(line);
      return line.endsWith("T") ? await Promise.reject(missing) : {};
    };
    const { failed } = await run(all);
    assert.deepEqual(order, ["/bin/sh -c B", "hold", "/bin/sh -c T", "release", "/bin/sh -c A"]);
    assert.equal(failed[0]?.error.cause, missing);
    assert.equal(failed[0]?.commands[1]?.exitCode, null);
  });

  test("an after command that fails is a warning, and the restore point stands", async () => {
    for (const exitCode of [1, -1]) {
      const { run, commands, vault, journal } = scene();
      commands.onRun = () => ({ exitCode });
      const { points } = await run({ after: here("A") });
      assert.equal(vault.points.length, 1);
      const message = `its after command failed: it ended with exit code ${exitCode}`;
      assert.deepEqual(points[0]?.warnings, [{ code: "after-command-failed", message }]);
      assert.deepEqual(journal.entries, []);
    }
  });

  test("an after command that cannot be run yet is a warning, and the next start tries it again", async () => {
    const { run, commands, journal } = scene();
    const late = new HostCommandError('Cannot run "sh": too long', { program: "sh", reason: "timeout" });
    commands.onRun = async () => await Promise.reject(late);
    const { points } = await run({ after: here("A") });
    assert.match(points[0]?.warnings[0]?.message ?? "", /too long; it is tried again at the next start$/);
    assert.deepEqual(
      journal.entries.map(({ kind, facts }) => [kind, facts["begun"]]),
      [["after-command", 1]],
    );
  });

  test("the after command is told of an interruption, and is not interrupted itself", async () => {
    const { run, commands, host } = scene();
    const stop = new AbortController();
    host.onHold = () => {
      stop.abort();
      throw new InterruptedError("Cannot go on: interrupted");
    };
    await run(all, { signal: stop.signal });
    assert.equal(commands.ran.at(-1)?.environment["STILLPOINT_OUTCOME"], "interrupted");
  });

  test("the after command is told of a machine that is skipped, and wishes reach the hold", async () => {
    const { run, commands, host } = scene();
    const machine = { id: guid("aaaaaaaa-0000-4000-8000-000000000009"), name: "a" };
    const asked: unknown[] = [];
    host.onHold = (_name, { requireApplication, memory }) => {
      asked.push([requireApplication, memory]);
      throw new TestReplicaSkippedError("Cannot back up a test replica", { machine });
    };
    const { skipped } = await run(all, { wishes: { requireApplication: true, memory: "include" } });
    assert.deepEqual([skipped.length, asked], [1, [[true, "include"]]]);
    assert.equal(commands.ran.at(-1)?.environment["STILLPOINT_OUTCOME"], "skipped");
  });

  test("a machine that has no turn has no commands", async () => {
    const { run, commands } = scene();
    const { failed } = await run(all, { signal: AbortSignal.abort() });
    assert.equal(failed.length, 1);
    assert.deepEqual(commands.ran, []);
  });

  test("a machine that is started again is thawed again, and has one before and one after", async () => {
    const { run, order, host } = scene();
    const machine = { id: guid("aaaaaaaa-0000-4000-8000-000000000009"), name: "a" };
    let changes = 1;
    host.onConfirm = () => {
      if (changes-- > 0) throw new MachineChangedError("Cannot keep what was read", { machine });
    };
    await run(all);
    assert.deepEqual(
      order.map((line) => line.replace("/bin/sh -c ", "")),
      ["B", "hold", "T", "release", "hold", "T", "release", "A"],
    );
  });
});

test("what cannot be noted about an after command is a warning", async () => {
  const { run, journal } = scene();
  journal.strike = async () =>
    await Promise.reject(new HostFileError("Cannot strike", { path: "j", reason: "full" }));
  const { points } = await run({ after: here("A") });
  assert.match(points[0]?.warnings[0]?.message ?? "", /Cannot strike/);
});

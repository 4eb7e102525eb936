import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, InternalError, InterruptedError, type RunEvent, StillpointError } from "../base/index.ts";
import { FakeClock } from "../base/testing/index.ts";
import { makeVhd } from "../formats/vhd/testing/index.ts";
import { MachineChangedError } from "../hyperv/index.ts";
import { HostFileError } from "../places/index.ts";
import { type BackupOptions, backupMachines } from "./backup-machines.ts";
import { DiskParentMissingError, FileChangedError, MachineFileMissingError } from "./errors.ts";
import type { RunOutcome } from "./outcome.ts";
import { FakeHost, type FakeMachine, FakeVault, MemoryHostFiles, machineId } from "./testing/index.ts";

const PATIENCE = { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 };
const A = guid("aaaaaaaa-0000-4000-8000-000000000001");
const B = guid("bbbbbbbb-0000-4000-8000-000000000002");
const NODE = guid("9c0d1e2f-0000-4000-8000-000000000001");

class StorageFull extends StillpointError {
  readonly code = "storage-full";
  readonly retry = "after-repair";
}

const base = makeVhd({
  sizeBytes: 1_048_576,
  blockSizeBytes: 524_288,
  uniqueId: A,
  writes: [{ offset: 0, bytes: new Uint8Array(512).fill(7) }],
});
const leaf = makeVhd({
  sizeBytes: 1_048_576,
  blockSizeBytes: 524_288,
  uniqueId: B,
  writes: [],
  parent: { id: A, name: "base.vhd", relativePath: ".\\base.vhd" },
});

function usualFiles(): MemoryHostFiles {
  return new MemoryHostFiles({
    "D:\\a\\a.vhd": base,
    "D:\\b\\base.vhd": base,
    "D:\\b\\leaf.avhd": leaf,
    "D:\\b\\b.vmcx": "configuration",
  });
}

const usualMachines: readonly FakeMachine[] = [
  { name: "a", disks: ["D:\\a\\a.vhd"] },
  {
    name: "b",
    disks: ["D:\\b\\leaf.avhd"],
    files: [{ path: "D:\\b\\b.vmcx", role: "configuration" }],
  },
];

interface Scene {
  readonly host: FakeHost;
  readonly vault: FakeVault;
  readonly events: RunEvent[];
  readonly run: (options?: Partial<BackupOptions>) => Promise<RunOutcome>;
}

function scene(files = usualFiles(), machines: readonly FakeMachine[] = usualMachines): Scene {
  const host = new FakeHost(files, machines);
  const vault = new FakeVault();
  const events: RunEvent[] = [];
  return {
    host,
    vault,
    events,
    run: async (options) =>
      await backupMachines({
        host,
        vault,
        machines: await host.machines(),
        clock: new FakeClock(),
        events: (event) => events.push(event),
        patience: PATIENCE,
        run: "run-1",
        ...options,
      }),
  };
}

describe("backupMachines()", () => {
  test("stores every file of every machine once, byte for byte, and releases with no handle open", async () => {
    const { host, vault, run } = scene();
    const outcome = await run();
    assert.deepEqual(outcome.failed, []);
    assert.deepEqual(
      outcome.points.map((point) => [
        point.machine.name,
        point.files.map((file) => `${file.role} ${file.path}`),
      ]),
      [
        ["a", ["disk D:\\a\\a.vhd"]],
        ["b", ["disk D:\\b\\leaf.avhd", "disk D:\\b\\base.vhd", "configuration D:\\b\\b.vmcx"]],
      ],
    );
    const [, second] = vault.points;
    assert.ok(second);
    for (const path of ["D:\\b\\leaf.avhd", "D:\\b\\base.vhd", "D:\\b\\b.vmcx"]) {
      assert.deepEqual(vault.bytes(second, path), host.files.bytes(path));
    }
    assert.deepEqual(host.calls, ["hold a", "confirm a", "release a", "hold b", "confirm b", "release b"]);
    assert.equal(vault.sessionsOpen, 0);
  });

  test("gives the summary's fields: identity, consistency, counts, reasons", async () => {
    const { run } = scene();
    const [point] = (await run()).points;
    assert.ok(point);
    assert.equal(point.machine.id, machineId(0));
    assert.equal(point.consistency, "application");
    assert.equal(point.method, "recovery-checkpoint");
    assert.equal(point.attempts, 1);
    assert.equal(point.bytesRead + point.bytesReadMetadata, base.length);
    assert.ok(point.bytesRead > 0, "the VHD's block was read as payload");
    assert.equal(point.bytesNew, base.length);
    assert.deepEqual(
      point.fullReadReason.map((reason) => [reason.disk, reason.code]),
      [["D:\\a\\a.vhd", "first-backup"]],
    );
    assert.deepEqual(point.leftBehind, []);
    assert.deepEqual(point.warnings, []);
  });

  test("writes machine and checkpoint ids in upper case into the restore point", async () => {
    const { vault, run } = scene();
    await run();
    assert.equal(vault.points[0]?.machine.id, "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01");
  });

  test("gives the vault each file's predecessor in the second run, and a reason for reading all", async () => {
    const { vault, run } = scene();
    await run();
    vault.previousGiven.length = 0;
    const outcome = await run();
    assert.deepEqual(vault.previousGiven, [
      "D:\\a\\a.vhd",
      "D:\\b\\leaf.avhd",
      "D:\\b\\base.vhd",
      "D:\\b\\b.vmcx",
    ]);
    assert.equal(outcome.points[1]?.bytesNew, 0);
    assert.deepEqual(
      outcome.points[1]?.fullReadReason.map((reason) => reason.code),
      ["change-tracking-unused", "change-tracking-unused"],
    );
  });

  test("goes on with the other machines when one fails, and releases that one", async () => {
    const files = usualFiles();
    await files.remove("D:\\a\\a.vhd");
    files.write("D:\\a\\a.vhd", leaf);
    const { host, run } = scene(files);
    const outcome = await run();
    assert.deepEqual(
      outcome.points.map((point) => point.machine.name),
      ["b"],
    );
    const [failed] = outcome.failed;
    assert.equal(failed?.machine.name, "a");
    assert.ok(failed?.error instanceof DiskParentMissingError);
    assert.equal(failed.error.path, "D:\\a\\a.vhd");
    assert.deepEqual(host.calls.slice(0, 3), ["hold a", "confirm a", "release a"]);
    assert.equal(outcome.endedBy, undefined);
  });

  test("skips what the forecast skips, with its code, and never holds it", async () => {
    const refusal = { kind: "skipped", code: "test-replica" } as const;
    const { host, run } = scene(usualFiles(), [
      { name: "copy", forecast: { possible: false, refusal, reason: "It is a test replica" } },
    ]);
    const outcome = await run();
    assert.deepEqual(outcome.skipped, [
      { machine: { id: machineId(0), name: "copy" }, code: "test-replica", message: "It is a test replica" },
    ]);
    assert.deepEqual(host.calls, []);
  });

  test("keeps a damaged disk byte for byte with a warning", async () => {
    const files = new MemoryHostFiles({ "D:\\torn.vhdx": "vhdxfile" });
    const { vault, run } = scene(files, [{ name: "torn", disks: ["D:\\torn.vhdx"] }]);
    const outcome = await run();
    assert.deepEqual(
      outcome.points[0]?.warnings.map((warning) => warning.code),
      ["disk-not-understood"],
    );
    assert.deepEqual(vault.layouts, ["plain"]);
    assert.deepEqual(
      vault.points[0] && vault.bytes(vault.points[0], "D:\\torn.vhdx"),
      files.bytes("D:\\torn.vhdx"),
    );
  });

  test("counts memory and a damaged disk as content, configurations as metadata", async () => {
    const files = new MemoryHostFiles({
      "D:\\torn.vhdx": "vhdxfile",
      "D:\\m.vmrs": "12345",
      "D:\\c.vmcx": "123",
    });
    const held = [
      { path: "D:\\m.vmrs", role: "memory" },
      { path: "D:\\c.vmcx", role: "configuration" },
    ] as const;
    const { run } = scene(files, [{ name: "torn", disks: ["D:\\torn.vhdx"], files: held }]);
    const [point] = (await run()).points;
    assert.deepEqual([point?.bytesRead, point?.bytesReadMetadata], [8 + 5, 3]);
  });

  test("starts a machine again when a file changed while it was read", async () => {
    const { host, vault, run } = scene();
    let changes = 1;
    vault.onStore = () => {
      if (changes-- > 0) host.files.write("D:\\a\\a.vhd", base);
    };
    const outcome = await run();
    assert.deepEqual(outcome.failed, []);
    assert.equal(outcome.points[0]?.attempts, 2);
    assert.deepEqual(host.calls.slice(0, 5), ["hold a", "release a", "hold a", "confirm a", "release a"]);
    assert.equal(vault.points.length, 2);
  });

  test("starts a machine again when the host says that it changed", async () => {
    const { host, run } = scene();
    let changes = 2;
    host.onConfirm = (name) => {
      const machine = { id: machineId(0), name };
      if (changes-- > 0) throw new MachineChangedError(`Cannot keep what was read of "${name}"`, { machine });
    };
    const outcome = await run();
    assert.deepEqual(outcome.failed, []);
    assert.equal(outcome.points[0]?.attempts, 3);
  });

  test("starts a machine again when a file is gone because the machine changed", async () => {
    const { host, run } = scene();
    let removals = 1;
    host.files.onOpen = (path) => {
      if (path !== "D:\\b\\base.vhd" || removals-- <= 0) return;
      throw new HostFileError(`Cannot open "${path}": there is no such file`, { path, reason: "missing" });
    };
    host.onConfirm = (name) => {
      const machine = { id: machineId(1), name };
      if (removals === 0 && name === "b") {
        removals = -1;
        throw new MachineChangedError(`Cannot keep what was read of "${name}"`, { machine });
      }
    };
    const outcome = await run();
    assert.deepEqual(outcome.failed, []);
    assert.deepEqual(
      outcome.points.map((point) => point.attempts),
      [1, 2],
    );
  });

  test("gives a machine up that changes every time, and still releases it each time", async () => {
    const { host, vault, run } = scene();
    vault.onStore = () => {
      host.files.write("D:\\a\\a.vhd", base);
    };
    const outcome = await run();
    assert.ok(outcome.failed[0]?.error instanceof FileChangedError);
    assert.equal(host.calls.filter((call) => call === "hold a").length, 4);
    assert.equal(host.calls.filter((call) => call === "release a").length, 4);
    assert.deepEqual(
      outcome.points.map((point) => point.machine.name),
      ["b"],
    );
  });

  test("reads again after a file shrank under its hands", async () => {
    const { host, run } = scene();
    let cuts = 1;
    host.files.onRead = async (path) => {
      if (path === "D:\\b\\b.vmcx" && cuts-- > 0) await host.files.truncate(path, 5);
    };
    const outcome = await run();
    assert.deepEqual(outcome.failed, []);
    assert.equal(outcome.points[1]?.attempts, 2);
    assert.deepEqual(outcome.points[1]?.files.at(-1), {
      path: "D:\\b\\b.vmcx",
      role: "configuration",
      bytes: 5,
    });
  });

  test("names what of a user checkpoint cannot be read, and keeps the rest", async () => {
    const files = usualFiles();
    files.onOpen = (path) => {
      if (path.endsWith(".vmrs"))
        throw new HostFileError(`Cannot open "${path}"`, { path, reason: "locked" });
    };
    files.write("D:\\b\\cp.vmrs", "memory");
    const node = {
      id: NODE,
      name: "before update",
      created: null,
      parent: null,
      type: "standard",
      memory: true,
      disks: [{ controller: "scsi", number: 0, location: 0, path: "D:\\b\\gone.avhd" }],
      files: [{ path: "D:\\b\\cp.vmrs", role: "memory", checkpoint: NODE }],
    } as const;
    const { vault, run } = scene(files, [
      { name: "b", disks: ["D:\\b\\leaf.avhd"], tree: { checkpoints: [node], current: NODE } },
    ]);
    const [point] = (await run()).points;
    assert.deepEqual(
      point?.uncovered.map((one) => one.disk),
      ["D:\\b\\gone.avhd", "D:\\b\\cp.vmrs"],
    );
    assert.ok(point?.warnings.every((warning) => warning.code === "checkpoint-not-covered"));
    assert.equal(vault.points[0]?.tree.checkpoints[0]?.id, NODE.toUpperCase());
    assert.equal(vault.points[0]?.tree.current, NODE.toUpperCase());
  });

  test("ends the run when the vault is full: the machine is released, the others fail with the same error", async () => {
    const { host, vault, run } = scene();
    vault.onStore = () => {
      throw new StorageFull('Cannot write "packs/1": there is no space left');
    };
    const outcome = await run();
    assert.deepEqual(
      outcome.failed.map((one) => [one.machine.name, (one.error as StillpointError).code]),
      [
        ["a", "storage-full"],
        ["b", "storage-full"],
      ],
    );
    assert.equal(outcome.endedBy, outcome.failed[0]?.error);
    assert.deepEqual(host.calls, ["hold a", "release a"]);
  });

  test("begins the next machine with a new session, for the failure may have ended the old one", async () => {
    const { vault, run } = scene();
    let failures = 1;
    vault.onStore = () => {
      if (failures-- > 0) throw new InternalError("Cannot store: a test says so");
    };
    const outcome = await run();
    assert.deepEqual([outcome.failed.length, outcome.points.length], [1, 1]);
    assert.deepEqual([vault.sessionsOpened, vault.sessionsOpen], [2, 0]);
  });

  test("releases and ends when it is interrupted in the middle of a file", async () => {
    const interruption = new AbortController();
    const { host, vault, run } = scene();
    host.files.onRead = () => {
      interruption.abort();
    };
    const outcome = await run({ signal: interruption.signal });
    assert.ok(outcome.endedBy instanceof InterruptedError);
    assert.deepEqual(
      outcome.failed.map((one) => one.machine.name),
      ["a", "b"],
    );
    assert.deepEqual(host.calls, ["hold a", "release a"]);
    assert.equal(vault.points.length, 0);
    assert.equal(vault.sessionsOpen, 0);
  });

  test("gives an outcome also when it was interrupted before it began", async () => {
    const { host, run } = scene();
    const outcome = await run({ signal: AbortSignal.abort() });
    assert.ok(outcome.endedBy instanceof InterruptedError);
    assert.deepEqual([outcome.failed.length, host.calls], [2, []]);
  });

  test("commits nothing more once it is interrupted, not even what was read", async () => {
    const interruption = new AbortController();
    const { host, vault, run } = scene();
    host.onRelease = () => {
      interruption.abort();
      return {};
    };
    const outcome = await run({ signal: interruption.signal });
    assert.equal(vault.points.length, 0);
    assert.ok(outcome.endedBy instanceof InterruptedError);
  });

  test("keeps both errors when reading and releasing fail, and what was left behind", async () => {
    const { host, run } = scene(usualFiles(), [{ name: "gone", disks: ["D:\\gone.vhd"] }]);
    host.onRelease = () => {
      throw new InternalError("Cannot remove the checkpoint: the host is gone");
    };
    const [failed] = (await run()).failed;
    assert.ok(failed?.error instanceof MachineFileMissingError);
    assert.deepEqual(
      failed?.alsoFailed.map((error) => (error as StillpointError).code),
      ["internal"],
    );
  });

  test("reports in point and summary what stayed on the host", async () => {
    const { host, vault, run } = scene();
    const leftBehind = ["The checkpoint of a is still merging"];
    host.onRelease = (name) => (name === "a" ? { leftBehind, interruptedSeconds: 2 } : {});
    const outcome = await run();
    assert.deepEqual(outcome.points[0]?.leftBehind, leftBehind);
    assert.equal(outcome.points[0]?.interruptedSeconds, 2);
    assert.deepEqual(vault.points[0]?.leftBehind, leftBehind);
    assert.deepEqual(outcome.points[1]?.leftBehind, []);
  });

  test("warns when less was reached than the forecast said", async () => {
    const { run } = scene(usualFiles(), [
      { name: "a", disks: ["D:\\a\\a.vhd"], held: { reached: "crash", checkpointKind: "standard" } },
    ]);
    assert.deepEqual(
      (await run()).points[0]?.warnings.map((warning) => warning.code),
      ["forecast-differs"],
    );
  });

  test("reads a held machine through its view, and keeps the host's own paths", async () => {
    const view = usualFiles();
    const live = new MemoryHostFiles({ "D:\\b\\b.vmcx": "written since" });
    const [machine] = usualMachines.slice(1);
    assert.ok(machine);
    const { run, vault, host } = scene(live, [{ ...machine, held: { view } }]);
    const outcome = await run();
    assert.deepEqual(outcome.failed, []);
    const [point] = vault.points;
    assert.ok(point);
    const paths = ["D:\\b\\leaf.avhd", "D:\\b\\base.vhd", "D:\\b\\b.vmcx"];
    assert.deepEqual(
      outcome.points[0]?.files.map(({ path }) => path),
      paths,
    );
    for (const path of paths) assert.deepEqual(vault.bytes(point, path), view.bytes(path));
    assert.deepEqual([host.files.opened, view.openNow], [[], []]);
  });

  test("tells the host how files are chained, in whatever view it asks for", async () => {
    const { run, host } = scene();
    const chains: (readonly string[])[] = [];
    host.onHold = async (name, { chainOf }) => {
      assert.ok(chainOf);
      if (name === "b") chains.push(await chainOf(usualFiles(), "D:\\b\\leaf.avhd"));
    };
    await run();
    assert.deepEqual(chains, [["D:\\b\\leaf.avhd", "D:\\b\\base.vhd"]]);
  });

  test("closes every step that it opens, in a tree below the run", async () => {
    const { events, run, vault } = scene();
    vault.onCommit = (draft) => {
      if (draft.machine.name === "a") throw new InternalError("Cannot commit: a test says so");
    };
    await run();
    const open = new Map<string, string | undefined>();
    const outcomes = new Map<string, string>();
    for (const event of events) {
      if (event.type === "step-started") {
        assert.ok(!open.has(event.step) && !outcomes.has(event.step), `${event.step} starts twice`);
        if (event.parent !== undefined) assert.ok(open.has(event.parent), `${event.step} has no open parent`);
        open.set(event.step, event.name);
      } else if (event.type === "step-ended") {
        assert.ok(open.delete(event.step), `${event.step} was not open`);
        outcomes.set(event.step, event.outcome);
      } else {
        assert.ok(open.has(event.step), `${event.step} is not open for ${event.type}`);
      }
    }
    assert.equal(open.size, 0);
    assert.equal(outcomes.get("run-1"), "done");
    assert.equal(outcomes.get(`run-1/${machineId(0)}`), "failed");
    assert.equal(outcomes.get(`run-1/${machineId(1)}`), "done");
  });
});

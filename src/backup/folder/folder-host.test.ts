import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, noEvents } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { makeVhd } from "../../formats/vhd/testing/index.ts";
import { MachineChangedError, type MachineHost, MachineNotFoundError } from "../../hyperv/index.ts";
import { backupMachines } from "../backup-machines.ts";
import { DiskChainCycleError, FolderMissingError } from "../errors.ts";
import { FakeVault, MemoryHostFiles } from "../testing/index.ts";
import { openFolderHost } from "./folder-host.ts";

const A = guid("aaaaaaaa-0000-4000-8000-000000000001");
const B = guid("bbbbbbbb-0000-4000-8000-000000000002");
const C = guid("cccccccc-0000-4000-8000-000000000003");
const PATIENCE = { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 };
const HOLD = { events: noEvents, step: "s", patience: PATIENCE, run: "r" };

function vhd(uniqueId: typeof A, parent?: { id: typeof A; name: string }): Uint8Array {
  return makeVhd({
    sizeBytes: 524_288,
    blockSizeBytes: 524_288,
    uniqueId,
    writes: [],
    ...(parent && { parent: { ...parent, relativePath: `.\\${parent.name}` } }),
  });
}

async function open(files: MemoryHostFiles): Promise<MachineHost> {
  return await openFolderHost({ root: "/exports", files, clock: new FakeClock() });
}

async function names(files: MemoryHostFiles): Promise<readonly string[]> {
  return (await (await open(files)).machines()).map((machine) => machine.name);
}

describe("openFolderHost()", () => {
  test("takes each subfolder with disks anywhere below it as a machine of its name, and no other", async () => {
    const files = new MemoryHostFiles({
      "web01/Virtual Hard Disks/web01.vhd": vhd(A),
      "web01/readme.txt": "hello",
      "notes/todo.txt": "none",
      "db01/db01.vhd": vhd(B),
    });
    assert.deepEqual(await names(files), ["db01", "web01"]);
  });

  test("takes a chain of loose disks as one machine with the stem of its root", async () => {
    const files = new MemoryHostFiles({
      "base.vhd": vhd(A),
      "base_11.avhd": vhd(B, { id: A, name: "base.vhd" }),
      "base_22.avhd": vhd(C, { id: B, name: "base_11.avhd" }),
      "other.vhd": vhd(C),
    });
    const host = await open(files);
    const machines = await host.machines();
    assert.deepEqual(
      machines.map((machine) => [machine.name, machine.disks.map((disk) => disk.path)]),
      [
        ["base", ["base_22.avhd"]],
        ["other", ["other.vhd"]],
      ],
    );
  });

  test("gives loose disks of one stem their whole names", async () => {
    const files = new MemoryHostFiles({
      "a.vhd": vhd(A),
      "a.vhdx": "not really one",
      "b/b.vhd": vhd(B),
      "b.vhd": vhd(C),
    });
    assert.deepEqual(await names(files), ["a.vhd", "a.vhdx", "b", "b.vhd"]);
  });

  test("gives the same machine the same id every time, and another name another id", async () => {
    const files = new MemoryHostFiles({ "a.vhd": vhd(A), "b.vhd": vhd(B) });
    const [first, second] = [await (await open(files)).machines(), await (await open(files)).machines()];
    assert.deepEqual(
      first.map((machine) => machine.id),
      second.map((machine) => machine.id),
    );
    assert.notEqual(first[0]?.id, first[1]?.id);
    // computed with Python's uuid module: uuid5(uuid5(uuid5(DNS, "machines.folder.stillpoint"), "1:folder "), "a")
    assert.equal(first[0]?.id, "9a110ce4-7363-513c-8920-efdd5d15b1c9");
  });

  test("forecasts a crash-consistent copy of files", async () => {
    const files = new MemoryHostFiles({ "a.vhd": vhd(A) });
    const [machine] = await (await open(files)).machines();
    const { possible, consistency, method, checkpointKind } = machine?.forecast ?? {};
    assert.deepEqual(
      { possible, consistency, method, checkpointKind },
      {
        possible: true,
        consistency: "crash",
        method: "files",
        checkpointKind: "none",
      },
    );
  });

  test("refuses a folder that is not there", async () => {
    const files = new MemoryHostFiles();
    files.stat = async () => undefined;
    await assert.rejects(open(files), FolderMissingError);
  });

  test("holds a machine with every file of its folder, by role", async () => {
    const files = new MemoryHostFiles({
      "m/Virtual Machines/x.vmcx": "",
      "m/Virtual Machines/x.VMRS": "",
      "m/Virtual Machines/x.vmgs": "",
      "m/d/base.vhd": vhd(A),
      "m/d/leaf.avhd": vhd(B, { id: A, name: "base.vhd" }),
      "m/readme": "hello",
    });
    const host = await open(files);
    const [machine] = await host.machines();
    assert.ok(machine);
    await using held = await host.hold(machine.id, HOLD);
    assert.deepEqual(
      held.files.map((file) => `${file.role} ${file.path}`),
      [
        "runtime m/Virtual Machines/x.VMRS",
        "configuration m/Virtual Machines/x.vmcx",
        "guest-state m/Virtual Machines/x.vmgs",
        "other m/readme",
      ],
    );
    assert.deepEqual(
      held.disks.map((disk) => disk.viewLeaf),
      ["m/d/leaf.avhd"],
    );
  });

  test("says when a file came or went while a machine was held", async () => {
    const files = new MemoryHostFiles({ "m/a.vhd": vhd(A), "m/b.txt": "b" });
    const host = await open(files);
    const [machine] = await host.machines();
    assert.ok(machine);
    await using held = await host.hold(machine.id, HOLD);
    await held.confirmUnchanged();
    await files.remove("m/b.txt");
    await assert.rejects(held.confirmUnchanged(), MachineChangedError);
  });

  test("does not find a machine whose files are gone", async () => {
    const files = new MemoryHostFiles({ "m/a.vhd": vhd(A) });
    const host = await open(files);
    const [machine] = await host.machines();
    assert.ok(machine);
    await files.remove("m/a.vhd");
    await assert.rejects(host.hold(machine.id, HOLD), MachineNotFoundError);
  });

  test("is backed up whole, with a disk in another machine's folder as parent", async () => {
    const files = new MemoryHostFiles({
      "templates/base.vhd": vhd(A),
      "m/leaf.avhd": makeVhd({
        sizeBytes: 524_288,
        blockSizeBytes: 524_288,
        uniqueId: B,
        writes: [],
        parent: { id: A, name: "base.vhd", relativePath: "..\\templates\\base.vhd" },
      }),
    });
    const host = await open(files);
    const vault = new FakeVault();
    const outcome = await backupMachines({
      host,
      vault,
      machines: await host.machines(),
      clock: new FakeClock(),
      events: noEvents,
      patience: PATIENCE,
      run: "run",
    });
    assert.deepEqual(outcome.failed, []);
    assert.deepEqual(
      outcome.points.map((point) => [point.machine.name, point.method, point.files.map((file) => file.path)]),
      [
        ["m", "files", ["m/leaf.avhd", "templates/base.vhd"]],
        ["templates", "files", ["templates/base.vhd"]],
      ],
    );
  });

  test("lets disks that are each other's parents fail with their names, and nothing else", async () => {
    const files = new MemoryHostFiles({
      "a.avhd": vhd(A, { id: B, name: "b.avhd" }),
      "b.avhd": vhd(B, { id: A, name: "a.avhd" }),
      "good.vhd": vhd(C),
    });
    const host = await open(files);
    const outcome = await backupMachines({
      host,
      vault: new FakeVault(),
      machines: await host.machines(),
      clock: new FakeClock(),
      events: noEvents,
      patience: PATIENCE,
      run: "run",
    });
    assert.deepEqual(
      outcome.points.map((point) => point.machine.name),
      ["good"],
    );
    assert.ok(outcome.failed[0]?.error instanceof DiskChainCycleError);
  });
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { needs, readSample, run } from "../../test/testing/oracles.ts";
import { backupMachines } from "../backup/index.ts";
import { FakeHost, FakeVault, MemoryHostFiles } from "../backup/testing/index.ts";
import { guid, InternalError, InterruptedError, noEvents, type RunEvent } from "../base/index.ts";
import { FakeClock, SeededEntropy } from "../base/testing/index.ts";
import { makeVhd } from "../formats/vhd/testing/index.ts";
import { folderFiles } from "../places/index.ts";
import { temporaryFolder } from "../places/testing/index.ts";
import type { RestorePoint } from "../vault/index.ts";
import { RestoredFileWrongError, RestoreFolderNotEmptyError, RestorePathUnsafeError } from "./errors.ts";
import { type RestoreToFolderOptions, restoreToFolder } from "./restore-to-folder.ts";

const A = guid("aaaaaaaa-0000-4000-8000-000000000001");
const B = guid("bbbbbbbb-0000-4000-8000-000000000002");
const base = makeVhd({ sizeBytes: 524_288, blockSizeBytes: 524_288, uniqueId: A, writes: [] });
const leaf = makeVhd({
  sizeBytes: 524_288,
  blockSizeBytes: 524_288,
  uniqueId: B,
  writes: [],
  parent: { id: A, name: "base.vhd", relativePath: "..\\T\\base.vhd" },
});

interface Stored {
  readonly vault: FakeVault;
  readonly point: RestorePoint;
  readonly host: MemoryHostFiles;
}

/** A machine of two disks in a chain and a configuration, in a fake vault. */
async function stored(): Promise<Stored> {
  const files = new MemoryHostFiles({
    "D:\\M\\leaf.avhd": leaf,
    "D:\\T\\base.vhd": base,
    "D:\\M\\x.vmcx": "configuration",
  });
  const host = new FakeHost(files, [
    { name: "m", disks: ["D:\\M\\leaf.avhd"], files: [{ path: "D:\\M\\x.vmcx", role: "configuration" }] },
  ]);
  const vault = new FakeVault();
  const patience = { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 };
  const machines = await host.machines();
  await backupMachines({
    host,
    vault,
    machines,
    clock: new FakeClock(),
    events: noEvents,
    patience,
    run: "r",
  });
  const [point] = vault.points;
  assert.ok(point);
  return { vault, point, host: files };
}

function options(from: Stored, target: MemoryHostFiles): RestoreToFolderOptions {
  const { vault, point } = from;
  return {
    vault,
    point,
    target,
    layout: "exact",
    naming: "posix",
    entropy: new SeededEntropy(1),
    events: noEvents,
    run: "restore-1",
  };
}

describe("restoreToFolder()", () => {
  test("brings every file back byte for byte under its original path", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    const outcome = await restoreToFolder(options(from, target));
    assert.deepEqual(target.paths(), ["D/M/leaf.avhd", "D/M/x.vmcx", "D/T/base.vhd"]);
    assert.deepEqual(target.bytes("D/M/leaf.avhd"), leaf);
    assert.deepEqual(target.bytes("D/T/base.vhd"), base);
    assert.deepEqual(
      outcome.files.map((file) => [file.path, file.bytes]),
      [
        ["D/M/leaf.avhd", leaf.length],
        ["D/T/base.vhd", base.length],
        ["D/M/x.vmcx", 13],
      ],
    );
    assert.equal(outcome.bytesWritten, leaf.length + base.length + 13);
    assert.deepEqual(outcome.machine, from.point.machine);
    assert.deepEqual([from.vault.readersOpen, outcome.rewritten], [0, []]);
  });

  test("warns about a VHD in export layout that would need another parent path", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    const outcome = await restoreToFolder({ ...options(from, target), layout: "export" });
    assert.deepEqual(target.paths(), [
      "Virtual Hard Disks/base.vhd",
      "Virtual Hard Disks/leaf.avhd",
      "Virtual Machines/x.vmcx",
    ]);
    assert.deepEqual(
      outcome.warnings.map((warning) => warning.code),
      ["parent-locator-not-rewritten"],
    );
    assert.deepEqual(target.bytes("Virtual Hard Disks/leaf.avhd"), leaf);
    assert.equal(from.vault.readersOpen, 0);
  });

  test(
    "rewrites the parent locator of a VHDX whose parent lies elsewhere now",
    needs("samples", "7zz"),
    async () => {
      const child = readSample("synthetic-diff-child.avhdx.zst");
      const parent = readSample("synthetic-diff-base.vhdx.zst");
      const files = new MemoryHostFiles({ "D:\\M\\child.avhdx": child, "D:\\M\\base.vhdx": parent });
      const host = new FakeHost(files, [{ name: "m", disks: ["D:\\M\\child.avhdx"], files: [] }]);
      const vault = new FakeVault();
      const machines = await host.machines();
      const patience = { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 };
      await backupMachines({
        host,
        vault,
        machines,
        clock: new FakeClock(),
        events: noEvents,
        patience,
        run: "r",
      });
      const [held] = vault.points;
      assert.ok(held);
      const another = held.files.map((file) => ({
        ...file,
        path: file.path.replace("M\\base", "T\\sub\\root"),
      }));
      const point = { ...held, files: another };
      await using folder = await temporaryFolder();
      const target = folderFiles(folder.path);
      const outcome = await restoreToFolder({
        ...options({ vault, point, host: files }, new MemoryHostFiles()),
        target,
        layout: "export",
      });
      assert.deepEqual(outcome.rewritten, ["Virtual Hard Disks/child.avhdx"]);
      const disks = join(folder.path, "Virtual Hard Disks");
      assert.ok(Buffer.from(parent).equals(await readFile(join(disks, "root.vhdx"))));
      await mkdir(join(folder.path, "original"));
      await writeFile(join(folder.path, "original/child.avhdx"), child);
      await writeFile(join(folder.path, "original/base.vhdx"), parent);
      const content = async (path: string): Promise<string> => {
        run("7zz", ["e", "-y", "-tvhdx", `-o${path}.out`, path]);
        const [image] = await readdir(`${path}.out`);
        return createHash("sha256")
          .update(await readFile(join(`${path}.out`, image ?? "")))
          .digest("hex");
      };
      assert.equal(
        await content(join(disks, "child.avhdx")),
        await content(join(folder.path, "original/child.avhdx")),
      );
    },
  );

  test("refuses a folder that is not empty, and replaces files when told to", async () => {
    const from = await stored();
    const target = new MemoryHostFiles({ "D/M/x.vmcx": "older", "mine.txt": "stays" });
    const refusal = { name: RestoreFolderNotEmptyError.name, message: /"(D\/M\/x\.vmcx|mine\.txt)"/ };
    await assert.rejects(restoreToFolder(options(from, target)), refusal);
    assert.deepEqual(target.paths(), ["D/M/x.vmcx", "mine.txt"]);
    await restoreToFolder({ ...options(from, target), overwrite: true });
    assert.equal(Buffer.from(target.bytes("D/M/x.vmcx")).toString(), "configuration");
    assert.equal(Buffer.from(target.bytes("mine.txt")).toString(), "stays");
  });

  test("writes nothing at all when one path of the point is unsafe", async () => {
    const from = await stored();
    const [first, ...rest] = from.point.files;
    assert.ok(first);
    const point = { ...from.point, files: [...rest, { ...first, path: "..\\..\\x.vhdx" }] };
    const target = new MemoryHostFiles();
    await assert.rejects(restoreToFolder({ ...options(from, target), point }), RestorePathUnsafeError);
    assert.deepEqual(target.paths(), []);
  });

  test("leaves no half-written file behind when the vault fails in the middle", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    from.vault.onCopy = (file) => {
      if (file.path.endsWith("base.vhd")) throw new InternalError("Cannot read the chunk: a test says so");
    };
    await assert.rejects(restoreToFolder(options(from, target)), InternalError);
    assert.deepEqual(target.paths(), ["D/M/leaf.avhd", "D/M/x.vmcx"], "what was on its way is whole");
    assert.deepEqual(target.bytes("D/M/leaf.avhd"), leaf);
  });

  test("stops when it is interrupted, and removes what it was writing", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    const interruption = new AbortController();
    from.vault.onCopy = () => {
      interruption.abort();
      throw new InterruptedError("Cannot go on: interrupted");
    };
    const running = restoreToFolder({ ...options(from, target), signal: interruption.signal });
    await assert.rejects(running, InterruptedError);
    assert.deepEqual(target.paths(), []);
  });

  test("gives a file its name only after all of it is there", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    const seen: number[] = [];
    from.vault.onCopy = (file) => {
      const name = file.path.replace(/.*\\/, "");
      assert.ok(target.paths().every((path) => !path.endsWith(name)));
      seen.push(target.paths().filter((path) => path.endsWith(`${name}.partial`)).length);
    };
    await restoreToFolder(options(from, target));
    assert.deepEqual(seen, [1, 1, 1]);
  });

  test("refuses a file whose stored content has another size than the point says", async () => {
    const from = await stored();
    const [first, ...rest] = from.point.files;
    assert.ok(first);
    const point = { ...from.point, files: [{ ...first, sizeBytes: first.sizeBytes + 1 }, ...rest] };
    const target = new MemoryHostFiles();
    await assert.rejects(restoreToFolder({ ...options(from, target), point }), RestoredFileWrongError);
    assert.deepEqual(
      target.paths().filter((path) => path.startsWith("D/M/leaf")),
      [],
    );
  });

  test("keeps apart what is half written where one file is called as another's half would be, whatever was there", async () => {
    const from = await stored();
    const [leafFile, baseFile] = from.point.files;
    assert.ok(leafFile && baseFile && leafFile.sizeBytes === baseFile.sizeBytes);
    const files = [
      { ...leafFile, path: "D:\\a" },
      { ...baseFile, path: "D:\\a.partial" },
    ];
    const point = { ...from.point, files };
    const target = new MemoryHostFiles({ "D/a": "older", "D/a.partial": "older" });
    await restoreToFolder({ ...options(from, target), point, overwrite: true });
    assert.deepEqual(target.paths(), ["D/a", "D/a.partial"]);
    assert.deepEqual(target.bytes("D/a"), leaf);
    assert.deepEqual(target.bytes("D/a.partial"), base);
  });

  test("brings back files with the longest names that a file system has", async () => {
    const from = await stored();
    const [file] = from.point.files;
    assert.ok(file);
    const path = `D:\\${"n".repeat(250)}.vhd`;
    await using folder = await temporaryFolder();
    const target = folderFiles(folder.path);
    await restoreToFolder({
      ...options(from, new MemoryHostFiles()),
      target,
      point: { ...from.point, files: [{ ...file, path }] },
    });
    assert.deepEqual(await readdir(join(folder.path, "D")), [`${"n".repeat(250)}.vhd`]);
  });

  test("tells its progress as a tree of steps", async () => {
    const from = await stored();
    const events: RunEvent[] = [];
    await restoreToFolder({ ...options(from, new MemoryHostFiles()), events: (event) => events.push(event) });
    const started = events.filter((event) => event.type === "step-started");
    assert.deepEqual(
      started.map((event) => [event.name, event.parent, event.subject]),
      [
        ["restore", undefined, "m"],
        ["write-file", "restore-1", "D/M/leaf.avhd"],
        ["write-file", "restore-1", "D/T/base.vhd"],
        ["write-file", "restore-1", "D/M/x.vmcx"],
      ],
    );
    const done = events.filter((event) => event.type === "step-progress").map((event) => event.doneBytes);
    assert.deepEqual(
      done,
      done.toSorted((a, b) => a - b),
    );
    assert.equal(done.at(-1), from.point.bytes);
  });
});

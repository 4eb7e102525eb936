import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { backupMachines } from "../backup/index.ts";
import { FakeHost, FakeVault, MemoryHostFiles } from "../backup/testing/index.ts";
import { InterruptedError, noEvents, type RunEvent } from "../base/index.ts";
import { FakeClock, SeededEntropy } from "../base/testing/index.ts";
import { type RestorePoint, type StoredFile, type UnreadRange, VaultDamagedError } from "../vault/index.ts";
import { RestoreFolderNotEmptyError, RestorePathCollisionError, RestoreSpaceShortError } from "./errors.ts";
import type { UnreadFileRange } from "./execute-restore.ts";
import { type RestorePointsOptions, restorePoints } from "./restore-points.ts";

const SHARED = "T:\\shared.bin";

/** Three machines: a and b have a file in common, all have one of their own. */
async function stored(): Promise<{ readonly vault: FakeVault; readonly points: readonly RestorePoint[] }> {
  const files = new MemoryHostFiles({
    "D:\\Ma\\a.vmcx": "configuration of a",
    "D:\\Mb\\b.vmcx": "configuration of b",
    "D:\\Mc\\c.vmcx": "configuration of c",
    [SHARED]: "in common",
  });
  const own = (name: string) => ({ path: `D:\\M${name}\\${name}.vmcx`, role: "configuration" as const });
  const shared = { path: SHARED, role: "other" as const };
  const host = new FakeHost(files, [
    { name: "a", disks: [], files: [own("a"), shared] },
    { name: "b", disks: [], files: [shared, own("b")] },
    { name: "c", disks: [], files: [own("c")] },
  ]);
  const vault = new FakeVault();
  await backupMachines({
    host,
    vault,
    machines: await host.machines(),
    clock: new FakeClock(),
    events: noEvents,
    patience: { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 },
    run: "r",
  });
  return { vault, points: vault.points };
}

function options(
  from: Awaited<ReturnType<typeof stored>>,
  target: MemoryHostFiles,
  more: Partial<RestorePointsOptions> = {},
): RestorePointsOptions {
  return {
    ...from,
    target,
    layout: "exact",
    naming: "posix",
    entropy: new SeededEntropy(1),
    events: noEvents,
    run: "run",
    ...more,
  };
}

function damageOf(name: string) {
  return (file: StoredFile): void => {
    if (file.path.endsWith(name)) throw new VaultDamagedError("packs/00", "it is gone");
  };
}

describe("restorePoints()", () => {
  test("gives each restore point a folder, and writes what several have in common into each", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    const { restored, failed } = await restorePoints(options(from, target, { layout: "export" }));
    assert.deepEqual(target.paths(), [
      "a/Other Files/shared.bin",
      "a/Virtual Machines/a.vmcx",
      "b/Other Files/shared.bin",
      "b/Virtual Machines/b.vmcx",
      "c/Virtual Machines/c.vmcx",
    ]);
    assert.deepEqual(failed, []);
    assert.deepEqual(
      restored.map(({ point, folder, files }) => [point.machine.name, folder, files.map(({ path }) => path)]),
      [
        ["a", "a", ["a/Virtual Machines/a.vmcx", "a/Other Files/shared.bin"]],
        ["b", "b", ["b/Other Files/shared.bin", "b/Virtual Machines/b.vmcx"]],
        ["c", "c", ["c/Virtual Machines/c.vmcx"]],
      ],
    );
    assert.equal(from.vault.readersOpen, 0);
  });

  test("writes with exact paths once what several have in common", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    let copies = 0;
    from.vault.onCopy = ({ path }) => {
      if (path === SHARED) copies++;
    };
    const { restored } = await restorePoints(options(from, target));
    assert.deepEqual(target.paths(), ["D/Ma/a.vmcx", "D/Mb/b.vmcx", "D/Mc/c.vmcx", "T/shared.bin"]);
    assert.equal(copies, 1);
    assert.deepEqual(
      restored.map(({ files }) => files.length),
      [2, 2, 1],
    );
    const written = restored.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    assert.equal(written, 3 * 18 + 9);
  });

  test("goes on with the others when one fails, and has what it failed with and what of it is whole", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    from.vault.onCopy = damageOf("b.vmcx");
    const { restored, failed } = await restorePoints(options(from, target));
    assert.deepEqual(
      restored.map(({ point }) => point.machine.name),
      ["a", "c"],
    );
    assert.deepEqual(
      failed.map(({ point, files, error }) => [point.machine.name, files.map(({ path }) => path), error]),
      [["b", ["T/shared.bin"], new VaultDamagedError("packs/00", "it is gone")]],
    );
    assert.deepEqual(target.paths(), ["D/Ma/a.vmcx", "D/Mc/c.vmcx", "T/shared.bin"]);
  });

  test("ends all of them when it is interrupted: none has a file that only looks whole", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    const interruption = new AbortController();
    const steps: string[] = [];
    const events = (event: RunEvent): void => {
      if (event.type === "step-started") steps.push(event.step);
    };
    from.vault.onCopy = ({ path }) => {
      if (!path.endsWith("b.vmcx")) return;
      interruption.abort();
      throw new InterruptedError("Cannot go on: interrupted");
    };
    const [, , last] = from.points as [RestorePoint, RestorePoint, RestorePoint];
    const later = ["d", "e"].map((name) => ({ ...last, machine: { ...last.machine, name } }));
    const points = [...from.points, ...later];
    const { restored, failed } = await restorePoints(
      options(from, target, { points, signal: interruption.signal, events }),
    );
    assert.deepEqual(
      restored.map(({ point }) => point.machine.name),
      ["a"],
    );
    assert.deepEqual(
      failed.map(({ point, error }) => [point.machine.name, error instanceof InterruptedError]),
      ["b", "c", "d", "e"].map((name) => [name, true]),
    );
    assert.deepEqual(target.paths(), ["D/Ma/a.vmcx", "T/shared.bin"]);
    assert.ok(steps.includes("run/2") && !steps.includes("run/5"), "what has no turn has no step");
  });

  test("refuses before the first byte what cannot be done for one of them", async () => {
    const from = await stored();
    const [a, b, c] = from.points as [RestorePoint, RestorePoint, RestorePoint];
    const other = a.files.map((file) => ({ ...file, recipe: { ...file.recipe, root: "f".repeat(64) } }));
    const inside = c.files.map((file) => ({ ...file, path: "D:\\Ma\\a.vmcx\\inside" }));
    const target = new MemoryHostFiles();
    for (const points of [
      [b, a, { ...c, files: other }],
      [a, b, { ...c, files: inside }],
    ]) {
      const refusal = {
        name: RestorePathCollisionError.name,
        message: /of c: ".*" of a would have the same/,
      };
      await assert.rejects(restorePoints(options({ ...from, points }, target)), refusal);
    }
    const small = Object.assign(new MemoryHostFiles(), { freeBytes: async () => 62 });
    const short = { name: RestoreSpaceShortError.name, neededBytes: 63, freeBytes: 62 };
    await assert.rejects(restorePoints(options(from, small)), short);
    const taken = new MemoryHostFiles({ "mine.txt": "stays" });
    await assert.rejects(restorePoints(options(from, taken)), RestoreFolderNotEmptyError);
    assert.deepEqual([target.paths(), small.paths(), taken.paths()], [[], [], ["mine.txt"]]);
    await restorePoints(options(from, small, { ignoreSpace: true }));
    assert.equal(small.paths().length, 4);
  });

  test("tells one progress for all of them, which ends at the end also when some fail", async () => {
    const from = await stored();
    from.vault.onCopy = damageOf("a.vmcx");
    const events: RunEvent[] = [];
    await restorePoints(options(from, new MemoryHostFiles(), { events: (event) => events.push(event) }));
    const progress = events.filter((event) => event.type === "step-progress");
    assert.ok(progress.every(({ step, totalBytes }) => step === "run" && totalBytes === 3 * 18 + 2 * 9));
    const done = progress.map(({ doneBytes }) => doneBytes);
    assert.deepEqual(
      done,
      done.toSorted((x, y) => x - y),
    );
    assert.equal(done.at(-1), 3 * 18 + 2 * 9);
    const ended = events.filter((event) => event.type === "step-ended");
    assert.deepEqual(
      ended.filter(({ step }) => step.split("/").length < 3).map(({ step, outcome }) => [step, outcome]),
      [
        ["run/1", "failed"],
        ["run/2", "done"],
        ["run/3", "done"],
        ["run", "failed"],
      ],
    );
    const started = events.filter((event) => event.type === "step-started").map(({ step }) => step);
    assert.deepEqual(started.toSorted(), ended.map(({ step }) => step).toSorted());
  });

  test("salvages what can be read, lists the rest beside each file and says that it is not whole", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    const lost: readonly UnreadRange[] = [
      { offset: 4, length: 3, object: "packs/00", what: "it is gone" },
      { offset: 0, length: 4, object: "packs/00", what: "it is gone" },
      { offset: 8, length: 1, object: "packs/01", what: "it is cut off" },
    ];
    from.vault.onSalvage = ({ path }) => (path === SHARED ? lost : []);
    const unread: UnreadFileRange[] = [];
    const { restored, failed } = await restorePoints(
      options(from, target, { salvage: true, onUnread: (range) => unread.push(range) }),
    );
    assert.deepEqual(failed, []);
    assert.deepEqual(
      restored.map(({ whole, warnings }) => [whole, warnings.map(({ code }) => code)]),
      [
        [false, ["file-salvaged-in-part"]],
        [false, ["file-salvaged-in-part"]],
        [true, []],
      ],
    );
    const report = "T/shared.bin.salvaged.jsonl";
    assert.deepEqual(restored[0]?.files[1], {
      path: "T/shared.bin",
      bytes: 9,
      salvaged: { ranges: 2, unreadBytes: 8, report },
    });
    assert.equal(Buffer.from(target.bytes("T/shared.bin")).toString("latin1"), "\0\0\0\0\0\0\0o\0");
    const ranges = [
      { offset: 0, length: 7, object: "packs/00", what: "it is gone" },
      { offset: 8, length: 1, object: "packs/01", what: "it is cut off" },
    ];
    assert.deepEqual(
      unread.map(({ plan: _plan, ...range }) => range),
      ranges.map((range) => ({ ...range, file: "T/shared.bin" })),
    );
    const lines = Buffer.from(target.bytes(report)).toString().trim().split("\n");
    const [head, ...others] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual([head?.["type"], head?.["whole"], head?.["file"]], ["salvaged", false, "shared.bin"]);
    assert.deepEqual(others, [
      ...ranges.map((range) => ({ type: "unread-range", ...range })),
      { type: "summary", ranges: 2, unreadBytes: 8 },
    ]);
  });

  test("puts a report before its file, and takes it away when the file comes back whole", async () => {
    const from = await stored();
    const target = new MemoryHostFiles();
    const seen: boolean[] = [];
    const rename = target.rename.bind(target);
    target.rename = async (path, newPath) => {
      if (newPath === "T/shared.bin") seen.push(target.paths().includes("T/shared.bin.salvaged.jsonl"));
      await rename(path, newPath);
    };
    from.vault.onSalvage = ({ path }) =>
      path === SHARED ? [{ offset: 0, length: 1, object: "packs/00", what: "it is gone" }] : [];
    await restorePoints(options(from, target, { salvage: true }));
    assert.deepEqual(seen, [true]);
    await restorePoints(options(from, target, { overwrite: true }));
    assert.deepEqual(target.paths(), ["D/Ma/a.vmcx", "D/Mb/b.vmcx", "D/Mc/c.vmcx", "T/shared.bin"]);
    assert.equal(Buffer.from(target.bytes("T/shared.bin")).toString(), "in common");
  });
});

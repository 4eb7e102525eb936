import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { guid, type RestorePointId, StillpointError } from "../base/index.ts";
import type { FileRole, RestorePoint } from "../vault/index.ts";
import { RestoreNameUnusableError, RestorePathCollisionError } from "./errors.ts";
import type { ParentLink } from "./parent-links.ts";
import { planRestore } from "./plan-restore.ts";

const MACHINE = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02";
const HELD = "11112222-3333-4444-8555-666677778888";
const CHECKPOINT = "9C0D1E2F-0000-4000-8000-000000000001";

/** A restore point of files without content. */
function point(files: Readonly<Record<string, FileRole>>, facts: Partial<RestorePoint> = {}): RestorePoint {
  return {
    id: "0".repeat(32) as RestorePointId,
    time: "2026-05-01T12:00:00Z",
    bytes: 0,
    vault: guid("11111111-1111-4111-8111-111111111111"),
    machine: { id: MACHINE, name: "db01" },
    host: { name: "HV01" },
    started: "",
    held: "",
    asked: "crash",
    consistency: "crash",
    method: "recovery-checkpoint",
    checkpointKind: "standard",
    interruptedSeconds: 0,
    attempts: 1,
    memory: { kept: false },
    files: Object.entries(files).map(([path, role]) => ({
      path,
      role,
      sizeBytes: 10,
      recipe: { version: 1, sizeBytes: 10, level: 0, root: null },
    })),
    disks: [],
    tree: { checkpoints: [], current: null },
    uncovered: [],
    warnings: [],
    fullReadReasons: [],
    forecast: null,
    leftBehind: [],
    counts: { bytesRead: 0, bytesReadMetadata: 0, bytesNew: 0, bytesStored: 0 },
    ...facts,
  };
}

/** Original path → place below the folder. */
function places(plan: ReturnType<typeof planRestore>): Readonly<Record<string, string>> {
  return Object.fromEntries(plan.files.map((file) => [file.stored.path, file.path]));
}

describe("planRestore()", () => {
  test("lays files out as Hyper-V's export does", () => {
    const checkpointFiles = [`D:\\M\\Snapshots\\${CHECKPOINT}.vmcx`, `D:\\M\\Snapshots\\${CHECKPOINT}.VMRS`];
    const plan = planRestore(
      point(
        {
          "D:\\M\\child.avhdx": "disk",
          "E:\\base.vhdx": "disk",
          [`D:\\M\\Snapshots\\${HELD}.vmcx`]: "configuration",
          [`D:\\M\\Snapshots\\${HELD}.vmgs`]: "guest-state",
          [checkpointFiles[0] as string]: "configuration",
          [checkpointFiles[1] as string]: "memory",
        },
        {
          tree: {
            checkpoints: [
              {
                id: CHECKPOINT,
                name: "before update",
                created: "",
                parent: null,
                type: "standard",
                memory: true,
                disks: [],
                files: checkpointFiles,
              },
            ],
            current: CHECKPOINT,
          },
        },
      ),
      { layout: "export", naming: "posix" },
    );
    assert.deepEqual(places(plan), {
      "D:\\M\\child.avhdx": "Virtual Hard Disks/child.avhdx",
      "E:\\base.vhdx": "Virtual Hard Disks/base.vhdx",
      [`D:\\M\\Snapshots\\${HELD}.vmcx`]: `Virtual Machines/${MACHINE}.vmcx`,
      [`D:\\M\\Snapshots\\${HELD}.vmgs`]: `Virtual Machines/${MACHINE}.vmgs`,
      [checkpointFiles[0] as string]: `Snapshots/${CHECKPOINT}.vmcx`,
      [checkpointFiles[1] as string]: `Snapshots/${CHECKPOINT}.VMRS`,
    });
    assert.equal(plan.totalBytes, 60);
  });

  test("keeps names of a folder host's configurations, and a saved state in its own folder", () => {
    const plan = planRestore(
      point(
        {
          [`m/Virtual Machines/${HELD}.xml`]: "configuration",
          [`m/Virtual Machines/${HELD}/${HELD}.vsv`]: "memory",
          [`m/Snapshots/${CHECKPOINT}.xml`]: "configuration",
          "m/readme.txt": "other",
        },
        { method: "files" },
      ),
      { layout: "export", naming: "posix" },
    );
    assert.deepEqual(Object.values(places(plan)), [
      `Virtual Machines/${HELD}.xml`,
      `Virtual Machines/${HELD}/${HELD}.vsv`,
      `Snapshots/${CHECKPOINT}.xml`,
      "Other Files/readme.txt",
    ]);
  });

  test("numbers disks that have one name, whatever their case", () => {
    const files = {
      "D:\\a\\disk.vhdx": "disk",
      "D:\\b\\DISK.vhdx": "disk",
      "D:\\c\\disk.vhdx": "disk",
    } as const;
    const plan = planRestore(point(files), { layout: "export", naming: "posix" });
    assert.deepEqual(Object.values(places(plan)), [
      "Virtual Hard Disks/disk.vhdx",
      "Virtual Hard Disks/DISK-2.vhdx",
      "Virtual Hard Disks/disk-3.vhdx",
    ]);
  });

  test("puts every file under its original path for an exact restore", () => {
    const files = { "D:\\a\\disk.vhdx": "disk", "\\\\nas\\vm\\x.vmcx": "configuration" } as const;
    const plan = planRestore(point(files), { layout: "exact", naming: "posix" });
    assert.deepEqual(Object.values(places(plan)), ["D/a/disk.vhdx", "UNC/nas/vm/x.vmcx"]);
  });

  test("refuses names that Windows cannot have, on Windows only", () => {
    for (const name of ["con.vhdx", "a:b.vhdx", "tail.vhdx.", "what?.vhdx", "bell\u0007.vhdx"]) {
      const odd = point({ [`m/${name}`]: "disk" });
      assert.throws(() => planRestore(odd, { layout: "exact", naming: "windows" }), RestoreNameUnusableError);
      planRestore(odd, { layout: "exact", naming: "posix" });
    }
  });

  test("refuses two files that differ in case only where the file system does not tell them apart", () => {
    const files = point({ "m/disk.vhdx": "disk", "m/Disk.vhdx": "disk" });
    assert.throws(
      () => planRestore(files, { layout: "exact", naming: "windows" }),
      (error: Error) => {
        assert.ok(error instanceof RestorePathCollisionError);
        assert.deepEqual([error.path, error.otherPath], ["m/Disk.vhdx", "m/disk.vhdx"]);
        return true;
      },
    );
    planRestore(files, { layout: "exact", naming: "posix" });
  });

  test("refuses a file at a place that another needs as a folder", () => {
    const files = point({ "m/x/disk.vhdx": "disk", "m/x": "other" });
    assert.throws(() => planRestore(files, { layout: "exact", naming: "posix" }), RestorePathCollisionError);
  });

  const links = (relativePath: string, format: "vhdx" | "vhd" = "vhdx"): ReadonlyMap<string, ParentLink> =>
    new Map([["D:\\M\\child.avhdx", { format, relativePath, parentPath: "D:\\T\\base.vhdx" }]]);
  const chain = point({ "D:\\M\\child.avhdx": "disk", "D:\\T\\base.vhdx": "disk" });

  test("leaves a parent locator alone whose relative path still leads to the parent", () => {
    const plan = planRestore(chain, { layout: "export", naming: "posix", links: links(".\\base.vhdx") });
    assert.deepEqual(
      plan.files.map((file) => file.newParent),
      [undefined, undefined],
    );
  });

  test("rewrites a parent locator whose relative path leads elsewhere in the new place", () => {
    const plan = planRestore(chain, { layout: "export", naming: "posix", links: links("..\\T\\base.vhdx") });
    assert.deepEqual(
      plan.files.map((file) => file.newParent),
      [".\\base.vhdx", undefined],
    );
    assert.deepEqual(plan.warnings, []);
  });

  test("changes no file in an exact restore", () => {
    const plan = planRestore(chain, { layout: "exact", naming: "posix", links: links("..\\wrong.vhdx") });
    assert.deepEqual(
      plan.files.map((file) => file.newParent),
      [undefined, undefined],
    );
  });

  test("warns about a VHD whose parent locator leads elsewhere, and leaves it", () => {
    const plan = planRestore(chain, {
      layout: "export",
      naming: "posix",
      links: links("..\\T\\base.vhdx", "vhd"),
    });
    assert.deepEqual(
      plan.files.map((file) => file.newParent),
      [undefined, undefined],
    );
    assert.deepEqual(
      plan.warnings.map((warning) => warning.code),
      ["parent-locator-not-rewritten"],
    );
  });

  test("never plans a place outside the folder, whatever a restore point says", () => {
    const name = fc.oneof(
      fc.constantFrom("..", ".", "", "a", "C:", "UNC", "\\\\?\\", "GLOBALROOT", "con", "a\0b", "x.vhdx"),
      fc.string({ maxLength: 4 }),
    );
    const path = fc
      .tuple(
        fc.constantFrom("", "/", "\\", "\\\\", "\\\\?\\", "D:\\", "d:/"),
        fc.array(name, { maxLength: 5 }),
      )
      .chain(([root, names]) => fc.constantFrom("/", "\\").map((separator) => root + names.join(separator)));
    const role = fc.constantFrom<FileRole>("disk", "configuration", "memory", "other");
    fc.assert(
      fc.property(path, role, fc.constantFrom("export", "exact"), (hostile, fileRole, layout) => {
        let planned: string;
        try {
          const plan = planRestore(point({ [hostile]: fileRole }), { layout, naming: "posix" });
          planned = plan.files[0]?.path ?? "";
        } catch (error) {
          assert.ok(error instanceof StillpointError);
          return;
        }
        assert.doesNotMatch(planned, /^\/|\\|\0|(^|\/)(\.|\.\.|)(\/|$)/);
      }),
      { numRuns: 2000, seed: 20260501 },
    );
  });
});

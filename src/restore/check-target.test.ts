import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryHostFiles } from "../backup/testing/index.ts";
import { guid, InternalError, type RestorePointId } from "../base/index.ts";
import type { DiskExtent } from "../disk/index.ts";
import { StorageUnreachableError } from "../storage/index.ts";
import { type StoredFile, VaultDamagedError } from "../vault/index.ts";
import { draftOf } from "../vault/testing/index.ts";
import { checkTarget } from "./check-target.ts";
import { RestoreFolderNotEmptyError, RestorePlaceTakenError, RestoreSpaceShortError } from "./errors.ts";
import { planRestore, type RestorePlan } from "./plan-restore.ts";
import type { RestoreReader, RestoreVault } from "./ports.ts";

const VAULT_ID = guid("11111111-1111-4111-8111-111111111111");

/** A plan for files of so many bytes, by their paths. */
function planOf(sizes: Readonly<Record<string, number>>): RestorePlan {
  const files = Object.entries(sizes).map(([path, sizeBytes]): StoredFile => {
    const recipe = { version: 1, sizeBytes, level: 0, root: "0".repeat(64) } as const;
    return { path, role: "other", sizeBytes, recipe };
  });
  const facts = { id: "1".repeat(32) as RestorePointId, time: "2026-01-01T00:00:00Z", vault: VAULT_ID };
  const restored = { ...draftOf(files), ...facts, bytes: 0 };
  return planRestore(restored, { layout: "exact", naming: "posix" });
}

function withSpace(freeBytes: number | undefined, files: Readonly<Record<string, string>> = {}) {
  return Object.assign(new MemoryHostFiles(files), { freeBytes: async () => freeBytes });
}

/** A vault whose files have these extents, or fail to say so. */
function extentsOf(extents: () => readonly DiskExtent[]): RestoreVault {
  return {
    openFile: async (file) => {
      const reader = {
        sizeBytes: file.sizeBytes,
        async *extents() {
          yield* extents();
        },
        [Symbol.asyncDispose]: async () => undefined,
      };
      return reader as unknown as RestoreReader;
    },
  };
}

const full = extentsOf(() => []);
/** Nobody has to ask for zeros where there is room. */
const vault = extentsOf(() => {
  throw new InternalError("Cannot say: nobody should ask");
});

describe("checkTarget()", () => {
  test("takes a folder that is empty, or has empty folders", async () => {
    await checkTarget([planOf({ "a/b.bin": 10 })], { vault, target: withSpace(10) });
    await checkTarget([planOf({ "a/b.bin": 10 })], { vault, target: withSpace(undefined) });
  });

  test("refuses a folder that holds something, and with overwriting only what stands in the way", async () => {
    const target = withSpace(1000, { "a/b.bin/c.bin": "in a folder", "x.bin": "a file" });
    await assert.rejects(checkTarget([planOf({ "new.bin": 1 })], { vault, target }), {
      name: RestoreFolderNotEmptyError.name,
      message: /"a\/b\.bin\/c\.bin" is there/,
    });
    const overwrite = true as const;
    await checkTarget([planOf({ "x.bin": 1, "a/new.bin": 1 })], { vault, target, overwrite });
    for (const [path, kind] of [
      ["a/b.bin", "a folder"],
      ["x.bin/y.bin", "a file"],
    ] as const) {
      const taken = {
        name: RestorePlaceTakenError.name,
        message: new RegExp(`: ${kind} of this name is there$`),
      };
      await assert.rejects(checkTarget([planOf({ [path]: 1 })], { vault, target, overwrite }), taken);
    }
  });

  test("needs room for all files of all plans, a shared one once, less what they replace", async () => {
    const plans = [planOf({ "a.bin": 10, "shared.bin": 100 }), planOf({ "b.bin": 5, "shared.bin": 100 })];
    await checkTarget(plans, { vault, target: withSpace(115) });
    const short = { name: RestoreSpaceShortError.name, neededBytes: 115, freeBytes: 114 };
    await assert.rejects(checkTarget(plans, { vault: full, target: withSpace(114) }), short);
    await checkTarget(plans, { vault, target: withSpace(114), ignoreSpace: true });
    const older = withSpace(114, { "b.bin": "1" });
    await checkTarget(plans, { vault, target: older, overwrite: true });
  });

  test("needs no room for zeros, and leaves it to the restore to meet damage", async () => {
    const zeros: readonly DiskExtent[] = [
      { offset: 0, length: 60, kind: "zero" },
      { offset: 60, length: 10, kind: "data" },
      { offset: 70, length: 30, kind: "zero" },
    ];
    const plans = [planOf({ "sparse.bin": 100 })];
    await checkTarget(plans, { vault: extentsOf(() => zeros), target: withSpace(10) });
    const short = { name: RestoreSpaceShortError.name, neededBytes: 10, freeBytes: 9 };
    await assert.rejects(checkTarget(plans, { vault: extentsOf(() => zeros), target: withSpace(9) }), short);
    const damaged = extentsOf(() => {
      throw new VaultDamagedError("packs/00", "it is gone");
    });
    await checkTarget(plans, { vault: damaged, target: withSpace(9) });
    const away = extentsOf(() => {
      throw new StorageUnreachableError("Cannot read: nobody answers");
    });
    await assert.rejects(checkTarget(plans, { vault: away, target: withSpace(9) }), StorageUnreachableError);
  });
});

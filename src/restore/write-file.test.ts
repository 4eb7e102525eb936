import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryHostFiles } from "../backup/testing/index.ts";
import { InternalError, type RestorePointId } from "../base/index.ts";
import { SeededEntropy } from "../base/testing/index.ts";
import { type ByteStore, MemoryStore } from "../disk/index.ts";
import type { StoredFile, UnreadRange } from "../vault/index.ts";
import { RestoredFileWrongError } from "./errors.ts";
import type { PlannedFile } from "./plan-restore.ts";
import type { RestoreVault } from "./ports.ts";
import { type WriteFileOptions, writeFile } from "./write-file.ts";

const bytes = new TextEncoder().encode("whole content");
const stored: StoredFile = {
  path: "D:\\m\\a.vhdx",
  role: "disk",
  sizeBytes: bytes.length,
  recipe: { version: 1, sizeBytes: bytes.length, level: 0, root: "0".repeat(64) },
};
const plan: WriteFileOptions["plan"] = {
  machine: { id: "00000000-0000-0000-0000-0000000000A1", name: "m" },
  point: { id: "1".repeat(32) as RestorePointId, time: "2026-01-01T00:00:00Z" },
};

/** A vault of one file, of which a salvage cannot read some. */
function vaultOf(content: Uint8Array, unread: readonly UnreadRange[] = []): RestoreVault {
  const copy = async (target: ByteStore): Promise<{ bytesWritten: number }> => {
    await target.write(content, 0);
    return { bytesWritten: content.length };
  };
  const source = new MemoryStore(content);
  return {
    openFile: async () => ({
      sizeBytes: stored.sizeBytes,
      read: async (target, offset) => await source.read(target, offset),
      copyTo: copy,
      salvageTo: async (target, { onUnread }) => {
        for (const range of unread) onUnread(range);
        return await copy(target);
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
}

function options(target: MemoryHostFiles, vault: RestoreVault): WriteFileOptions {
  return {
    plan,
    vault,
    target,
    entropy: new SeededEntropy(1),
    partial: "a.vhdx.partial",
    report: "a.vhdx.salvaged.jsonl",
    onProgress: () => undefined,
  };
}

const file = (newParent?: string): PlannedFile => ({ stored, path: "a.vhdx", newParent });
const gone: UnreadRange = { offset: 0, length: 5, object: "packs/00", what: "it is gone" };

describe("writeFile()", () => {
  test("gives a file its name when it is whole, and says nothing of salvage", async () => {
    const target = new MemoryHostFiles();
    const written = await writeFile(file(), { ...options(target, vaultOf(bytes)), salvage: true });
    assert.deepEqual(written, { bytesWritten: 13, unread: [], isRewritten: false, warnings: [] });
    assert.deepEqual(target.paths(), ["a.vhdx"]);
  });

  test("leaves nothing of a file that came out shorter", async () => {
    const target = new MemoryHostFiles();
    const short = vaultOf(bytes.subarray(0, 5));
    await assert.rejects(writeFile(file(), options(target, short)), RestoredFileWrongError);
    assert.deepEqual(target.paths(), []);
  });

  test("leaves neither file nor report when the file cannot get its name", async () => {
    const target = new MemoryHostFiles();
    target.rename = async () => {
      throw new InternalError("Cannot rename: a test says so");
    };
    const salvaging = { ...options(target, vaultOf(bytes, [gone])), salvage: true } as const;
    await assert.rejects(writeFile(file(), salvaging), InternalError);
    assert.deepEqual(target.paths(), []);
  });

  test("keeps a file that is not whole although its parent cannot be rewritten, and warns of both", async () => {
    const target = new MemoryHostFiles();
    const salvaging = { ...options(target, vaultOf(bytes, [gone])), salvage: true } as const;
    const written = await writeFile(file("..\\base.vhdx"), salvaging);
    assert.equal(written.isRewritten, false);
    assert.deepEqual(
      written.warnings.map(({ code }) => code),
      ["parent-locator-not-rewritten", "file-salvaged-in-part"],
    );
    assert.deepEqual(target.paths(), ["a.vhdx", "a.vhdx.salvaged.jsonl"]);
    const wholeOne = { ...options(new MemoryHostFiles(), vaultOf(bytes)), salvage: true } as const;
    await assert.rejects(writeFile(file("..\\base.vhdx"), wholeOne), { code: /^vhdx-|struct-|source-/ });
  });
});

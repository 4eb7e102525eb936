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

  test("makes file and report durable before the file has its name", async () => {
    const target = new MemoryHostFiles();
    const order: string[] = [];
    const create = target.create.bind(target);
    target.create = async (path) => {
      const store = await create(path);
      const flush = async (): Promise<void> => void order.push(await Promise.resolve(`flush ${path}`));
      return Object.assign(store, { flush });
    };
    const rename = target.rename.bind(target);
    target.rename = async (path, newPath) => {
      order.push(`rename ${path}`);
      await rename(path, newPath);
    };
    await writeFile(file(), { ...options(target, vaultOf(bytes, [gone])), salvage: true });
    const report = "a.vhdx.salvaged.jsonl";
    assert.deepEqual(order, ["flush a.vhdx.partial", `flush ${report}`, "rename a.vhdx.partial"]);
  });

  test("replaces what an interrupted restore left, and the report of the file before only by a whole file or a new report", async () => {
    const [older, report] = ["of a restore before", "a.vhdx.salvaged.jsonl"];
    const left = () => new MemoryHostFiles({ "a.vhdx.partial": older, [report]: older, "a.vhdx": older });
    const whole = left();
    const overwriting = { ...options(whole, vaultOf(bytes)), overwrite: true } as const;
    await writeFile(file(), overwriting);
    assert.deepEqual(whole.paths(), ["a.vhdx"]);
    assert.deepEqual(whole.bytes("a.vhdx"), bytes);

    const salvaged = left();
    const vault = vaultOf(bytes, [gone]);
    await writeFile(file(), { ...overwriting, target: salvaged, vault, salvage: true });
    assert.deepEqual(salvaged.paths(), ["a.vhdx", report]);
    assert.match(Buffer.from(salvaged.bytes(report)).toString(), /"unreadBytes":5/);

    for (const salvage of [undefined, true] as const) {
      const failed = left();
      failed.rename = async () => await Promise.reject(new InternalError("Cannot rename: a test says so"));
      await assert.rejects(writeFile(file(), { ...overwriting, target: failed, salvage }), InternalError);
      assert.deepEqual(failed.paths(), ["a.vhdx", report], "the file before is there, and so is its report");
    }
  });

  test("touches nothing that is called as its report would be, where it makes none", async () => {
    const target = new MemoryHostFiles({ "a.vhdx.salvaged.jsonl": "mine" });
    await writeFile(file(), options(target, vaultOf(bytes)));
    await target.remove("a.vhdx");
    await assert.rejects(writeFile(file(), options(target, vaultOf(bytes.subarray(0, 5)))));
    assert.deepEqual(target.paths(), ["a.vhdx.salvaged.jsonl"]);
  });

  test("writes nothing of a file that the vault has in another size, and lets the reader hear of an interruption", async () => {
    const target = new MemoryHostFiles();
    const vault = vaultOf(bytes);
    const larger: RestoreVault = {
      openFile: async (one) => ({ ...(await vault.openFile(one)), sizeBytes: bytes.length + 1 }),
    };
    await assert.rejects(writeFile(file(), options(target, larger)), RestoredFileWrongError);
    const { signal } = new AbortController();
    const heard: unknown[] = [];
    const listening: RestoreVault = {
      openFile: async (one) => {
        const reader = await vault.openFile(one);
        return {
          ...reader,
          copyTo: async (to, asked) => {
            heard.push(asked?.signal);
            return await reader.copyTo(to, asked);
          },
        };
      },
    };
    await writeFile(file(), { ...options(target, listening), signal });
    assert.deepEqual(heard, [signal]);
  });

  test("fails with what failed first when cleaning up fails too", async () => {
    const target = new MemoryHostFiles();
    const first = new InternalError("Cannot rename: a test says so");
    target.rename = async () => await Promise.reject(first);
    target.remove = async () => await Promise.reject(new InternalError("Cannot remove: a test says so"));
    await assert.rejects(
      writeFile(file(), options(target, vaultOf(bytes))),
      (error) => error instanceof SuppressedError && error.suppressed === first,
    );
  });
});

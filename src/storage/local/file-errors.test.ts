import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { StorageError } from "../errors.ts";
import { isAbsence, storageErrorFrom } from "./file-errors.ts";

const fault = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });

function translated(error: unknown, absence?: "object" | "place"): StorageError {
  const result = storageErrorFrom(error, { verb: "write", name: "packs/a", absence });
  assert.ok(result instanceof StorageError);
  return result;
}

describe("storageErrorFrom()", () => {
  test("gives each fault the meaning that a caller can act on", () => {
    const meanings = [
      ["ENOSPC", "storage-full", "after-repair"],
      ["EDQUOT", "storage-full", "after-repair"],
      ["EACCES", "storage-denied", "after-repair"],
      ["EROFS", "storage-denied", "after-repair"],
      ["EEXIST", "storage-object-exists", "never"],
      ["ENOENT", "storage-object-missing", "after-repair"],
      ["EIO", "storage-failed", "later"],
      ["ESTALE", "storage-failed", "later"],
    ];
    for (const [fileCode = "", code, retry] of meanings) {
      const error = translated(fault(fileCode));
      assert.deepEqual([error.code, error.retry], [code, retry], fileCode);
      assert.match(error.message, /^Cannot write "packs\/a": /);
    }
  });

  test("tells bytes that the disk does not give from a store that fails", () => {
    const read = (code: string): unknown => storageErrorFrom(fault(code), { verb: "read", name: "packs/a" });
    for (const code of ["EIO", "EBADMSG", "EUCLEAN"]) {
      const error = read(code);
      assert.ok(error instanceof StorageError);
      assert.deepEqual([error.code, error.retry], ["storage-unreadable", "after-repair"], code);
      assert.equal(error.message, `Cannot read "packs/a": the disk does not give it (${code})`);
    }
    assert.equal((read("ESTALE") as StorageError).code, "storage-failed", "a share that went away");
  });

  test("tells a missing object from a missing place", () => {
    assert.equal(translated(fault("ENOENT"), "object").code, "storage-object-missing");
    assert.equal(translated(fault("ENOENT"), "place").code, "storage-missing");
  });

  test("takes the first failure when cleaning up failed too, and keeps both as the cause", () => {
    const both = new SuppressedError(fault("EIO"), fault("ENOSPC"));
    const error = translated(both);
    assert.equal(error.code, "storage-full");
    assert.equal(error.cause, both);
  });

  test("lets our own errors and programming mistakes pass", () => {
    for (const error of [
      new InterruptedError("Cannot go on: interrupted"),
      new TypeError("x"),
      "thrown text",
    ]) {
      assert.equal(storageErrorFrom(error, { verb: "write", name: "a" }), error);
    }
  });
});

test("`isAbsence()` knows every way in which nothing has a name", () => {
  for (const code of ["ENOENT", "ENOTDIR", "EISDIR"]) assert.equal(isAbsence(fault(code)), true, code);
  for (const error of [fault("EACCES"), new Error("ENOENT"), undefined])
    assert.equal(isAbsence(error), false);
});

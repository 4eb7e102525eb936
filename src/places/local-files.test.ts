import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeSync } from "node:fs";
import { chmod, link, mkdir, readFile, stat, symlink, truncate, unlink, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { describe, test } from "node:test";
import { needs, run } from "../../test/testing/oracles.ts";
import { MIB } from "../base/index.ts";
import { SourceEndedError } from "../disk/index.ts";
import type { HostFileReason } from "./errors.ts";
import { fileRefusal } from "./file-refusal.ts";
import { localFiles } from "./local-files.ts";
import { temporaryFolder } from "./testing/index.ts";

const posix = { skip: sep === "\\" ? "needs a POSIX system" : false };
const refused = (reason: HostFileReason) => ({ name: "HostFileError", reason, code: `host-file-${reason}` });

describe("localFiles()", () => {
  test("`open()` reads any extent straight into the caller's memory", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "a.bin");
    await writeFile(path, "0123456789");
    await using source = await localFiles().open(path);
    assert.equal(source.sizeBytes, 10);
    const target = Buffer.from("________");
    await source.read(target.subarray(2, 6), 3);
    assert.equal(target.toString(), "__3456__");
  });

  test("`read()` says so when the file ends, or shrank since it was opened", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "a.bin");
    await writeFile(path, "0123456789");
    await using source = await localFiles().open(path);
    await assert.rejects(source.read(new Uint8Array(4), 8), SourceEndedError);
    await truncate(path, 2);
    await assert.rejects(source.read(new Uint8Array(4), 0), SourceEndedError);
  });

  test("`create()` makes the folders and never overwrites", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "x", "y", "a.bin");
    await using store = await localFiles().create(path);
    await store.write(Buffer.from("cd"), 2);
    await store.write(Buffer.from("ab"), 0);
    await store.flush();
    const back = new Uint8Array(4);
    await store.read(back, 0);
    assert.equal(Buffer.from(back).toString(), "abcd");
    await assert.rejects(localFiles().create(path), refused("exists"));
    assert.equal(await readFile(path, "utf8"), "abcd");
  });

  test(
    "`openUncached()` gives the same file, and what it writes leaves nothing in the page cache",
    needs("fincore"),
    async (t) => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, "a.bin");
      await using store = await localFiles().create(path);
      const descriptor = await store.openUncached?.();
      if (descriptor === undefined) {
        t.skip("the file system of the temporary folder has no such writes");
        return;
      }
      assert.equal(await store.openUncached?.(), descriptor);
      const blocks = new Uint8Array(new ArrayBuffer(MIB, { maxByteLength: MIB })).fill(7);
      writeSync(descriptor, blocks, 0, MIB, MIB);
      assert.equal(run("fincore", ["--bytes", "--noheadings", "--output", "RES", path]).trim(), "0");
      await store.write(Buffer.from("cached"), 0);
      const back = new Uint8Array(6);
      await store.read(back, 0);
      assert.equal(Buffer.from(back).toString(), "cached");
      await store.read(back, MIB);
      assert.ok(back.every((byte) => byte === 7));
    },
  );

  test("`openUncached()` never opens another file that took the name", posix, async () => {
    await using folder = await temporaryFolder();
    const [path, precious] = [join(folder.path, "a.bin"), join(folder.path, "precious")];
    await writeFile(precious, "precious");
    for (const steal of [link, symlink]) {
      await using store = await localFiles().create(path);
      await unlink(path);
      await steal(precious, path);
      assert.equal(await store.openUncached?.(), undefined);
      await unlink(path);
    }
  });

  test("what is written far behind the end takes no space in between", posix, async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "a.vhdx");
    await using store = await localFiles().create(path);
    await store.write(Buffer.from("end"), 64 * 1024 ** 3);
    await store.truncate(128 * 1024 ** 3);
    assert.equal(store.sizeBytes, 128 * 1024 ** 3);
    assert.ok((await stat(path)).blocks * 512 < 1024 ** 2);
  });

  test("`stat()` tells files apart and gives nothing for what is not there", async () => {
    await using folder = await temporaryFolder();
    const [a, b, same] = ["a", "b", "same"].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(a, "123");
    await writeFile(b, "123");
    await link(a, same);
    const files = localFiles();
    const facts = await files.stat(a);
    assert.equal(facts?.kind, "file");
    assert.equal(facts.sizeBytes, 3);
    assert.equal(facts.modified.epochMilliseconds, Math.trunc((await stat(a)).mtimeMs));
    assert.equal((await files.stat(same))?.fileId, facts.fileId);
    assert.notEqual((await files.stat(b))?.fileId, facts.fileId);
    assert.equal((await files.stat(folder.path))?.kind, "folder");
    assert.equal(await files.stat(join(folder.path, "none")), undefined);
    assert.equal(await files.stat(join(a, "below-a-file")), undefined);
  });

  test("`list()` is sorted, follows links, leaves out what is neither file nor folder", posix, async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "B"));
    for (const name of ["c", "a"]) await writeFile(join(folder.path, name), "");
    await symlink("B", join(folder.path, "volume"));
    await symlink("nowhere", join(folder.path, "broken"));
    execFileSync("mkfifo", [join(folder.path, "pipe")]);
    assert.deepEqual(await localFiles().list(folder.path), [
      { name: "B", kind: "folder" },
      { name: "a", kind: "file" },
      { name: "c", kind: "file" },
      { name: "volume", kind: "folder" },
    ]);
    assert.deepEqual(await localFiles().list(join(folder.path, "none")), []);
  });

  test("`open()` refuses what is missing, a folder and a pipe, each without waiting", posix, async () => {
    await using folder = await temporaryFolder();
    execFileSync("mkfifo", [join(folder.path, "pipe")]);
    const files = localFiles();
    for (const name of ["none", "pipe", "."]) {
      await assert.rejects(files.open(join(folder.path, name)), refused("missing"), name);
    }
    await assert.rejects(files.open("a\0b"), refused("unmapped"));
  });

  test("refusals of the system come with the reason, the path and the cause", posix, async (t) => {
    if (process.getuid?.() === 0) return t.skip("root may do everything");
    await using folder = await temporaryFolder();
    const path = join(folder.path, "a");
    await writeFile(path, "");
    await chmod(path, 0);
    await assert.rejects(localFiles().open(path), { ...refused("denied"), path });
  });

  test("`fileRefusal()` says that the device is full, and passes what is no refusal", () => {
    const full = Object.assign(new Error("no space"), { code: "ENOSPC", syscall: "write" });
    const error = fileRefusal("write", "D:\\a", full);
    assert.equal(String(error), 'HostFileError: Cannot write "D:\\a": there is no space left (ENOSPC)');
    const own = new TypeError("ours");
    assert.equal(fileRefusal("write", "D:\\a", own), own);
  });

  test("`remove()` does not mind absence, and disposing twice is one close", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "a");
    const store = await localFiles().create(path);
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await localFiles().remove(path);
    await localFiles().remove(path);
    assert.equal(await localFiles().stat(path), undefined);
  });
});

import assert from "node:assert/strict";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { describe, test } from "node:test";
import { folderFiles } from "./folder-files.ts";
import { temporaryFolder } from "./testing/index.ts";

const posix = { skip: sep === "\\" ? "needs a POSIX system" : false };

describe("folderFiles()", () => {
  test("paths are relative to the root, with either separator", async () => {
    await using folder = await temporaryFolder();
    const files = folderFiles(folder.path);
    await using store = await files.create("web01\\Virtual Machines/a.vmcx");
    await store.write(Buffer.from("x"), 0);
    assert.equal(await readFile(join(folder.path, "web01/Virtual Machines/a.vmcx"), "utf8"), "x");
    assert.equal((await files.stat("web01/Virtual Machines\\a.vmcx"))?.sizeBytes, 1);
    assert.deepEqual(await files.list(""), [{ name: "web01", kind: "folder" }]);
    assert.deepEqual(await files.list("./web01/"), [{ name: "Virtual Machines", kind: "folder" }]);
  });

  test("no path leads out of the root", async () => {
    await using folder = await temporaryFolder();
    const files = folderFiles(join(folder.path, "root"));
    for (const path of [
      "../a",
      "x/../../a",
      "x\\..\\a",
      "/etc/hosts",
      "\\a",
      "C:\\a",
      "\\\\nas\\s\\a",
      "a\0",
    ]) {
      await assert.rejects(files.open(path), { code: "host-file-unmapped" }, path);
      await assert.rejects(files.create(path), { code: "host-file-unmapped" }, path);
      await assert.rejects(files.remove(path), { code: "host-file-unmapped" }, path);
    }
  });

  test("links are followed inside the root and nowhere else", posix, async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "root/in"), { recursive: true });
    await mkdir(join(folder.path, "root-beside"));
    await writeFile(join(folder.path, "root/in/a"), "inside");
    await writeFile(join(folder.path, "root-beside/a"), "outside");
    await symlink("in", join(folder.path, "root/link"));
    await symlink("../root-beside", join(folder.path, "root/out"));
    await symlink("../root-beside/new", join(folder.path, "root/dangling"));
    const files = folderFiles(join(folder.path, "root"));
    assert.deepEqual(
      (await files.list("")).map((entry) => entry.name),
      ["in", "link"],
    );
    assert.equal((await files.stat("link/a"))?.sizeBytes, 6);
    for (const path of ["out/a", "out"]) await assert.rejects(files.stat(path), { reason: "denied" });
    await assert.rejects(files.create("out/b"), { reason: "denied" });
    await assert.rejects(files.create("dangling"), { reason: "exists" });
    await assert.rejects(readFile(join(folder.path, "root-beside/new")), { code: "ENOENT" });
  });

  test("a root that is itself a link is the folder that it leads to", posix, async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "real"));
    await writeFile(join(folder.path, "real/a"), "x");
    await symlink("real", join(folder.path, "root"));
    assert.equal((await folderFiles(join(folder.path, "root")).stat("a"))?.sizeBytes, 1);
  });

  test("`rename()` puts a finished file in the place of another, and reaches nothing outside", async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "root"));
    const files = folderFiles(join(folder.path, "root"));
    await writeFile(join(folder.path, "root/old"), "old");
    await writeFile(join(folder.path, "root/new.partial"), "new");
    await files.rename("new.partial", "old");
    assert.deepEqual(await files.list(""), [{ name: "old", kind: "file" }]);
    assert.equal(await readFile(join(folder.path, "root/old"), "utf8"), "new");
    await assert.rejects(files.rename("old", "../out"), { reason: "unmapped" });
    await assert.rejects(files.rename("none", "new"), { reason: "missing" });
  });
});

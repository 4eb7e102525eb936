import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { describe, test } from "node:test";
import { folderFiles } from "../../places/index.ts";
import { temporaryFolder } from "../../places/testing/index.ts";
import { walkFolder } from "./walk-folder.ts";

const posix = { skip: sep === "\\" ? "needs a POSIX system" : false };

describe("walkFolder()", () => {
  test("finds all files below a folder, and ends where a link leads back", posix, async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "m/a/b"), { recursive: true });
    await writeFile(join(folder.path, "m/a/b/disk.vhdx"), "x");
    await writeFile(join(folder.path, "m/top.txt"), "x");
    await symlink("../..", join(folder.path, "m/a/b/back"));
    const walked = await walkFolder(folderFiles(folder.path), "m");
    assert.deepEqual(walked, { files: ["m/a/b/disk.vhdx", "m/top.txt"], uncovered: [] });
  });

  test("names what cannot be addressed, because a host would read two names in it", posix, async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "m"));
    await writeFile(join(folder.path, "m", "a\\b.vhdx"), "x");
    const walked = await walkFolder(folderFiles(folder.path), "m");
    assert.deepEqual(walked.files, []);
    assert.deepEqual(
      walked.uncovered.map((one) => one.disk),
      ["m/a\\b.vhdx"],
    );
  });
});

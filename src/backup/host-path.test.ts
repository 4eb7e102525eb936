import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HostFileError } from "../places/index.ts";
import { findHostFile, hostFileName, hostPathKey, resolveHostPath } from "./host-path.ts";
import { MemoryHostFiles } from "./testing/index.ts";

describe("hostPathKey()", () => {
  test("compares absolute Windows paths as Windows does", () => {
    assert.equal(hostPathKey("d:\\M\\a.vhdx"), hostPathKey("D:/m/./A.VHDX"));
    assert.equal(hostPathKey("\\\\?\\D:\\m\\a.vhdx"), hostPathKey("D:\\m\\a.vhdx"));
    assert.notEqual(hostPathKey("D:\\m\\a.vhdx"), hostPathKey("E:\\m\\a.vhdx"));
  });

  test("tells relative paths apart that differ in case, but not in separators", () => {
    assert.equal(hostPathKey("m\\a.vhdx"), hostPathKey("m/a.vhdx"));
    assert.notEqual(hostPathKey("m/a.vhdx"), hostPathKey("m/A.vhdx"));
  });
});

describe("resolveHostPath()", () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ["D:\\m\\cp\\leaf.avhdx", ".\\base.vhdx", "D:\\m\\cp\\base.vhdx"],
    ["D:\\m\\cp\\leaf.avhdx", "..\\base.vhdx", "D:\\m\\base.vhdx"],
    ["D:\\leaf.avhdx", "base.vhdx", "D:\\base.vhdx"],
    ["D:\\m\\leaf.avhdx", "\\\\?\\E:\\t\\base.vhdx", "E:\\t\\base.vhdx"],
    ["D:\\m\\leaf.avhdx", "\\\\?\\UNC\\nas\\t\\base.vhdx", "\\\\nas\\t\\base.vhdx"],
    ["m/cp/leaf.avhdx", "..\\base.vhdx", "m/base.vhdx"],
    ["leaf.avhdx", ".\\base.vhdx", "base.vhdx"],
    ["m/leaf.avhdx", "..\\..\\etc\\base.vhdx", undefined],
    ["m/leaf.avhdx", "C:\\base.vhdx", undefined],
    ["m/leaf.avhdx", "\\base.vhdx", undefined],
  ];
  for (const [from, written, wanted] of cases) {
    test(`leads from "${from}" by "${written}" to ${wanted ?? "nowhere"}`, () => {
      assert.equal(resolveHostPath(from, written), wanted);
    });
  }
});

describe("findHostFile()", () => {
  test("takes the file that is written exactly so before one of another case", async () => {
    const files = new MemoryHostFiles({ "m/A.vhdx": "1", "m/a.vhdx": "2" });
    assert.equal(await findHostFile(files, "m/a.vhdx"), "m/a.vhdx");
    assert.equal(await findHostFile(files, "M/a.VHDX"), "m/A.vhdx");
    assert.equal(await findHostFile(files, "m"), undefined);
    assert.equal(await findHostFile(files, "m/b.vhdx"), undefined);
  });

  test("takes a place that is mapped nowhere for no place", async () => {
    const files = new MemoryHostFiles();
    files.stat = async (path) => {
      throw new HostFileError(`Cannot use "${path}"`, { path, reason: "unmapped" });
    };
    assert.equal(await findHostFile(files, "X:\\base.vhdx"), undefined);
    files.stat = async (path) => {
      throw new HostFileError(`Cannot use "${path}"`, { path, reason: "denied" });
    };
    await assert.rejects(findHostFile(files, "X:\\base.vhdx"), { reason: "denied" });
  });
});

test("hostFileName() gives the last name of a path of either kind", () => {
  assert.equal(hostFileName("D:\\m\\a.vhdx"), "a.vhdx");
  assert.equal(hostFileName("m/a.vhdx"), "a.vhdx");
  assert.equal(hostFileName(""), "");
});

import assert from "node:assert/strict";
import { win32 } from "node:path";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  formatWindowsPath,
  joinWindowsPath,
  parseWindowsPath,
  relativeWindowsPath,
  resolveWindowsPath,
  windowsFileName,
  windowsParentFolder,
  windowsPathKey,
} from "./windows-path.ts";

describe("Windows paths", () => {
  test("`parseWindowsPath()` knows every kind of absolute path", () => {
    const roots = {
      "D:\\a\\b": "D:",
      "d:/a/b": "d:",
      "D:\\": "D:",
      "\\\\nas\\share\\a": "\\\\nas\\share",
      "//nas/share/a": "\\\\nas\\share",
      "\\\\?\\D:\\a": "\\\\?\\D:",
      "\\\\?\\UNC\\nas\\share\\a": "\\\\?\\UNC\\nas\\share",
      "\\\\?\\Volume{7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c}\\a":
        "\\\\?\\Volume{7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c}",
      "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7\\a":
        "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7",
    };
    for (const [path, root] of Object.entries(roots)) assert.equal(parseWindowsPath(path)?.root, root, path);
  });

  test("`parseWindowsPath()` gives nothing for a path that depends on where somebody is", () => {
    for (const path of [
      "a\\b",
      ".\\a",
      "..\\a",
      "D:a",
      "\\a",
      "",
      "\\\\nas",
      "\\\\.\\PhysicalDrive0",
      "DD:\\a",
    ]) {
      assert.equal(parseWindowsPath(path), undefined, path);
    }
  });

  test("`formatWindowsPath()` ends a bare root in a backslash", () => {
    assert.equal(formatWindowsPath({ root: "D:", names: [] }), "D:\\");
    assert.equal(formatWindowsPath({ root: "\\\\nas\\share", names: ["a", "b"] }), "\\\\nas\\share\\a\\b");
  });

  test("`joinWindowsPath()` puts one backslash between names", () => {
    assert.equal(joinWindowsPath("D:\\", "a", "b\\c"), "D:\\a\\b\\c");
    assert.equal(joinWindowsPath("D:\\x\\", "/a/"), "D:\\x\\a");
    assert.equal(joinWindowsPath("D:\\x"), "D:\\x");
  });

  test("`windowsParentFolder()` stops at the root", () => {
    assert.equal(windowsParentFolder("D:\\a\\b.vhdx"), "D:\\a");
    assert.equal(windowsParentFolder("D:\\b.vhdx"), "D:\\");
    assert.equal(windowsParentFolder("D:\\"), undefined);
    assert.equal(windowsParentFolder("a\\b"), "a");
    assert.equal(windowsParentFolder("b"), undefined);
  });

  test("`windowsFileName()` is the last name", () => {
    assert.equal(windowsFileName("D:\\a\\b.vhdx"), "b.vhdx");
    assert.equal(windowsFileName("a/b.vhdx"), "b.vhdx");
    assert.equal(windowsFileName("D:\\"), "");
  });

  test("`resolveWindowsPath()` follows a parent locator's relative path", () => {
    assert.equal(resolveWindowsPath("D:\\m\\web01", ".\\base.vhdx"), "D:\\m\\web01\\base.vhdx");
    assert.equal(resolveWindowsPath("D:\\m\\web01", "..\\base.vhdx"), "D:\\m\\base.vhdx");
    assert.equal(resolveWindowsPath("D:\\m", "..\\..\\..\\base.vhdx"), "D:\\base.vhdx");
    assert.equal(resolveWindowsPath("D:\\m", "\\base.vhdx"), "D:\\base.vhdx");
    assert.equal(resolveWindowsPath("D:\\m", "E:\\x\\.\\base.vhdx"), "E:\\x\\base.vhdx");
    assert.equal(resolveWindowsPath("D:\\m", "E:base.vhdx"), undefined);
    assert.equal(resolveWindowsPath("m", "base.vhdx"), undefined);
  });

  test("`relativeWindowsPath()` writes what Hyper-V writes", () => {
    assert.equal(relativeWindowsPath("D:\\m", "D:\\m\\a.avhdx"), ".\\a.avhdx");
    assert.equal(relativeWindowsPath("D:\\m\\web01", "d:\\M\\base\\a.vhdx"), "..\\base\\a.vhdx");
    assert.equal(relativeWindowsPath("D:\\m", "E:\\m\\a.vhdx"), undefined);
  });

  test("`windowsPathKey()` is the same for all ways to write one place", () => {
    const ways = [
      ["D:\\a\\B", "d:/A/b", "\\\\?\\D:\\a\\b", "D:\\a\\x\\..\\b\\"],
      ["\\\\nas\\s\\a", "//NAS/S/A", "\\\\?\\UNC\\nas\\s\\a"],
      ["a\\b", "A/./B"],
    ];
    for (const same of ways) assert.equal(new Set(same.map(windowsPathKey)).size, 1, same.join(" "));
    assert.notEqual(windowsPathKey("D:\\a"), windowsPathKey("E:\\a"));
    assert.notEqual(windowsPathKey("D:\\stra\u00dfe"), windowsPathKey("D:\\strasse"));
  });

  test("`resolveWindowsPath()` agrees with Node's own arithmetic on drives", () => {
    const name = fc.constantFrom("a", "B", "x y", "..", ".", "web01.vhdx");
    const names = fc.array(name, { maxLength: 6 });
    fc.assert(
      fc.property(names, names, (base, rest) => {
        const folder = `D:\\${base.join("\\")}`;
        const expected = win32.resolve(folder, rest.join("\\"));
        assert.equal(resolveWindowsPath(folder, rest.join("\\")), expected);
      }),
      { seed: 7 },
    );
  });

  test("`relativeWindowsPath()` leads back to where it was made for", () => {
    const names = fc.array(fc.constantFrom("a", "b", "C", "d"), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(names, names, (from, to) => {
        const [folder, path] = [`D:\\${from.join("\\")}`, `D:\\${to.join("\\")}`];
        const way = relativeWindowsPath(folder, path);
        assert.ok(way !== undefined);
        assert.equal(win32.resolve(folder, way), path);
      }),
      { seed: 8 },
    );
  });
});

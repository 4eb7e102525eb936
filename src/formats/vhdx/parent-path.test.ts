import assert from "node:assert/strict";
import { test } from "node:test";
import { ZERO_GUID } from "../../base/index.ts";
import type { ParentLocator } from "./parent-locator.ts";
import { parentCandidates, pathKey, resolveBeside } from "./parent-path.ts";

const locator = (fields: Partial<ParentLocator>): ParentLocator => ({
  linkage: ZERO_GUID,
  linkage2: undefined,
  relativePath: undefined,
  volumePath: undefined,
  absolutePath: undefined,
  ...fields,
});

test("`parentCandidates()` tries relative, absolute, volume, then beside the child", () => {
  const found = parentCandidates(
    locator({
      relativePath: "..\\base\\p.vhdx",
      absolutePath: "\\\\?\\D:\\old\\p.vhdx",
      volumePath: "\\\\?\\Volume{4c1b02c1-d990-11dc-99ae-806e6f6e6963}\\old\\p.vhdx",
    }),
    "C:\\vm\\disks\\c.avhdx",
  );
  assert.deepEqual(found, [
    { kind: "relative", path: "C:\\vm\\base\\p.vhdx" },
    { kind: "absolute", path: "D:\\old\\p.vhdx" },
    { kind: "volume", path: "\\\\?\\Volume{4c1b02c1-d990-11dc-99ae-806e6f6e6963}\\old\\p.vhdx" },
    { kind: "beside", path: "C:\\vm\\disks\\p.vhdx" },
  ]);
});

test("`parentCandidates()` names each path once, whatever its case, and never the child", () => {
  const twice = locator({ relativePath: ".\\P.vhdx", absolutePath: "c:\\vm\\p.VHDX" });
  assert.deepEqual(parentCandidates(twice, "C:\\vm\\c.avhdx"), [
    { kind: "relative", path: "C:\\vm\\P.vhdx" },
  ]);
  assert.deepEqual(parentCandidates(locator({ relativePath: "C.avhdx" }), "C:\\vm\\c.avhdx"), []);
});

test("`parentCandidates()` of a path with slashes stays near the child", () => {
  const found = parentCandidates(
    locator({ relativePath: "..\\gone\\p.vhdx", absolutePath: "C:\\elsewhere\\q.vhdx" }),
    "web01/disks/c.avhdx",
  );
  assert.deepEqual(found, [
    { kind: "relative", path: "web01/gone/p.vhdx" },
    { kind: "beside", path: "web01/disks/p.vhdx" },
    { kind: "beside", path: "web01/disks/q.vhdx" },
  ]);
});

test("`resolveBeside()` works below every kind of root", () => {
  const cases: readonly [child: string, relative: string, expected: string | undefined][] = [
    ["C:\\a\\c.avhdx", ".\\p.vhdx", "C:\\a\\p.vhdx"],
    ["C:\\c.avhdx", "p.vhdx", "C:\\p.vhdx"],
    ["\\\\srv\\share\\a\\c.avhdx", "..\\p.vhdx", "\\\\srv\\share\\p.vhdx"],
    ["\\\\?\\C:\\a\\c.avhdx", "..\\p.vhdx", "\\\\?\\C:\\p.vhdx"],
    ["\\\\?\\UNC\\srv\\share\\c.avhdx", "p.vhdx", "\\\\?\\UNC\\srv\\share\\p.vhdx"],
    [
      "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7\\a\\c.avhdx",
      "..\\b\\p.vhdx",
      "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7\\b\\p.vhdx",
    ],
    ["/mnt/a/c.avhdx", "..\\p.vhdx", "/mnt/p.vhdx"],
    ["c.avhdx", "sub/p.vhdx", "sub/p.vhdx"],
  ];
  for (const [child, relative, expected] of cases) assert.equal(resolveBeside(child, relative), expected);
});

test("`resolveBeside()` refuses to climb above any root", () => {
  for (const child of [
    "C:\\a\\c.avhdx",
    "\\\\srv\\share\\a\\c.avhdx",
    "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7\\a\\c.avhdx",
    "\\\\?\\Volume{4c1b02c1-d990-11dc-99ae-806e6f6e6963}\\a\\c.avhdx",
    "/a/c.avhdx",
    "a/c.avhdx",
  ]) {
    assert.notEqual(resolveBeside(child, "..\\p.vhdx"), undefined);
    assert.equal(resolveBeside(child, "..\\..\\p.vhdx"), undefined, child);
    assert.equal(resolveBeside(child, "..\\..\\x\\..\\p.vhdx"), undefined, child);
  }
});

test("`resolveBeside()` refuses what is not relative, and what is not a file's name", () => {
  for (const bad of [
    "C:\\p.vhdx",
    "\\p.vhdx",
    "/p.vhdx",
    "\\\\srv\\share\\p.vhdx",
    "D:p.vhdx",
    "",
    ".",
    "x\\..",
    "p.vhdx:s",
    "a\u0000b",
  ])
    assert.equal(resolveBeside("C:\\a\\c.avhdx", bad), undefined, JSON.stringify(bad));
});

test("`pathKey()` compares Windows' paths without case, others with it", () => {
  assert.equal(pathKey("C:\\A.vhdx"), pathKey("c:\\a.VHDX"));
  assert.notEqual(pathKey("a/A.vhdx"), pathKey("a/a.vhdx"));
});

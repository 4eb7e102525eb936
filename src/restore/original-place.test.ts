import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RestorePathUnsafeError } from "./errors.ts";
import { originalPlace } from "./original-place.ts";

describe("originalPlace()", () => {
  const places: readonly (readonly [string, string])[] = [
    ["D:\\Machines\\web01\\web01.vhdx", "D/Machines/web01/web01.vhdx"],
    ["d:\\a.vhdx", "D/a.vhdx"],
    ["\\\\?\\C:\\x\\y.vhdx", "C/x/y.vhdx"],
    ["\\\\server\\share\\x.vhdx", "UNC/server/share/x.vhdx"],
    ["\\\\?\\UNC\\server\\share\\x.vhdx", "UNC/server/share/x.vhdx"],
    ["C:\\ClusterStorage\\Volume1\\m.vhdx", "C/ClusterStorage/Volume1/m.vhdx"],
    ["web01/Virtual Hard Disks/web01.vhdx", "web01/Virtual Hard Disks/web01.vhdx"],
    [
      "\\\\?\\Volume{3f0b5b5e-0000-4000-8000-000000000001}\\a.vhdx",
      "Volume{3f0b5b5e-0000-4000-8000-000000000001}/a.vhdx",
    ],
  ];
  for (const [path, place] of places) {
    test(`puts "${path}" at "${place}"`, () => {
      assert.equal(originalPlace(path).join("/"), place);
    });
  }

  const unsafe = [
    "../../etc/passwd",
    "..\\..\\windows\\x",
    "a/../../b",
    "a/./b",
    "/etc/passwd",
    "\\windows\\x",
    "D:\\a\\..\\..\\b",
    "D:\\",
    "\\\\..\\share\\x",
    "\\\\server\\..\\x",
    "a//b",
    "",
    "a\0b",
    "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7\\m\\a.vhdx",
  ];
  for (const path of unsafe) {
    test(`refuses ${JSON.stringify(path)}`, () => {
      assert.throws(() => originalPlace(path), RestorePathUnsafeError);
    });
  }
});

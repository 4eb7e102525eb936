import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDiskExclusion } from "./disk-exclusion.ts";
import { UsageError } from "./errors.ts";

const place = (controller: "ide" | "scsi", number: number, location: number): object => ({
  place: { controller, number, location },
});

test("`parseDiskExclusion()` tells machine, place and pattern apart", () => {
  const read = (text: string): unknown => {
    const { machine, disks } = parseDiskExclusion(text);
    return [machine, disks];
  };
  assert.deepEqual(read("scsi,0,1"), [undefined, place("scsi", 0, 1)]);
  assert.deepEqual(read("IDE,1,0"), [undefined, place("ide", 1, 0)]);
  assert.deepEqual(read("web01:scsi,3,63"), ["web01", place("scsi", 3, 63)]);
  assert.deepEqual(read("a:b:scsi,0,0"), ["a:b", place("scsi", 0, 0)]);
  assert.deepEqual(read("D:\\Swap\\*"), [undefined, { pattern: "D:\\Swap\\*" }]);
  assert.deepEqual(read("web01:D:\\Swap\\*"), ["web01", { pattern: "D:\\Swap\\*" }]);
  assert.deepEqual(read("\\\\nas\\vm\\swap.vhdx"), [undefined, { pattern: "\\\\nas\\vm\\swap.vhdx" }]);
  assert.deepEqual(read("web01:\\\\nas\\vm\\*"), ["web01", { pattern: "\\\\nas\\vm\\*" }]);
  assert.deepEqual(read("*-swap.vhdx"), [undefined, { pattern: "*-swap.vhdx" }]);
  assert.deepEqual(read("web01:*-swap.vhdx"), ["web01", { pattern: "*-swap.vhdx" }]);
});

test("`parseDiskExclusion()` refuses what is neither", () => {
  for (const text of ["", "web01:", ":", "Swap\\page.vhdx"]) {
    assert.throws(() => parseDiskExclusion(text), UsageError, text);
  }
});

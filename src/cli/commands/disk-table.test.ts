import assert from "node:assert/strict";
import { test } from "node:test";
import { diskTable } from "./disk-table.ts";

test("`diskTable()` names each disk's place as --exclude-disk takes it, and says where there is no file", () => {
  const disks = [
    { controller: "scsi", number: 0, location: 1, path: "D:\\a.vhdx" },
    { controller: "ide", number: 1, location: 0 },
  ] as const;
  assert.deepEqual(
    diskTable([
      { name: "web01", disks },
      { name: "empty", disks: [] },
    ]).rows,
    [
      ["web01", "scsi,0,1", "D:\\a.vhdx"],
      ["web01", "ide,1,0", "no file: a physical or an absent disk"],
    ],
  );
});

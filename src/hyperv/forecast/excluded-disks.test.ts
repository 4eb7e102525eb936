import assert from "node:assert/strict";
import { test } from "node:test";
import type { DiskExclusion } from "../hold-wishes.ts";
import { checkpointOf, diskOf, machineOf } from "../testing/index.ts";
import { excludedDisks, idleExclusions, keepsDisk } from "./excluded-disks.ts";

const system = diskOf({ path: "D:\\M\\system.vhdx" });
const data = diskOf({ location: 1, path: "E:\\Data\\Data_0A.avhdx" });
const machine = machineOf({
  disks: [system, data],
  checkpoints: [
    checkpointOf({ disks: [diskOf({ location: 1, path: "E:\\Data\\Data.vhdx" }), diskOf({ location: 2 })] }),
  ],
});

const exclusion = (disks: DiskExclusion["disks"], of?: string): DiskExclusion => ({
  text: "x",
  machine: of,
  disks,
});
const left = (one: DiskExclusion): readonly number[] =>
  excludedDisks(machine, [one]).map(({ disk }) => disk.location);

test("`excludedDisks()` finds a disk by its place, by its path and by its file's name", () => {
  assert.deepEqual(left(exclusion({ place: { controller: "scsi", number: 0, location: 1 } })), [1]);
  assert.deepEqual(left(exclusion({ place: { controller: "ide", number: 0, location: 1 } })), []);
  assert.deepEqual(left(exclusion({ pattern: "d:/m/*" })), [0]);
  assert.deepEqual(left(exclusion({ pattern: "SYSTEM.VHD?" })), [0]);
  assert.deepEqual(left(exclusion({ pattern: "*.vhd" })), []);
  assert.deepEqual(left(exclusion({ pattern: "*" })), [0, 1]);
});

test("`excludedDisks()` knows a disk by the file that a checkpoint has at its place", () => {
  assert.deepEqual(left(exclusion({ pattern: "data.vhdx" })), [1]);
});

test("`excludedDisks()` takes special characters for themselves", () => {
  assert.deepEqual(left(exclusion({ pattern: "system+vhdx" })), []);
  const odd = machineOf({ disks: [diskOf({ path: "D:\\a(1)[x].vhdx" })] });
  assert.equal(excludedDisks(odd, [exclusion({ pattern: "a(1)[x].*" })]).length, 1);
});

test("`excludedDisks()` heeds the machine that is named, by name in any case or id", () => {
  const all = { pattern: "*" };
  assert.deepEqual(left(exclusion(all, "WEB01")), [0, 1]);
  assert.deepEqual(left(exclusion(all, machine.id.toUpperCase())), [0, 1]);
  assert.deepEqual(left(exclusion(all, "db01")), []);
});

test("`keepsDisk()` leaves a disk out of the checkpoints too, wherever it was attached then", () => {
  const keeps = keepsDisk(machine, [exclusion({ pattern: "data*" })]);
  const [frozen, other] = machine.checkpoints[0]?.disks ?? [];
  assert.deepEqual([system, data, frozen ?? system, other ?? data].map(keeps), [true, false, false, true]);
  assert.equal(keeps(diskOf({ location: 7, path: "E:\\Data\\data-old.vhdx" })), false);
});

test("`idleExclusions()` finds what fits no disk", () => {
  const some = exclusion({ pattern: "system.vhdx" });
  const none = exclusion({ pattern: "sytem.vhdx" });
  assert.deepEqual(idleExclusions([machine], [some, none]), [none]);
});

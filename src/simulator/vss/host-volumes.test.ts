import assert from "node:assert/strict";
import { test } from "node:test";
import { type HostVolume, mountedIn, volumeNamed, volumeOfPath } from "./host-volumes.ts";

const DATA: HostVolume = { root: "D:\\", name: "\\\\?\\Volume{0d3f}\\" };
const FOLDER: HostVolume = { root: "D:\\mnt\\a\\", name: "\\\\?\\Volume{0e4f}\\" };
const SHARE: HostVolume = { root: "\\\\nas\\vms\\", name: undefined };
const VOLUMES = [DATA, FOLDER, SHARE];

test("`volumeOfPath()` takes the deepest volume, in any case", () => {
  assert.equal(volumeOfPath(VOLUMES, "d:\\M\\m.vhdx"), DATA);
  assert.equal(volumeOfPath(VOLUMES, "D:\\MNT\\A\\m.vhdx"), FOLDER);
  assert.equal(volumeOfPath(VOLUMES, "D:\\mnt\\another\\m.vhdx"), DATA);
  assert.equal(volumeOfPath(VOLUMES, "\\\\NAS\\vms\\m.vhdx"), SHARE);
  assert.equal(volumeOfPath(VOLUMES, "E:\\m.vhdx"), undefined);
});

test("`volumeNamed()` knows a volume by letter, name, folder and share", () => {
  for (const name of ["D:", "d:\\", "\\\\?\\Volume{0d3f}\\"])
    assert.equal(volumeNamed(VOLUMES, name), DATA, name);
  assert.equal(volumeNamed(VOLUMES, "D:\\mnt\\a"), FOLDER);
  assert.equal(volumeNamed(VOLUMES, "\\\\nas\\vms"), SHARE);
  assert.equal(volumeNamed(VOLUMES, "E:"), undefined);
});

test("`mountedIn()` names what a copy of the volume leaves out", () => {
  assert.deepEqual(mountedIn(VOLUMES, DATA), [FOLDER.root]);
  assert.deepEqual(mountedIn(VOLUMES, FOLDER), []);
});

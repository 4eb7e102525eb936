import assert from "node:assert/strict";
import { test } from "node:test";
import { HostFileError } from "../../../places/index.ts";
import { MemoryFiles } from "../../testing/memory-files.ts";
import { ShadowView } from "./shadow-view.ts";

const DEVICE = "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy";

function view(): ShadowView {
  const files = new MemoryFiles({
    "D:\\M\\m.vhdx": "live, longer",
    [`${DEVICE}7\\M\\m.vhdx`]: "held",
    [`${DEVICE}8\\x.vhdx`]: "mounted",
  });
  return new ShadowView(files, [
    { root: "D:\\", device: `${DEVICE}7` },
    { root: "D:\\Mounts\\One\\", device: `${DEVICE}8` },
  ]);
}

test("`ShadowView` reads original paths from the shadow copy, never from the live volume", async () => {
  for (const path of ["D:\\M\\m.vhdx", "d:\\m\\M.VHDX", "\\\\?\\D:\\M\\m.vhdx"]) {
    await using source = await view().open(path);
    assert.equal(source.sizeBytes, "held".length, path);
  }
  assert.equal((await view().stat("D:\\M\\m.vhdx"))?.sizeBytes, "held".length);
  assert.deepEqual(await view().list("D:\\M"), [{ name: "m.vhdx", kind: "file" }]);
  assert.deepEqual(await view().list("D:\\"), [{ name: "M", kind: "folder" }]);
});

test("`ShadowView` reads what is mounted in a folder from the copy of the mounted volume", async () => {
  assert.equal((await view().stat("D:\\mounts\\one\\x.vhdx"))?.sizeBytes, "mounted".length);
  assert.equal(await view().stat("D:\\Mounts\\OneMore\\x.vhdx"), undefined);
});

test("`ShadowView` refuses volumes without a copy, relative paths, and every change", async () => {
  const reasonOf = (reason: string) => (error: unknown) =>
    error instanceof HostFileError && error.reason === reason;
  await assert.rejects(view().open("E:\\x.vhdx"), reasonOf("unmapped"));
  await assert.rejects(view().list("x"), reasonOf("unmapped"));
  await assert.rejects(view().create("D:\\new"), reasonOf("denied"));
  await assert.rejects(view().remove("D:\\M\\m.vhdx"), reasonOf("denied"));
});

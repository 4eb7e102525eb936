import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needs, readSample } from "../../test/testing/oracles.ts";
import { guid } from "../base/index.ts";
import { makeVhd } from "../formats/vhd/testing/index.ts";
import { DiskChains } from "./disk-chains.ts";
import {
  DiskChainCycleError,
  DiskParentMismatchError,
  DiskParentMissingError,
  MachineFileMissingError,
} from "./errors.ts";
import { MemoryHostFiles } from "./testing/index.ts";

const A = guid("aaaaaaaa-0000-4000-8000-000000000001");
const B = guid("bbbbbbbb-0000-4000-8000-000000000002");
const C = guid("cccccccc-0000-4000-8000-000000000003");

/** A small VHD, differencing when it has a parent. */
function vhd(uniqueId: typeof A, parent?: { id: typeof A; relativePath: string }): Uint8Array {
  return makeVhd({
    sizeBytes: 524_288,
    blockSizeBytes: 524_288,
    uniqueId,
    writes: [],
    ...(parent && { parent: { ...parent, name: parent.relativePath.replace(/.*\\/, "") } }),
  });
}

describe("DiskChains", () => {
  test("`chainOf()` gives the leaf and its ancestors, leaf first, with absolute Windows paths", async () => {
    const files = new MemoryHostFiles({
      "D:\\m\\base.vhd": vhd(A),
      "D:\\m\\one.avhd": vhd(B, { id: A, relativePath: ".\\base.vhd" }),
      "D:\\m\\cp\\two.avhd": vhd(C, { id: B, relativePath: "..\\one.avhd" }),
    });
    const chain = await new DiskChains(files).chainOf("D:\\m\\cp\\two.avhd");
    assert.deepEqual(
      chain.map((file) => file.path),
      ["D:\\m\\cp\\two.avhd", "D:\\m\\one.avhd", "D:\\m\\base.vhd"],
    );
    assert.equal(files.openNow.length, 0);
  });

  test("`chainOf()` reads a parent that two leaves share once", async () => {
    const files = new MemoryHostFiles({
      "D:\\m\\base.vhd": vhd(A),
      "D:\\m\\x.avhd": vhd(B, { id: A, relativePath: ".\\base.vhd" }),
      "D:\\m\\y.avhd": vhd(C, { id: A, relativePath: ".\\base.vhd" }),
    });
    const chains = new DiskChains(files);
    await chains.chainOf("D:\\m\\x.avhd");
    await chains.chainOf("D:\\m\\y.avhd");
    assert.deepEqual([...files.opened].sort(), ["D:\\m\\base.vhd", "D:\\m\\x.avhd", "D:\\m\\y.avhd"]);
  });

  test("`chainOf()` names the child when no parent is there", async () => {
    const files = new MemoryHostFiles({ "a/leaf.avhd": vhd(B, { id: A, relativePath: ".\\gone.vhd" }) });
    await assert.rejects(new DiskChains(files).chainOf("a/leaf.avhd"), (error: Error) => {
      assert.ok(error instanceof DiskParentMissingError);
      assert.equal(error.path, "a/leaf.avhd");
      assert.match(error.message, /^Cannot find the parent of "a\/leaf.avhd": it names ".\\gone.vhd"/);
      return true;
    });
  });

  test("`chainOf()` refuses a parent of another identity, and names both files", async () => {
    const files = new MemoryHostFiles({
      "base.vhd": vhd(C),
      "leaf.avhd": vhd(B, { id: A, relativePath: ".\\base.vhd" }),
    });
    await assert.rejects(new DiskChains(files).chainOf("leaf.avhd"), (error: Error) => {
      assert.ok(error instanceof DiskParentMismatchError);
      assert.deepEqual([error.path, error.parentPath], ["leaf.avhd", "base.vhd"]);
      return true;
    });
  });

  test("`chainOf()` takes the file beside the child when the relative path leads to another disk", async () => {
    const files = new MemoryHostFiles({
      "old/base.vhd": vhd(C),
      "m/base.vhd": vhd(A),
      "m/leaf.avhd": vhd(B, { id: A, relativePath: "..\\old\\base.vhd" }),
    });
    const chain = await new DiskChains(files).chainOf("m/leaf.avhd");
    assert.deepEqual(
      chain.map((file) => file.path),
      ["m/leaf.avhd", "m/base.vhd"],
    );
  });

  test("`chainOf()` finds a parent whose name is written in another case on a folder host", async () => {
    const files = new MemoryHostFiles({
      "m/Base.VHD": vhd(A),
      "m/leaf.avhd": vhd(B, { id: A, relativePath: ".\\base.vhd" }),
    });
    assert.equal((await new DiskChains(files).chainOf("m/leaf.avhd"))[1]?.path, "m/Base.VHD");
  });

  test("`chainOf()` refuses a disk that is its own ancestor", async () => {
    const files = new MemoryHostFiles({
      "a.avhd": vhd(A, { id: B, relativePath: ".\\b.avhd" }),
      "b.avhd": vhd(B, { id: A, relativePath: ".\\a.avhd" }),
    });
    await assert.rejects(new DiskChains(files).chainOf("a.avhd"), DiskChainCycleError);
  });

  test("`chainOf()` never follows a path out of a folder host", async () => {
    const files = new MemoryHostFiles({
      "base.vhd": vhd(A),
      "leaf.avhd": vhd(B, { id: A, relativePath: "..\\..\\etc\\base.vhd" }),
    });
    assert.equal((await new DiskChains(files).chainOf("leaf.avhd"))[1]?.path, "base.vhd");
  });

  test("`chainOf()` keeps a file that it cannot understand, and says why", async () => {
    const files = new MemoryHostFiles({ "D:\\m\\torn.vhdx": "vhdxfile, and nothing of it behind" });
    const [file, ...rest] = await new DiskChains(files).chainOf("D:\\m\\torn.vhdx");
    assert.equal(rest.length, 0);
    assert.equal(file?.notUnderstood?.code, "disk-not-understood");
    assert.match(file?.notUnderstood?.message ?? "", /torn\.vhdx/);
  });

  test("`chainOf()` refuses a leaf that is not there", async () => {
    const chains = new DiskChains(new MemoryHostFiles());
    await assert.rejects(chains.chainOf("D:\\none.vhdx"), MachineFileMissingError);
  });

  test("`chainOf()` follows a VHDX chain made by another program", needs("samples"), async () => {
    const base = readSample("synthetic-diff-base.vhdx.zst");
    const child = readSample("synthetic-diff-child.avhdx.zst");
    const files = new MemoryHostFiles({ "D:\\M\\base.vhdx": base, "D:\\M\\child.avhdx": child });
    const chain = await new DiskChains(files).chainOf("D:\\M\\child.avhdx");
    assert.deepEqual(
      chain.map((file) => [file.path, file.notUnderstood]),
      [
        ["D:\\M\\child.avhdx", undefined],
        ["D:\\M\\base.vhdx", undefined],
      ],
    );
  });
});

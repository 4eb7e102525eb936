import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needs, readSample } from "../../../test/testing/oracles.ts";
import { guid, MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { CrashRecorder, SparseMemoryStore } from "../../disk/testing/index.ts";
import { createVhdx } from "./create-vhdx.ts";
import { openVhdx } from "./open-vhdx.ts";
import { rewriteParentLocator } from "./rewrite-parent-locator.ts";

const entropy = new SeededEntropy(12);
const LINKAGE = guid("11111111-2222-4333-8444-555555555555");
const OTHER = guid("22222222-2222-4333-8444-555555555555");

async function child(): Promise<SparseMemoryStore> {
  const store = new SparseMemoryStore();
  await createVhdx(store, {
    kind: "differencing",
    virtualSizeBytes: 4 * MIB,
    entropy,
    parent: {
      dataWriteGuid: LINKAGE,
      virtualDiskId: LINKAGE,
      relativePath: "..\\first\\parent.vhdx",
      absolutePath: "D:\\first\\parent.vhdx",
      volumePath: "\\\\?\\Volume{26a21bda-a627-11d7-9931-806e6f6e6963}\\first\\parent.vhdx",
    },
  });
  return store;
}

describe("`rewriteParentLocator()`", () => {
  for (const [length, where] of [
    [5, "in its place"],
    [20_000, "in another place"],
  ] as const) {
    test(`writes paths of ${length} characters ${where}, and takes out those that are not given`, async () => {
      const store = await child();
      await using before = await openVhdx(store.clone());
      const relativePath = `.\\${"ä".repeat(length)}.vhdx`;
      await rewriteParentLocator(store, { relativePath, absolutePath: "E:\\p.vhdx", entropy });
      await using after = await openVhdx(store);
      assert.deepEqual(after.parentLocator, {
        linkage: LINKAGE,
        linkage2: undefined,
        relativePath,
        absolutePath: "E:\\p.vhdx",
        volumePath: undefined,
      });
      assert.notEqual(after.facts.fileWriteGuid, before.facts.fileWriteGuid);
      assert.equal(after.facts.dataWriteGuid, before.facts.dataWriteGuid);
      assert.equal(after.facts.virtualSizeBytes, 4 * MIB);
    });
  }

  test("changes the link when it is given, and not otherwise", async () => {
    const store = await child();
    await rewriteParentLocator(store, { relativePath: ".\\x.vhdx", linkage: OTHER, entropy });
    await using after = await openVhdx(store);
    assert.equal(after.parentLocator?.linkage, OTHER);
  });

  test("writes nothing when everything is said already", async () => {
    const store = await child();
    await rewriteParentLocator(store, { relativePath: ".\\x.vhdx", entropy });
    const before = await store.toBytes();
    await rewriteParentLocator(store, { relativePath: ".\\x.vhdx", entropy });
    assert.deepEqual(await store.toBytes(), before);
  });

  test("leaves the old paths or the new ones after a crash at any write", async () => {
    const random = new SeededEntropy(3);
    const recorder = new CrashRecorder(await child());
    const long = `.\\${"x".repeat(9000)}.vhdx`;
    await rewriteParentLocator(recorder, { relativePath: long, entropy });
    const seen = new Set<string | undefined>();
    for (let moment = 0; moment <= recorder.moments; moment++) {
      for (const left of recorder.afterCrash(moment, random)) {
        await using file = await openVhdx(left);
        seen.add(file.parentLocator?.relativePath);
      }
    }
    assert.deepEqual(seen, new Set(["..\\first\\parent.vhdx", long]));
  });

  test("keeps all other keys of a file that somebody else wrote", needs("samples"), async () => {
    const store = new SparseMemoryStore(readSample("synthetic-diff-child.avhdx.zst"));
    const before = (await openVhdx(store.clone())).parentLocator;
    await rewriteParentLocator(store, { relativePath: "..\\elsewhere\\base.vhdx", entropy });
    await using after = await openVhdx(store);
    assert.deepEqual(after.parentLocator, {
      ...before,
      relativePath: "..\\elsewhere\\base.vhdx",
      absolutePath: undefined,
    });
  });

  test("refuses a disk without a parent, and a change without a path", async () => {
    const store = new SparseMemoryStore();
    await createVhdx(store, { kind: "dynamic", virtualSizeBytes: MIB, entropy });
    await assert.rejects(rewriteParentLocator(store, { relativePath: ".\\x", entropy }), {
      code: "vhdx-not-differencing",
    });
    await assert.rejects(rewriteParentLocator(store, { entropy }), TypeError);
  });

  test("refuses paths that are longer than any of Windows, before it writes", async () => {
    const store = await child();
    const relativePath = "x".repeat(40_000);
    await assert.rejects(rewriteParentLocator(store, { relativePath, entropy }), TypeError);
    await using after = await openVhdx(store);
    assert.equal(after.parentLocator?.relativePath, "..\\first\\parent.vhdx");
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { guid, MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { readBytes } from "../../disk/index.ts";
import { SparseMemoryStore } from "../../disk/testing/index.ts";
import { createVhdx } from "./create-vhdx.ts";
import { METADATA_TABLE_BYTES, MetadataTableEntry, MetadataTableHeader } from "./layout.ts";
import { openVhdx } from "./open-vhdx.ts";
import { rewriteParentLocator } from "./rewrite-parent-locator.ts";
import { spellVhdx } from "./testing/index.ts";

const entropy = new SeededEntropy(15);
const ID = guid("11111111-2222-4333-8444-555555555555");
const REGION = 2 * MIB;

/** A child whose metadata region has a user's item from 4 KiB behind the table to a given distance from the end. */
async function crowded(leftAtEnd: number): Promise<SparseMemoryStore> {
  const store = new SparseMemoryStore();
  const parent = { dataWriteGuid: ID, virtualDiskId: ID, relativePath: ".\\parent.vhdx" };
  await createVhdx(store, { kind: "differencing", virtualSizeBytes: MIB, entropy, parent });
  const header = await readBytes(store, REGION, MetadataTableHeader.sizeBytes);
  const { signature, entryCount } = MetadataTableHeader.decode(header);
  const offset = METADATA_TABLE_BYTES + 4096;
  const entry = MetadataTableEntry.encode({
    itemId: guid("dddddddd-2222-4333-8444-555555555555"),
    offset,
    length: MIB - offset - leftAtEnd,
    flags: 1, // a user's
  });
  const at = REGION + MetadataTableHeader.sizeBytes + entryCount * MetadataTableEntry.sizeBytes;
  await store.write(entry, at);
  await store.write(MetadataTableHeader.encode({ signature, entryCount: entryCount + 1 }), REGION);
  return store;
}

test("`stageParentLocator()` finds the room behind a user's item, and leaves the item alone", async () => {
  const store = await crowded(30_000);
  const relativePath = `.\\${"x".repeat(10_000)}.vhdx`;
  await rewriteParentLocator(store, { relativePath, entropy });
  await using file = await openVhdx(store);
  assert.equal(file.parentLocator?.relativePath, relativePath);
  const user = file.structure.metadataItems.find((item) => item.isUser);
  assert.equal(user?.fileOffset, REGION + METADATA_TABLE_BYTES + 4096);
});

test("`stageParentLocator()` refuses what has no room, and the file says what it said before", async () => {
  const store = await crowded(0);
  await assert.rejects(rewriteParentLocator(store, { relativePath: "y".repeat(10_000), entropy }), {
    code: "vhdx-metadata-full",
  });
  await using file = await openVhdx(store);
  assert.equal(file.parentLocator?.relativePath, ".\\parent.vhdx");
});

test("`stageParentLocator()` refuses a locator that one log entry cannot hold", async () => {
  const long = "z".repeat(30_000);
  const others = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`other_key_${i}`, long]));
  const store = await spellVhdx({ locator: { parent_linkage: `{${ID}}`, relative_path: "a", ...others } });
  await assert.rejects(rewriteParentLocator(store, { relativePath: "b", entropy }), {
    code: "vhdx-metadata-full",
  });
  await using file = await openVhdx(store);
  assert.equal(file.parentLocator?.relativePath, "a");
});

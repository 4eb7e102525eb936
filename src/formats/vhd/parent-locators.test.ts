import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { vhdChecksum } from "./checksum.ts";
import { VhdDamagedError } from "./errors.ts";
import { DynamicHeader, ParentLocator } from "./layout.ts";
import { makeVhd } from "./testing/index.ts";
import { openVhd } from "./vhd-file.ts";

const ID = guid("11111111-2222-4333-8444-555555555555");
const LOCATORS_AT = 512 + 576;

/** A child with a locator in the second slot as well, which the test spells. */
function childWith(locator: { platform: string; dataLength: number; dataOffset: number }): MemoryStore {
  const bytes = makeVhd({
    sizeBytes: 2_097_152,
    writes: [],
    parent: { id: ID, name: "père.vhd", relativePath: "..\\über\\père.vhd" },
  });
  bytes.set(ParentLocator.encode({ ...locator, dataSpace: 1 }), LOCATORS_AT + ParentLocator.sizeBytes);
  const header = bytes.subarray(512, 512 + DynamicHeader.sizeBytes);
  const field = DynamicHeader.offsetOf("checksum");
  new DataView(bytes.buffer).setUint32(512 + field, 0);
  new DataView(bytes.buffer).setUint32(512 + field, vhdChecksum(header, field));
  return new MemoryStore(bytes);
}

test("`openVhd()` reads the parent's name and paths in their two byte orders", async () => {
  // the first six characters of the relative path serve as an absolute one; the data space is a lie
  const place = { dataLength: 12, dataOffset: 2048 };
  const file = await openVhd(childWith({ platform: "W2ku", ...place }));
  assert.deepEqual(file.facts.parent, {
    parentId: ID,
    parentName: "père.vhd",
    relativePath: "..\\über\\père.vhd",
    absolutePath: "..\\übe",
  });
});

test("`openVhd()` passes over kinds of locators that it does not know", async () => {
  const file = await openVhd(childWith({ platform: "MacX", dataLength: 0xffff_ffff, dataOffset: 0 }));
  assert.equal(file.facts.parent?.relativePath, "..\\über\\père.vhd");
});

test("`openVhd()` refuses a path outside the file, or longer than any", async () => {
  for (const place of [
    { dataLength: 100, dataOffset: 1e9 },
    { dataLength: 100_000, dataOffset: 512 },
  ]) {
    await assert.rejects(openVhd(childWith({ platform: "W2ku", ...place })), VhdDamagedError);
  }
});

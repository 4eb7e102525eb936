import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { VhdxParentLocatorCorruptError } from "./errors.ts";
import { decodeLocatorEntries, decodeParentLocator } from "./parent-locator.ts";
import { joined, spellLocator } from "./testing/index.ts";

const LINKAGE = "{83FAAC57-2F56-4652-866D-E486522C4F8D}";

test("`decodeParentLocator()` reads what Hyper-V writes: all five keys, the second linkage zero, a plain path", () => {
  const item = spellLocator({
    parent_linkage: LINKAGE,
    parent_linkage2: "{00000000-0000-0000-0000-000000000000}",
    relative_path: ".\\parent.vhdx",
    volume_path: "\\\\?\\Volume{4c1b02c1-d990-11dc-99ae-806e6f6e6963}\\vm\\parent.vhdx",
    absolute_win32_path: "C:\\vm\\parent.vhdx",
  });
  assert.deepEqual(decodeParentLocator(item), {
    linkage: guid("83faac57-2f56-4652-866d-e486522c4f8d"),
    linkage2: undefined,
    relativePath: ".\\parent.vhdx",
    volumePath: "\\\\?\\Volume{4c1b02c1-d990-11dc-99ae-806e6f6e6963}\\vm\\parent.vhdx",
    absolutePath: "C:\\vm\\parent.vhdx",
  });
});

test("`decodeParentLocator()` keeps a second linkage that means something, and does not mind unknown keys", () => {
  const second = "11111111-1111-4111-8111-111111111111";
  const item = spellLocator({ parent_linkage: LINKAGE, parent_linkage2: second, whatever: "" });
  assert.equal(decodeParentLocator(item).linkage2, second);
});

test("`decodeLocatorEntries()` spells the bytes of [MS-VHDX] 2.2.6.2.6 as text", () => {
  const item = joined([
    Uint8Array.of(0xb7, 0xef, 0x4a, 0xb0, 0x9e, 0xd1, 0x81, 0x4a), // b04aefb7-d19e-4a81-
    Uint8Array.of(0xb7, 0x89, 0x25, 0xb8, 0xe9, 0x44, 0x59, 0x13), // b789-25b8e9445913
    Uint8Array.of(0, 0, 1, 0), // reserved, one pair
    Uint8Array.of(32, 0, 0, 0, 34, 0, 0, 0, 2, 0, 4, 0), // key at 32, value at 34, 2 and 4 bytes
    Uint8Array.of(0x6b, 0, 0xe4, 0, 0x7a, 0), // k, äz
  ]);
  assert.deepEqual([...decodeLocatorEntries(item)], [["k", "äz"]]);
});

test("`decodeParentLocator()` refuses what cannot be read", () => {
  const good = spellLocator({ parent_linkage: LINKAGE });
  const patched = (at: number, ...bytes: number[]): Uint8Array => {
    const item = good.slice();
    item.set(bytes, at);
    return item;
  };
  const broken = [
    new Uint8Array(0),
    good.slice(0, 19),
    good.slice(0, -1), // the value is cut off
    patched(0, 0xff), // another type
    patched(18, 0xff, 0xff), // 65,535 pairs
    patched(20, 0xff, 0xff, 0xff, 0xff), // key far behind the end
    patched(28, 3), // half a character
    spellLocator({ relative_path: "x" }), // no linkage
    spellLocator({ parent_linkage: "not a guid" }),
    spellLocator({ parent_linkage: LINKAGE, parent_linkage2: "" }),
  ];
  for (const item of broken) assert.throws(() => decodeParentLocator(item), VhdxParentLocatorCorruptError);
});

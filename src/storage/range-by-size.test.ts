import assert from "node:assert/strict";
import { test } from "node:test";
import { rangeBySize } from "./range-by-size.ts";
import { MemoryStorage } from "./testing/index.ts";

test("`rangeBySize()` gives nothing, or says what the object's size makes of the range", async () => {
  const store = new MemoryStorage();
  await store.put("five", [Buffer.from("12345")]);
  assert.equal((await rangeBySize(store, "five", { offset: 2, length: 0 })).length, 0);
  assert.equal((await rangeBySize(store, "five", { offset: 5 })).length, 0);
  for (const [name, range, code] of [
    ["none", { length: 0 }, "storage-object-missing"],
    ["five", { offset: 6 }, "storage-object-truncated"],
    ["five", { offset: 5, length: 1 }, "storage-object-truncated"],
    ["five", { offset: 4 }, "storage-failed"], // there is something, and the store does not give it
  ] as const) {
    await assert.rejects(rangeBySize(store, name, range), { code }, JSON.stringify(range));
  }
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StorageFullError } from "../errors.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { storageContract } from "./storage-contract.ts";

const places = new Map<string, MemoryStorage>();

storageContract(
  "MemoryStorage",
  async (place) => {
    const store = places.get(place) ?? new MemoryStorage();
    places.set(place, store);
    return store;
  },
  { conditionalCreate: true, objectLock: false, latency: "disk" },
);

describe("MemoryStorage", () => {
  test("is full when its capacity is used up, and takes more after a delete", async () => {
    const store = new MemoryStorage({ capacityBytes: 10 });
    await store.put("six", [new Uint8Array(6)]);
    await assert.rejects(store.put("five", [new Uint8Array(5)]), StorageFullError);
    assert.deepEqual(store.names(), ["six"]);
    await store.delete("six");
    await store.put("five", [new Uint8Array(5)]);
    assert.equal(store.usedBytes, 5);
  });

  test("`clone()` shares nothing with its original", async () => {
    const store = new MemoryStorage();
    await store.put("a", [Uint8Array.of(1)]);
    const copy = store.clone();
    store.peek("a").fill(9);
    await copy.put("b", []);
    assert.deepEqual(await copy.get("a"), Uint8Array.of(1));
    assert.deepEqual(store.names(), ["a"]);
  });

  test("`replace()` damages and loses what `put()` protects", async () => {
    const store = new MemoryStorage();
    await store.put("a", [Uint8Array.of(1)]);
    store.replace("a", Uint8Array.of(2));
    assert.deepEqual(await store.get("a"), Uint8Array.of(2));
    store.replace("a", undefined);
    assert.equal(await store.stat("a"), undefined);
  });
});

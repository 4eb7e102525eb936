import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryStorage } from "./memory-storage.ts";
import { RecordingStorage } from "./recording-storage.ts";
import { storageContract } from "./storage-contract.ts";

const places = new Map<string, RecordingStorage>();

storageContract(
  "RecordingStorage",
  async (place) => {
    const store = places.get(place) ?? new RecordingStorage();
    places.set(place, store);
    return store;
  },
  { conditionalCreate: true, objectLock: false, latency: "disk" },
);

describe("RecordingStorage", () => {
  test("`prefix()` is the store as it was after so many changes", async () => {
    const start = new MemoryStorage();
    await start.put("old", [Uint8Array.of(1)]);
    const store = new RecordingStorage(start);
    await store.put("a", [Uint8Array.of(2)]);
    await store.delete("old");
    await store.delete("never/was");
    await store.put("old", [Uint8Array.of(3)]);
    const states = Array.from({ length: store.calls.length + 1 }, (_, n) => store.prefix(n));
    assert.deepEqual(
      states.map((state) => state.names()),
      [["old"], ["a", "old"], ["a"], ["a", "old"]],
    );
    assert.deepEqual(await states[0]?.get("old"), Uint8Array.of(1));
    assert.deepEqual(await states[3]?.get("old"), Uint8Array.of(3));
  });

  test("does not record what was refused", async () => {
    const store = new RecordingStorage();
    await store.put("a", []);
    await assert.rejects(store.put("a", []));
    assert.equal(store.calls.length, 1);
  });

  test("leaves alone the store that it started from", async () => {
    const start = new MemoryStorage();
    const store = new RecordingStorage(start);
    await store.put("a", []);
    await store.prefix(1).put("b", []);
    assert.deepEqual(start.names(), []);
    assert.deepEqual(store.prefix(1).names(), ["a"]);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StorageError } from "../errors.ts";
import { FaultyStorage } from "./faulty-storage.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { storageContract } from "./storage-contract.ts";

const places = new Map<string, MemoryStorage>();

storageContract(
  "FaultyStorage without a script",
  async (place) => {
    const store = places.get(place) ?? new MemoryStorage();
    places.set(place, store);
    return new FaultyStorage(store);
  },
  { conditionalCreate: true, objectLock: false, latency: "disk" },
);

const lineLost = (): StorageError => new StorageError("Cannot reach the store: the line is lost");
const abc = Uint8Array.from([97, 98, 99]);

describe("FaultyStorage", () => {
  test("`fail` does nothing and fails, as often as it was told", async () => {
    const store = new FaultyStorage(new MemoryStorage(), [
      { on: "put", effect: { kind: "fail", error: lineLost }, times: 2 },
    ]);
    await assert.rejects(store.put("a", [abc]), StorageError);
    await assert.rejects(store.put("a", [abc]), StorageError);
    assert.equal(await store.stat("a"), undefined);
    await store.put("a", [abc]);
    store.verifyAllFaultsExercised();
  });

  test("`fail-after-doing` does it and fails all the same", async () => {
    const store = new FaultyStorage(new MemoryStorage(), [
      { on: "put", effect: { kind: "fail-after-doing", error: lineLost } },
      { on: "list", effect: { kind: "fail-after-doing", error: lineLost } },
      { on: "delete", effect: { kind: "fail-after-doing", error: lineLost } },
    ]);
    await assert.rejects(store.put("a", [abc]), StorageError);
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const { name } of store.list("")) seen.push(name);
    }, StorageError);
    assert.deepEqual(seen, ["a"]);
    await assert.rejects(store.delete("a"), StorageError);
    assert.equal(await store.stat("a"), undefined);
  });

  test("`truncate` says that all went well", async () => {
    const store = new FaultyStorage(new MemoryStorage(), [
      { on: "put", effect: { kind: "truncate", to: 2 } },
      { on: "get", effect: { kind: "truncate", to: 1 } },
      { on: "list", effect: { kind: "truncate", to: 0 } },
    ]);
    await store.put("a", [abc]);
    assert.deepEqual(await store.get("a"), abc.slice(0, 1));
    assert.deepEqual(await store.get("a"), abc.slice(0, 2));
    assert.deepEqual(await Array.fromAsync(store.list("")), []);
  });

  test("`flip-bit` damages what passes, not what is kept", async () => {
    const store = new FaultyStorage(new MemoryStorage(), [
      { on: "get", effect: { kind: "flip-bit", at: 1 } },
    ]);
    await store.put("a", [abc]);
    assert.deepEqual(await store.get("a"), Uint8Array.from([97, 99, 99]));
    assert.deepEqual(await store.get("a"), abc);
  });

  test("`call-before` lets somebody else act first", async () => {
    const inner = new MemoryStorage();
    const store = new FaultyStorage(inner, [
      { on: "get", effect: { kind: "call-before", act: () => inner.replace("a", undefined) } },
    ]);
    await store.put("a", [abc]);
    await assert.rejects(store.get("a"), { code: "storage-object-missing" });
  });

  test("`prefix` and `skip` choose the call that is struck", async () => {
    const store = new FaultyStorage(new MemoryStorage(), [
      { on: "put", prefix: "packs/", skip: 1, effect: { kind: "fail", error: lineLost } },
    ]);
    await store.put("other", []);
    await store.put("packs/1", []);
    await assert.rejects(store.put("packs/2", []), StorageError);
    await store.put("packs/3", []);
  });

  test("`verifyAllFaultsExercised()` names the fault that never struck", () => {
    const store = new FaultyStorage(new MemoryStorage(), [
      { on: "delete", effect: { kind: "fail", error: lineLost } },
    ]);
    assert.throws(() => store.verifyAllFaultsExercised(), /fail on delete, 1 times/);
  });
});

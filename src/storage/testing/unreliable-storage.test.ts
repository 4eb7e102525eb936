import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { ProgramKilledError } from "./scheduled-storage.ts";
import { type StoreFaults, UnreliableStorage } from "./unreliable-storage.ts";

const abcd = Buffer.from("abcd");

function bad(faults: StoreFaults): { readonly store: UnreliableStorage; readonly inner: MemoryStorage } {
  const inner = new MemoryStorage();
  return { inner, store: new UnreliableStorage(inner, { faults, random: new SeededEntropy(1) }) };
}

async function namesIn(store: UnreliableStorage): Promise<readonly string[]> {
  return (await Array.fromAsync(store.list(""))).map(({ name }) => name);
}

describe("UnreliableStorage", () => {
  test("lists and reads late: what was put appears, and what was deleted vanishes, some calls later", async () => {
    const { store } = bad({ listsLateCalls: 3, readsLateCalls: 2 });
    await store.put("a", [abcd]);
    await assert.rejects(store.get("a"), { code: "storage-object-missing" });
    assert.deepEqual(await namesIn(store), []);
    assert.deepEqual(await namesIn(store), ["a"]);
    await store.delete("a");
    assert.deepEqual(await namesIn(store), ["a"]);
    await assert.rejects(store.get("a"), { code: "storage-object-missing" });
    assert.deepEqual(await namesIn(store), []);
    assert.ok(store.struck >= 3);
  });

  test("does it and does not answer, or answers and did nothing right", async () => {
    const late = bad({ timesOutAfterDoing: 1 });
    await assert.rejects(late.store.put("a", [abcd]), { code: "storage-unreachable" });
    assert.deepEqual(late.inner.names(), ["a"]);
    await assert.rejects(late.store.delete("a"), { code: "storage-unreachable" });
    assert.deepEqual(late.inner.names(), []);
    const half = bad({ halvesGets: 1, halvesPuts: 1, omits: 1 });
    await assert.rejects(half.store.put("a", [abcd]), { code: "storage-unreachable" });
    assert.equal(half.inner.peek("a").length, 2);
    assert.equal((await half.store.get("a")).length, 1);
    assert.deepEqual(await namesIn(half.store), []);
  });

  test("refuses deletes, is full after so many puts, and drops calls", async () => {
    const { store } = bad({ refusesDeletes: true, fullAfterPuts: 1 });
    await store.put("a", []);
    await assert.rejects(store.delete("a"), { code: "storage-denied" });
    await assert.rejects(store.put("b", []), { code: "storage-full" });
    await assert.rejects(bad({ drops: 1 }).store.stat("a"), { code: "storage-unreachable" });
  });

  test("lets a program make so many calls, and then none", async () => {
    const { store, inner } = bad({ killedAfterCalls: 1 });
    await store.put("a", []);
    await assert.rejects(store.put("b", []), ProgramKilledError);
    await assert.rejects(store.get("a"), ProgramKilledError);
    assert.deepEqual(inner.names(), ["a"]);
  });
});

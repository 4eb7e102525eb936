import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { crashStates } from "./crash-states.ts";
import { RecordingStorage } from "./recording-storage.ts";

const random = new SeededEntropy(1);

function namesOf(storage: RecordingStorage, draws = 5): readonly string[] {
  return [...crashStates(storage, { random, draws })].map(({ store }) => store.names().join()).sort();
}

describe("crashStates()", () => {
  test("are the prefixes where each call is waited for", async () => {
    const storage = new RecordingStorage();
    for (const name of ["a", "b", "c"]) await storage.put(name, []);
    await storage.delete("a");
    assert.deepEqual(namesOf(storage), ["", "a", "a,b", "a,b,c", "b,c"]);
  });

  test("are all subsets of what is on its way together, never across a barrier", async () => {
    const storage = new RecordingStorage(undefined, { turnsOnTheWay: 2 });
    await storage.put("0", []);
    await Promise.all(["a", "b"].map(async (name) => await storage.put(name, [])));
    await storage.put("z", []);
    assert.deepEqual(namesOf(storage), ["", "0", "0,a", "0,a,b", "0,a,b,z", "0,b"]);
  });

  test("overlap as spans do: what was answered stays, what began later needs no more", async () => {
    const storage = new RecordingStorage(undefined, { turnsOnTheWay: 3 });
    const slow = storage.put("slow", []);
    await Promise.all([
      slow.then(async () => await storage.put("after-slow", [])),
      storage.put("b", []).then(async () => await storage.put("after-b", [])),
    ]);
    const states = namesOf(storage);
    assert.ok(states.includes("after-slow,b,slow") && states.includes("after-b,b,slow"), states.join(" | "));
    for (const state of states) {
      if (state.includes("after-slow")) assert.match(state, /(^|,)slow/);
      if (state.includes("after-b")) assert.match(state, /(^|,)b(,|$)/);
    }
  });

  test("of more than three on their way are drawn", async () => {
    const storage = new RecordingStorage(undefined, { turnsOnTheWay: 1 });
    await Promise.all(Array.from("abcdefgh", async (name) => await storage.put(name, [])));
    const states = namesOf(storage, 20);
    assert.ok(states.length > 20 && states.length < 256, `${states.length} states`);
    const last = [...crashStates(storage, { random, draws: 1 })].at(-1);
    assert.equal(last?.calls.length, 8, "at the end all is done");
  });
});

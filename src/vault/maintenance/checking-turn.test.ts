import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckedObjects } from "./checked-objects.ts";
import { CheckingTurn } from "./checking-turn.ts";

const NOW = 1_000_000;

class Checks implements CheckedObjects {
  passBegan: number | undefined;
  readonly #times: Map<string, number>;

  constructor(times: Readonly<Record<string, number>>, passBegan?: number) {
    this.#times = new Map(Object.entries(times));
    this.passBegan = passBegan;
  }

  lastChecked(object: string): number | undefined {
    return this.#times.get(object);
  }

  async note(object: string, milliseconds: number): Promise<void> {
    this.#times.set(object, milliseconds);
  }

  async beginPass(milliseconds: number): Promise<void> {
    this.passBegan = milliseconds;
  }

  async endPass(): Promise<void> {
    this.passBegan = undefined;
  }
}

function taken(turn: CheckingTurn, objects: readonly string[], bytes = 10): readonly string[] {
  for (const object of objects) turn.add(object, bytes);
  turn.plan();
  return objects.filter((object) => turn.takes(object, bytes));
}

test("`CheckingTurn` takes what was never checked first, then the longest unchecked", () => {
  const checked = new Checks({ a: 300, b: 100, c: 200 });
  const objects = ["a", "b", "c", "d"];
  const take = (percent: number): readonly string[] =>
    taken(new CheckingTurn({ percent, checked, now: NOW }), objects);
  assert.deepEqual(take(25), ["d"]);
  assert.deepEqual(take(50), ["b", "d"]);
  assert.deepEqual(take(75), ["b", "c", "d"]);
  assert.deepEqual(take(100), objects);
  assert.deepEqual(take(1), ["d"], "never nothing");
});

test("`CheckingTurn` comes to everything in as many turns as the share says, ties and sizes whatever they are", async () => {
  const checked = new Checks({});
  const objects = Array.from({ length: 40 }, (_, i) => `pack${i}`);
  const seen = new Set<string>();
  for (let day = 1; day <= 10; day++) {
    const turn = new CheckingTurn({ percent: 10, checked, now: NOW });
    for (const object of taken(turn, objects)) {
      assert.ok(!seen.has(object), "nothing twice before everything was read once");
      seen.add(object);
      await checked.note(object, day);
    }
    assert.equal(seen.size, 4 * day);
  }
});

test("`CheckingTurn` does not believe a check in the future: a clock was wrong", () => {
  const turn = new CheckingTurn({ percent: 50, checked: new Checks({ a: NOW + 1, b: 5 }), now: NOW });
  assert.deepEqual(taken(turn, ["a", "b"]), ["a"]);
});

test("a reading of everything that was interrupted goes on, unless it is old or begins again", async () => {
  const checked = new Checks({ a: 500, b: 700, c: 100, d: 600 }, 600);
  const all = (options: { readonly fromStart?: true } = {}): CheckingTurn =>
    new CheckingTurn({ percent: 100, checked, now: NOW, ...options });
  assert.equal(all().goesOnSince, 600);
  assert.deepEqual(
    taken(all(), ["a", "b", "c", "d"]),
    ["a", "c"],
    "what was read when it began was read in it",
  );
  assert.deepEqual(taken(all({ fromStart: true }), ["a", "b", "c"]), ["a", "b", "c"]);
  const late = new CheckingTurn({ percent: 100, checked, now: 600 + 31 * 24 * 3_600_000 });
  assert.equal(late.goesOnSince, undefined);
  await all().begin();
  assert.equal(checked.passBegan, 600, "it is still the same");
  await all().end();
  assert.equal(checked.passBegan, undefined);
  await all().begin();
  assert.equal(checked.passBegan, NOW);
});

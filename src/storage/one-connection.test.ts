import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OneConnection } from "./one-connection.ts";

class Line implements AsyncDisposable {
  isOver = false;
  isClosed = false;

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise(setImmediate);
    this.isClosed = true;
  }
}

function counted(first?: Line): { readonly one: OneConnection<Line>; readonly made: Line[] } {
  const made: Line[] = [];
  const connect = async (): Promise<Line> => {
    await new Promise(setImmediate);
    made.push(new Line());
    return made.at(-1) as Line;
  };
  return { made, one: new OneConnection(connect, first) };
}

describe("OneConnection", () => {
  test("is made once for all who ask for it at the same time, and kept", async () => {
    const { one, made } = counted();
    const got = await Promise.all([one.get(), one.get(), one.get()]);
    assert.deepEqual(new Set([...got, await one.get()]), new Set(made));
    assert.equal(made.length, 1);
  });

  test("that was lost is closed, and made anew once for all", async () => {
    const first = new Line();
    const { one, made } = counted(first);
    assert.equal(await one.get(), first);
    first.isOver = true;
    const got = await Promise.all([one.get(), one.get(), one.get()]);
    assert.deepEqual([made.length, new Set(got).size, first.isClosed], [1, 1, true]);
  });

  test("that could not be made is tried again at the next call, and fails all who waited", async () => {
    let attempts = 0;
    const one = new OneConnection<Line>(async () => {
      attempts++;
      await new Promise(setImmediate);
      if (attempts === 1) throw new RangeError("not now");
      return new Line();
    });
    const outcomes = await Promise.allSettled([one.get(), one.get()]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.equal((await one.get()).isOver, false);
    assert.equal(attempts, 2);
  });

  test("is closed with whoever holds it, also when it is being made", async () => {
    const { one, made } = counted();
    const waiting = one.get();
    await one[Symbol.asyncDispose]();
    assert.equal(await waiting, made[0]);
    assert.equal(made[0]?.isClosed, true);
  });
});

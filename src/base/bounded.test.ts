import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { forEachBounded } from "./bounded.ts";
import { InterruptedError } from "./errors.ts";

/** Work that goes on until it is let go, and knows how much of it ran at once. */
class Gate {
  readonly started: number[] = [];
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  mostAtOnce = 0;

  work = async (item: number): Promise<void> => {
    this.started.push(item);
    const gate = Promise.withResolvers<void>();
    this.#waiting.set(item, gate);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#waiting.size);
    await gate.promise;
  };

  release(item: number): void {
    this.#waiting.get(item)?.resolve();
    this.#waiting.delete(item);
  }

  fail(item: number, error: Error): void {
    this.#waiting.get(item)?.reject(error);
    this.#waiting.delete(item);
  }
}

const settle = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

describe("forEachBounded()", () => {
  test("works on every item of an iterable and of an asynchronous one", async () => {
    async function* later(): AsyncIterable<number> {
      yield* [1, 2, 3];
    }
    for (const items of [[1, 2, 3], later()]) {
      const seen: number[] = [];
      await forEachBounded(items, async (item) => void seen.push(item), { limit: 2 });
      assert.deepEqual(new Set(seen), new Set([1, 2, 3]));
    }
    await forEachBounded([], async () => assert.fail(), { limit: 1 });
  });

  test("never runs more than its limit, and starts the next as soon as one has ended", async () => {
    const gate = new Gate();
    const done = forEachBounded([0, 1, 2, 3, 4], gate.work, { limit: 2 });
    await settle();
    assert.deepEqual(gate.started, [0, 1]);
    gate.release(1);
    await settle();
    assert.deepEqual(gate.started, [0, 1, 2]);
    for (const item of [0, 2, 3, 4]) {
      gate.release(item);
      await settle();
    }
    await done;
    assert.equal(gate.mostAtOnce, 2);
    assert.deepEqual(gate.started, [0, 1, 2, 3, 4]);
  });

  test("starts nothing new after a failure, waits for what runs, and throws the failure as it is", async () => {
    const gate = new Gate();
    let isSettled = false;
    const done = forEachBounded([0, 1, 2, 3], gate.work, { limit: 2 }).finally(() => (isSettled = true));
    done.catch(() => undefined);
    await settle();
    const failure = new Error("first");
    gate.fail(0, failure);
    await settle();
    assert.equal(isSettled, false, "one piece of work still runs");
    gate.release(1);
    await assert.rejects(done, (error) => error === failure);
    assert.deepEqual(gate.started, [0, 1]);
  });

  test("reports several failures together", async () => {
    const gate = new Gate();
    const done = forEachBounded([0, 1], gate.work, { limit: 2 });
    done.catch(() => undefined);
    await settle();
    const failures = [new Error("a"), new Error("b")];
    gate.fail(0, failures[0] ?? assert.fail());
    gate.fail(1, failures[1] ?? assert.fail());
    await assert.rejects(done, (error) => {
      assert.ok(error instanceof AggregateError);
      assert.deepEqual(error.errors, failures);
      return true;
    });
  });

  test("starts nothing new after an abort, and waits for what runs", async () => {
    const gate = new Gate();
    const stop = new AbortController();
    const done = forEachBounded([0, 1, 2], gate.work, { limit: 1, signal: stop.signal });
    done.catch(() => undefined);
    await settle();
    stop.abort();
    gate.release(0);
    await assert.rejects(done, InterruptedError);
    assert.deepEqual(gate.started, [0]);
  });

  test("passes on a failure of the items themselves, after the running work", async () => {
    async function* broken(): AsyncIterable<number> {
      yield 1;
      throw new TypeError("no more");
    }
    const seen: number[] = [];
    await assert.rejects(
      forEachBounded(broken(), async (item) => void seen.push(item), { limit: 4 }),
      TypeError,
    );
    assert.deepEqual(seen, [1]);
  });
});

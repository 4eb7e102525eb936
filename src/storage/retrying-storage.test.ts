import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InterruptedError } from "../base/index.ts";
import { FakeClock, SeededEntropy } from "../base/testing/index.ts";
import { StorageDeniedError, StorageObjectExistsError, StorageUnreachableError } from "./errors.ts";
import { RetryingStorage } from "./retrying-storage.ts";
import type { Storage } from "./storage.ts";
import { FaultyStorage, MemoryStorage, type StorageFault, storageContract } from "./testing/index.ts";

/** A clock whose sleepers wait until it is moved; a pause passes at once when its length is not that of a call. */
class HandClock extends FakeClock {
  readonly #callTimeoutMs: number;
  readonly #due: (() => void)[] = [];
  readonly pauses: number[] = [];

  constructor(callTimeoutMs: number) {
    super();
    this.#callTimeoutMs = callTimeoutMs;
  }

  override async sleep(milliseconds: number, options?: { readonly signal?: AbortSignal }): Promise<void> {
    if (milliseconds < this.#callTimeoutMs) {
      this.pauses.push(milliseconds);
      await super.sleep(milliseconds, options);
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#due.push(resolve);
    options?.signal?.addEventListener("abort", () =>
      reject(new InterruptedError("Cannot go on waiting: interrupted")),
    );
    await promise;
  }

  /** The time of every call that waits is over. */
  timeOut(): void {
    for (const resolve of this.#due.splice(0)) resolve();
  }
}

const SEED = 7;
const CALL_MS = 1_000_000;
const lost = (): StorageUnreachableError =>
  new StorageUnreachableError("Cannot reach the store: the line is lost");
const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value));

interface Scene {
  readonly store: RetryingStorage;
  readonly memory: MemoryStorage;
  readonly clock: HandClock;
}

function scene(script: readonly StorageFault[], inner?: (memory: MemoryStorage) => Storage): Scene {
  const memory = new MemoryStorage();
  const clock = new HandClock(CALL_MS);
  const faulty = new FaultyStorage(inner?.(memory) ?? memory, script);
  const store = new RetryingStorage(faulty, {
    clock,
    entropy: new SeededEntropy(SEED),
    attempts: 4,
    callTimeoutMs: CALL_MS,
  });
  return { store, memory, clock };
}

const places = new Map<string, MemoryStorage>();
storageContract(
  "RetryingStorage",
  async (place) => {
    const store = places.get(place) ?? new MemoryStorage();
    places.set(place, store);
    return new RetryingStorage(store, { clock: new HandClock(0), entropy: new SeededEntropy(SEED) });
  },
  { conditionalCreate: true, objectLock: false, latency: "disk" },
);

describe(`RetryingStorage (seed ${SEED})`, () => {
  test("asks again what can pass, with pauses that grow and are drawn", async () => {
    const { store, clock } = scene([{ on: "put", effect: { kind: "fail", error: lost }, times: 3 }]);
    await store.put("a", [text("x")]);
    assert.deepEqual(await store.get("a"), text("x"));
    assert.equal(clock.pauses.length, 3);
    for (const [i, longest] of [2_000, 4_000, 8_000].entries()) {
      const pause = clock.pauses[i] as number;
      assert.ok(pause >= longest / 2 && pause < longest, `${pause} of ${longest}`);
    }
  });

  test("gives up after its attempts, with the store's own error", async () => {
    const { store, clock } = scene([{ on: "get", effect: { kind: "fail", error: lost }, times: 9 }]);
    await assert.rejects(store.get("a"), StorageUnreachableError);
    assert.equal(clock.pauses.length, 3);
  });

  test("asks nothing again that cannot pass", async () => {
    const error = (): Error => new StorageDeniedError("Cannot write: denied");
    const { store, clock } = scene([{ on: "delete", effect: { kind: "fail", error } }]);
    await assert.rejects(store.delete("a"), StorageDeniedError);
    assert.deepEqual(clock.pauses, []);
  });

  test("knows its own object when the answer of its put was lost", async () => {
    const { store } = scene([{ on: "put", effect: { kind: "fail-after-doing", error: lost } }]);
    await store.put("a", [text("one "), text(""), text("two")]);
    assert.deepEqual(await store.get("a"), text("one two"));
  });

  test("does not take another's object for its own, of the same length or another", async () => {
    for (const other of ["XXX", "longer", ""]) {
      const { store, memory } = scene([
        { on: "put", effect: { kind: "fail", error: lost } },
        { on: "put", effect: { kind: "call-before", act: () => memory.replace("a", text(other)) } },
      ]);
      await assert.rejects(store.put("a", [text("abc")]), StorageObjectExistsError);
      assert.deepEqual(memory.peek("a"), text(other));
    }
  });

  test("a name that is taken at the first attempt is another's, even with the same bytes", async () => {
    const { store } = scene([]);
    await store.put("a", [text("x")]);
    await assert.rejects(store.put("a", [text("x")]), StorageObjectExistsError);
  });

  test("reads back again when that fails too", async () => {
    const { store } = scene([
      { on: "put", effect: { kind: "fail-after-doing", error: lost } },
      { on: "stat", effect: { kind: "fail", error: lost } },
      { on: "get", effect: { kind: "fail", error: lost } },
    ]);
    await store.put("a", [text("x")]);
  });

  test("a list that breaks off goes on behind what was given, once each", async () => {
    const { store, memory } = scene([
      { on: "list", effect: { kind: "fail-after-doing", error: lost }, times: 2 },
    ]);
    for (const name of ["a", "b", "c"]) memory.replace(name, text(name));
    assert.deepEqual(await Array.fromAsync(store.list(""), ({ name }) => name), ["a", "b", "c"]);
  });

  test("stops for good at an abort between two attempts", async () => {
    const stop = new AbortController();
    const error = (): Error => {
      stop.abort();
      return lost();
    };
    const { store, memory } = scene([{ on: "put", effect: { kind: "fail", error } }]);
    await assert.rejects(store.put("a", [text("x")], { signal: stop.signal }), InterruptedError);
    assert.deepEqual(memory.names(), []);
  });

  test("stops a call whose time is over, and tries again", async () => {
    let calls = 0;
    const { store, clock } = scene([], (memory) => new Stuck(memory, () => ++calls < 2));
    const getting = store.stat("a");
    await new Promise(setImmediate);
    clock.timeOut();
    assert.equal(await getting, undefined);
    assert.equal(calls, 2);
  });

  test("knows its own object when the answer of its put came too late", async () => {
    let puts = 0;
    const { store, memory, clock } = scene([], (inner) => new DoneTooLate(inner, () => ++puts < 2));
    const putting = store.put("a", [text("mine")]);
    await new Promise(setImmediate);
    clock.timeOut();
    await putting;
    assert.deepEqual([puts, memory.peek("a")], [2, text("mine")]);
  });

  test("stops a list of which nothing more comes, and goes on behind what was given", async () => {
    let lists = 0;
    const { store, memory, clock } = scene([], (inner) => new StuckList(inner, () => ++lists < 2));
    for (const name of ["a", "b", "c"]) memory.replace(name, text(name));
    const listing = Array.fromAsync(store.list(""), ({ name }) => name);
    for (let look = 0; look < 2; look++) {
      await new Promise(setImmediate);
      clock.timeOut();
    }
    assert.deepEqual(await listing, ["a", "b", "c"]);
    assert.equal(lists, 2);
  });

  test("takes all the time that its caller needs between two objects of a list", async () => {
    const { store, memory, clock } = scene([]);
    for (const name of ["a", "b"]) memory.replace(name, text(name));
    const names: string[] = [];
    for await (const { name } of store.list("")) {
      names.push(name);
      for (let look = 0; look < 3; look++) {
        await new Promise(setImmediate);
        clock.timeOut();
      }
    }
    assert.deepEqual([names, clock.pauses], [["a", "b"], []]);
  });

  test("says how long it waited when no attempt came back", async () => {
    const { store, clock } = scene([], (memory) => new Stuck(memory, () => true));
    const failing = assert.rejects(store.stat("a"), {
      code: "storage-unreachable",
      message: 'Cannot look at "a": no answer within 1000 s',
    });
    for (let attempt = 0; attempt < 4; attempt++) {
      await new Promise(setImmediate);
      clock.timeOut();
    }
    await failing;
  });
});

/** Does what it was asked for, and does not answer while it is told so; gives up at an abort. */
class DoneTooLate extends MemoryStorage {
  readonly #inner: MemoryStorage;
  readonly #isLate: () => boolean;

  constructor(inner: MemoryStorage, isLate: () => boolean) {
    super();
    this.#inner = inner;
    this.#isLate = isLate;
  }

  override async put(...[name, parts, options]: Parameters<Storage["put"]>): Promise<void> {
    const isLate = this.#isLate();
    await this.#inner.put(name, parts, options);
    if (isLate) await untilAborted(options?.signal);
  }

  override async stat(...args: Parameters<Storage["stat"]>): ReturnType<Storage["stat"]> {
    return await this.#inner.stat(...args);
  }

  override async get(...args: Parameters<Storage["get"]>): Promise<Uint8Array> {
    return await this.#inner.get(...args);
  }
}

/** Gives one object, and nothing more while it is told so. */
class StuckList extends MemoryStorage {
  readonly #inner: MemoryStorage;
  readonly #isStuck: () => boolean;

  constructor(inner: MemoryStorage, isStuck: () => boolean) {
    super();
    this.#inner = inner;
    this.#isStuck = isStuck;
  }

  override async *list(...[prefix, options]: Parameters<Storage["list"]>): ReturnType<Storage["list"]> {
    const isStuck = this.#isStuck();
    for await (const object of this.#inner.list(prefix, options)) {
      yield object;
      if (isStuck) await untilAborted(options?.signal);
    }
  }
}

async function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => reject(new InterruptedError("Cannot go on: interrupted")));
  return await promise;
}

/** Does not answer `stat` while it is told so; gives up at an abort. */
class Stuck extends MemoryStorage {
  readonly #inner: MemoryStorage;
  readonly #isStuck: () => boolean;

  constructor(inner: MemoryStorage, isStuck: () => boolean) {
    super();
    this.#inner = inner;
    this.#isStuck = isStuck;
  }

  override async stat(
    name: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Awaited<ReturnType<Storage["stat"]>>> {
    if (!this.#isStuck()) return await this.#inner.stat(name, options);
    return await untilAborted(options.signal);
  }
}

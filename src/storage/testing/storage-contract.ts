import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import {
  StorageError,
  StorageObjectExistsError,
  StorageObjectMissingError,
  StorageObjectTruncatedError,
} from "../errors.ts";
import type { Storage, StorageTraits } from "../storage.ts";

const SEED = 20_260_131;

/**
 * What every store must do; each driver's test calls it. `open` gives the store of a place: the same name gives the
 * same objects again, a new name gives an empty one.
 */
export function storageContract(
  name: string,
  open: (place: string) => Promise<Storage>,
  traits: StorageTraits,
): void {
  describe(`${name} keeps the contract of a store (seed ${SEED})`, () => {
    let places = 0;
    const fresh = (): string => `place-${++places}`;
    const openFresh = async (): Promise<Storage> => await open(fresh());

    test("`traits` are what this store is known for", async () => {
      await using store = await openFresh();
      assert.deepEqual({ ...store.traits }, { ...traits });
      assert.notEqual(store.location, "");
    });
    putAndGet(openFresh);
    ranges(openFresh);
    absence(openFresh);
    listing(openFresh);
    deleting(openFresh);
    severalAtOnce(open, fresh, traits);
    refusals(openFresh);
  });
}

type OpenFresh = () => Promise<Storage>;

function putAndGet(openFresh: OpenFresh): void {
  test("`put()` joins its parts, and `get()` gives them back", async () => {
    await using store = await openFresh();
    await store.put("parts", [text("one "), text(""), text("two "), text("three")]);
    assert.equal(new TextDecoder().decode(await store.get("parts")), "one two three");
  });

  test("`put()` takes an object without bytes", async () => {
    await using store = await openFresh();
    await store.put("none", []);
    await store.put("empty", [new Uint8Array(0)]);
    assert.equal((await store.get("none")).length, 0);
    assert.deepEqual(await store.stat("empty"), { name: "empty", sizeBytes: 0 });
    assert.deepEqual(await namesOf(store, ""), ["empty", "none"]);
  });

  test("`put()` takes the longest name and any depth", async () => {
    await using store = await openFresh();
    const names = [`deep/${"d/".repeat(20)}x`, `${"n".repeat(99)}/${"m".repeat(100)}`, "_a-b.c/0..9"];
    for (const name of names) await store.put(name, [text(name)]);
    for (const name of names) assert.deepEqual(await store.get(name), text(name));
    assert.deepEqual(await namesOf(store, ""), [...names].sort());
  });

  test("`put()` never overwrites", async () => {
    await using store = await openFresh();
    await store.put("taken", [text("first")]);
    await assert.rejects(store.put("taken", [text("second")]), StorageObjectExistsError);
    assert.deepEqual(await store.get("taken"), text("first"));
  });

  test("`put()` is done with the caller's bytes when it resolves", async () => {
    await using store = await openFresh();
    const mine = text("before");
    await store.put("kept", [mine]);
    mine.fill(0);
    assert.deepEqual(await store.get("kept"), text("before"));
  });

  test("`get()` gives bytes that are the caller's own", async () => {
    await using store = await openFresh();
    await store.put("kept", [text("before")]);
    (await store.get("kept")).fill(0);
    assert.deepEqual(await store.get("kept"), text("before"));
  });

  test("`put()` and `get()` carry megabytes unharmed", async () => {
    await using store = await openFresh();
    const parts = [1_048_576, 1, 2_500_000].map((length, i) => new SeededEntropy(SEED + i).bytes(length));
    await store.put("large/one", parts);
    assert.ok(Buffer.from(await store.get("large/one")).equals(Buffer.concat(parts)));
  });
}

function ranges(openFresh: OpenFresh): void {
  test("`get()` gives any range of an object", async () => {
    await using store = await openFresh();
    const random = new SeededEntropy(SEED);
    const whole = random.bytes(10_000);
    await store.put("object", [whole]);
    for (let round = 0; round < 50; round++) {
      const offset = random.below(whole.length + 1);
      const length = random.below(whole.length - offset + 1);
      assert.deepEqual(await store.get("object", { offset, length }), whole.slice(offset, offset + length));
    }
    assert.deepEqual(await store.get("object", { offset: 9_000 }), whole.slice(9_000));
    assert.deepEqual(await store.get("object", { length: 10 }), whole.slice(0, 10));
  });

  test("`get()` gives nothing of nothing", async () => {
    await using store = await openFresh();
    await store.put("five", [text("12345")]);
    assert.equal((await store.get("five", { offset: 5 })).length, 0);
    assert.equal((await store.get("five", { offset: 2, length: 0 })).length, 0);
  });

  test("`get()` says so when an object ends before the range does", async () => {
    await using store = await openFresh();
    await store.put("five", [text("12345")]);
    for (const range of [
      { offset: 0, length: 6 },
      { offset: 5, length: 1 },
      { offset: 6 },
      { offset: 6, length: 0 },
      { offset: 2 ** 40, length: 1 },
    ]) {
      await assert.rejects(store.get("five", range), StorageObjectTruncatedError, JSON.stringify(range));
    }
  });
}

function absence(openFresh: OpenFresh): void {
  test("`get()` of nothing says that it is missing", async () => {
    await using store = await openFresh();
    await store.put("folder/object", [text("x")]);
    for (const name of ["nothing", "folder", "folder/nothing", "folder/object/below", "no/such/folder"]) {
      await assert.rejects(store.get(name), StorageObjectMissingError, name);
      await assert.rejects(store.get(name, { offset: 1, length: 1 }), StorageObjectMissingError, name);
    }
  });

  test("`stat()` gives the size, and undefined for what is not there", async () => {
    await using store = await openFresh();
    await store.put("folder/object", [text("12345")]);
    assert.deepEqual(await store.stat("folder/object"), { name: "folder/object", sizeBytes: 5 });
    for (const name of ["folder", "folder/objec", "folder/object/below", "nothing"]) {
      assert.equal(await store.stat(name), undefined, name);
    }
  });

  test("`list()` of an empty store is empty", async () => {
    await using store = await openFresh();
    assert.deepEqual(await namesOf(store, ""), []);
    assert.deepEqual(await namesOf(store, "packs/"), []);
  });
}

function listing(openFresh: OpenFresh): void {
  // the separator sorts between "." and "0", so a folder's place is not that of its bare name
  const names = [
    "a-b",
    "a.b",
    "a/b",
    "a/b-c",
    "a/c/d",
    "a0",
    "aa/b",
    "b",
    "packs/00/x",
    "packs/0a/y",
    "packs/ff",
  ];

  test("`list()` is sorted by the whole name, with sizes", async () => {
    await using store = await openFresh();
    for (const name of names.toReversed()) await store.put(name, [text(name)]);
    const listed = await Array.fromAsync(store.list(""));
    assert.deepEqual(
      listed,
      names.map((name) => ({ name, sizeBytes: name.length })),
    );
  });

  test("`list()` takes any beginning of a name", async () => {
    await using store = await openFresh();
    for (const name of names) await store.put(name, [text(name)]);
    for (const prefix of [
      "",
      "a",
      "a/",
      "a/b",
      "a/b-",
      "packs/",
      "packs/0",
      "packs/00/",
      "packs/00/x",
      "b",
      "z",
    ]) {
      const expected = names.filter((name) => name.startsWith(prefix));
      assert.deepEqual(await namesOf(store, prefix), expected, `prefix "${prefix}"`);
    }
  });

  test("`list()` gives each of many objects once", async () => {
    await using store = await openFresh();
    const random = new SeededEntropy(SEED);
    const many = Array.from(
      { length: 1_100 },
      (_, i) => `packs/${random.below(4)}/${i}-${random.next()}`,
    ).sort();
    for (const name of many) await store.put(name, []);
    assert.deepEqual(await namesOf(store, "packs/"), many);
  });

  test("`list()` may be left in the middle", async () => {
    await using store = await openFresh();
    for (const name of names) await store.put(name, []);
    for await (const object of store.list("")) {
      assert.equal(object.name, names[0]);
      break;
    }
    assert.equal((await namesOf(store, "")).length, names.length);
  });
}

function deleting(openFresh: OpenFresh): void {
  test("`delete()` removes one object, and does not mind when there is none", async () => {
    await using store = await openFresh();
    await store.put("a/b", [text("x")]);
    await store.put("a/c", [text("y")]);
    await store.delete("a/b");
    await store.delete("a/b");
    await store.delete("never/was");
    assert.equal(await store.stat("a/b"), undefined);
    await assert.rejects(store.get("a/b"), StorageObjectMissingError);
    assert.deepEqual(await namesOf(store, ""), ["a/c"]);
  });

  test("`put()` takes a name again after `delete()`", async () => {
    await using store = await openFresh();
    await store.put("again", [text("old")]);
    await store.delete("again");
    await store.put("again", [text("new")]);
    assert.deepEqual(await store.get("again"), text("new"));
  });

  test("`list()` lives through deletes behind and before it", async () => {
    await using store = await openFresh();
    const names = Array.from({ length: 40 }, (_, i) => `x/${String(i).padStart(2, "0")}`);
    for (const name of names) await store.put(name, []);
    const listed: string[] = [];
    for await (const { name } of store.list("x/")) {
      listed.push(name);
      await store.delete(name);
      await store.delete("x/39");
    }
    assert.deepEqual(
      listed.filter((name) => name !== "x/39"),
      names.slice(0, 39),
    );
    assert.deepEqual(await namesOf(store, ""), []);
  });
}

function severalAtOnce(
  open: (place: string) => Promise<Storage>,
  fresh: () => string,
  traits: StorageTraits,
): void {
  test("what one connection has put, another reads", async () => {
    const place = fresh();
    await using one = await open(place);
    await using other = await open(place);
    await one.put("from/one", [text("1")]);
    await other.put("from/other", [text("2")]);
    assert.deepEqual(await other.get("from/one"), text("1"));
    assert.deepEqual(await namesOf(one, ""), ["from/one", "from/other"]);
    await one.delete("from/other");
    assert.equal(await other.stat("from/other"), undefined);
  });

  test("objects are there again after the store was closed", async () => {
    const place = fresh();
    {
      await using store = await open(place);
      await store.put("kept", [text("x")]);
    }
    await using again = await open(place);
    assert.deepEqual(await again.get("kept"), text("x"));
  });

  const winning = traits.conditionalCreate ? "exactly one wins" : "what stays is one's whole bytes";
  test(`of many that put one name at the same time ${winning}`, async () => {
    const place = fresh();
    await using one = await open(place);
    await using other = await open(place);
    const puts = Array.from({ length: 16 }, (_, i) => (i % 2 ? one : other).put("contested", [text(`${i}`)]));
    const outcomes = await Promise.allSettled(puts);
    const winners = outcomes.flatMap((outcome, i) => (outcome.status === "fulfilled" ? [i] : []));
    if (traits.conditionalCreate) assert.equal(winners.length, 1);
    assert.ok(winners.includes(Number(new TextDecoder().decode(await one.get("contested")))));
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") continue;
      const isLoser = outcome.reason instanceof StorageObjectExistsError;
      const isInTheWay = outcome.reason instanceof StorageError && outcome.reason.retry === "later";
      assert.ok(isLoser || (isInTheWay && !traits.conditionalCreate), String(outcome.reason));
    }
  });

  test("a reader sees an object whole or not at all while it is put", async () => {
    const place = fresh();
    await using writer = await open(place);
    await using reader = await open(place);
    const parts = Array.from({ length: 32 }, (_, i) => new Uint8Array(65_536).fill(i));
    const state = { isDone: false };
    const put = writer.put("slow", parts).finally(() => (state.isDone = true));
    while (!state.isDone) {
      const seen = await reader.stat("slow");
      if (seen !== undefined) assert.equal(seen.sizeBytes, 32 * 65_536);
      for await (const { sizeBytes } of reader.list("")) assert.equal(sizeBytes, 32 * 65_536);
      await new Promise(setImmediate);
    }
    await put;
    assert.ok(Buffer.from(await reader.get("slow")).equals(Buffer.concat(parts)));
  });
}

function refusals(openFresh: OpenFresh): void {
  test("every method refuses names that some store could not keep", async () => {
    await using store = await openFresh();
    for (const name of [
      "",
      "/a",
      "a/",
      "a//b",
      "../a",
      "a/../b",
      ".",
      ".tmp/x",
      "A",
      "a b",
      "a\\b",
      "nul",
      "a.",
    ]) {
      await assert.rejects(store.put(name, []), TypeError, name);
      await assert.rejects(store.get(name), TypeError, name);
      await assert.rejects(store.stat(name), TypeError, name);
      await assert.rejects(store.delete(name), TypeError, name);
    }
    await assert.rejects(store.put("n".repeat(201), []), TypeError);
    for (const prefix of ["/", "../", "a//", ".tmp/", "A"]) {
      await assert.rejects(namesOf(store, prefix), TypeError, prefix);
    }
  });

  test("after an abort nothing is changed any more", async () => {
    await using store = await openFresh();
    await store.put("there", [text("x")]);
    const signal = AbortSignal.abort();
    await assert.rejects(store.put("new", [text("y")], { signal }), InterruptedError);
    await assert.rejects(store.delete("there", { signal }), InterruptedError);
    await assert.rejects(store.get("there", { signal }), InterruptedError);
    await assert.rejects(store.stat("there", { signal }), InterruptedError);
    await assert.rejects(Array.fromAsync(store.list("", { signal })), InterruptedError);
    assert.deepEqual(await namesOf(store, ""), ["there"]);
  });
}

function text(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value));
}

async function namesOf(store: Storage, prefix: string): Promise<string[]> {
  return await Array.fromAsync(store.list(prefix), ({ name }) => name);
}

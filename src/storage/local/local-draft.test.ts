import assert from "node:assert/strict";
import { type FileHandle, mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { StorageObjectExistsError } from "../errors.ts";
import type { ObjectDraft } from "../storage.ts";
import type { LocalStorage } from "./local-storage.ts";
import { openLocalStorage } from "./open-local-storage.ts";

let folder = "";
let store: LocalStorage;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "stillpoint-draft-"));
  store = (await openLocalStorage(folder, { create: true })) as LocalStorage;
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function draftOf(text: string): Promise<ObjectDraft> {
  const draft = await store.draft();
  await draft.write(Buffer.from(text), 0);
  return draft;
}

async function names(): Promise<string[]> {
  return await Array.fromAsync(store.list(""), ({ name }) => name);
}

describe("a draft in the local store", () => {
  test("is no object before it has its name; its pieces may come in any order", async () => {
    await using draft = await store.draft();
    await Promise.all([
      draft.write(Buffer.from("behind"), 7),
      draft.write(new Uint8Array(new SharedArrayBuffer(1)).fill(32), 6),
      draft.write(Buffer.from("before"), 0),
    ]);
    assert.deepEqual(await names(), []);
    await draft.publish("a/name");
    assert.equal(Buffer.from(await store.get("a/name")).toString(), "before behind");
    await store.delete("a/name");
  });

  test("never takes a name that is taken, and leaves nothing without one", async () => {
    await store.put("taken", [Buffer.from("first")]);
    {
      await using draft = await draftOf("second");
      await assert.rejects(draft.publish("taken"), StorageObjectExistsError);
    }
    {
      await using forgotten = await draftOf("third");
      assert.ok(forgotten);
    }
    assert.equal(Buffer.from(await store.get("taken")).toString(), "first");
    assert.deepEqual(await readdir(join(folder, ".tmp")), []);
    await store.delete("taken");
  });

  test("is flushed before it has its name, and its folder behind that", async (t) => {
    const named: string[][] = [];
    await using handle = await open(import.meta.filename);
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    t.mock.method(prototype, "sync", async () => void named.push(await names()));
    await using draft = await draftOf("lasting");
    await draft.publish("lasting");
    assert.deepEqual(named, [[], ["lasting"]]);
    await store.delete("lasting");
  });

  test("has no name after an interruption", async () => {
    await using draft = await draftOf("late");
    await assert.rejects(draft.publish("late", { signal: AbortSignal.abort() }), InterruptedError);
    assert.deepEqual(await names(), []);
  });
});

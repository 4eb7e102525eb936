import assert from "node:assert/strict";
import { test } from "node:test";
import { KIB } from "../../base/index.ts";
import { MemoryStore, SourceEndedError } from "../../disk/index.ts";
import { CountingSource } from "../../disk/testing/index.ts";
import { PageCache } from "./page-cache.ts";

test("`view()` reads a page once, and again only after 16 others", async () => {
  const source = new CountingSource(new MemoryStore(new Uint8Array(18 * 64 * KIB)));
  const cache = new PageCache(source);
  await Promise.all([cache.view(0, 8), cache.view(65528, 8)]);
  assert.equal(source.reads.length, 1);
  for (let page = 1; page <= 16; page++) await cache.view(page * 64 * KIB, 8);
  assert.equal(source.reads.length, 17);
  await cache.view(64 * KIB, 8);
  assert.equal(source.reads.length, 17);
  await cache.view(0, 8);
  assert.equal(source.reads.length, 18);
});

test("`tail()` has zeros behind the end of the file", async () => {
  const cache = new PageCache(new MemoryStore(Uint8Array.of(1, 2, 3)));
  const tail = await cache.tail(2);
  assert.equal(tail.length, 64 * KIB - 2);
  assert.deepEqual([...tail.subarray(0, 2)], [3, 0]);
  assert.deepEqual(await cache.view(2 ** 40, 4), new Uint8Array(4));
});

test("`view()` tries again after a failed read", async () => {
  let fails = true;
  const cache = new PageCache({
    sizeBytes: 8,
    async read(target) {
      if (fails) throw new SourceEndedError("Cannot read: it ended");
      target.fill(7);
    },
    async [Symbol.asyncDispose]() {
      // nothing is held
    },
  });
  await assert.rejects(cache.view(0, 1), SourceEndedError);
  fails = false;
  assert.deepEqual(await cache.view(0, 1), Uint8Array.of(7));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { hexFromBytes } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { ChunkTable } from "./chunk-table.ts";

test("`ChunkTable` does what a map does, for any sequence of sets and gets", () => {
  // few different bytes: ids meet in one partition, and begin alike
  const id = fc.array(fc.constantFrom(0, 1, 255), { minLength: 13, maxLength: 13 });
  const action = fc.record({ id, value: fc.integer({ min: 0, max: 4294967294 }) });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
      const table = new ChunkTable();
      const model = new Map<string, number>();
      for (const { id, value } of actions) {
        const bytes = Uint8Array.from({ length: 40 }, (_, i) => id[i - 3] ?? 7);
        const key = hexFromBytes(bytes);
        assert.equal(table.get(bytes, 3), model.get(key));
        assert.equal(table.set(bytes, 3, value), !model.has(key));
        model.set(key, value);
        assert.equal(table.get(bytes, 3), value);
      }
      assert.equal(table.size, model.size);
    }),
    { seed: 20261122 },
  );
});

test("`ChunkTable` finds each of many ids, none that it was not given, in at most 22 bytes a chunk", () => {
  const entropy = new SeededEntropy(1);
  const count = 200_000;
  const ids = new Uint8Array(32 * count);
  const words = new Uint32Array(ids.buffer);
  for (let i = 0; i < words.length; i++) words[i] = entropy.next();
  const table = new ChunkTable();
  for (let i = 0; i < count; i += 2) table.set(ids, 32 * i, i);
  for (let i = 0; i < count; i++) assert.equal(table.get(ids, 32 * i), i % 2 === 0 ? i : undefined);
  assert.equal(table.size, count / 2);
  assert.ok(table.memoryBytes / table.size < 22, `${table.memoryBytes / table.size} bytes a chunk`);
});

test("`ChunkTable` tells ids apart that share a partition and a slot", () => {
  const table = new ChunkTable();
  const ids = [0, 1, 2].map((last) => Uint8Array.from({ length: 32 }, (_, i) => (i === 12 ? last : 0)));
  ids.forEach((id, i) => table.set(id, 0, i));
  assert.deepEqual(
    ids.map((id) => table.get(id)),
    [0, 1, 2],
  );
});

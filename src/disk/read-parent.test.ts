import assert from "node:assert/strict";
import { test } from "node:test";
import type { Disk } from "./disk.ts";
import { MemoryStore } from "./memory-store.ts";
import { readParent } from "./read-parent.ts";

const store = new MemoryStore(Uint8Array.of(1, 2, 3, 4));
const parent: Disk = {
  sizeBytes: store.sizeBytes,
  logicalSectorBytes: 1,
  read: async (target, offset) => await store.read(target, offset),
  async *extents() {
    yield { offset: 0, length: store.sizeBytes, kind: "data" };
  },
  [Symbol.asyncDispose]: async () => undefined,
};

test("`readParent()` gives the parent's bytes up to its end, and zeros behind", async () => {
  for (const [offset, expected] of [
    [0, [1, 2, 3]],
    [1, [2, 3, 4]],
    [2, [3, 4, 0]],
    [3, [4, 0, 0]],
    [4, [0, 0, 0]],
    [2 ** 45, [0, 0, 0]],
  ] as const) {
    const target = new Uint8Array(3).fill(0xee);
    await readParent(parent, target, offset);
    assert.deepEqual([...target], expected, `at ${offset}`);
  }
});

test("`readParent()` of no parent gives zeros", async () => {
  const target = new Uint8Array(3).fill(0xee);
  await readParent(undefined, target, 0);
  assert.deepEqual([...target], [0, 0, 0]);
});

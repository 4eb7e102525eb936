import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore } from "../memory-store.ts";
import { SparseMemoryStore } from "./sparse-memory-store.ts";

test("`SparseMemoryStore` holds what a plain store holds after random writes and cuts", async () => {
  const seed = 20_261;
  console.log(`seed ${seed}`);
  const random = new SeededEntropy(seed);
  const plain = new MemoryStore();
  const sparse = new SparseMemoryStore();
  for (let step = 0; step < 200; step++) {
    if (random.below(8) === 0) {
      const size = random.below(400_000);
      await plain.truncate(size);
      await sparse.truncate(size);
    } else {
      const bytes = random.bytes(random.below(3000));
      const offset = random.below(300_000);
      await plain.write(bytes, offset);
      await sparse.write(bytes, offset);
    }
  }
  assert.equal(sparse.sizeBytes, plain.sizeBytes);
  assert.deepEqual(await sparse.toBytes(), plain.toBytes());
});

test("`SparseMemoryStore` takes memory only for what was written", async () => {
  const store = new SparseMemoryStore();
  await store.truncate(2 ** 46);
  await store.write(Uint8Array.of(1), 2 ** 45);
  assert.ok(store.storedBytes < 100_000);
  const copy = store.clone();
  await store.write(Uint8Array.of(2), 2 ** 45);
  const byte = new Uint8Array(1);
  await copy.read(byte, 2 ** 45);
  assert.equal(byte[0], 1);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { hexFromBytes } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { type ChunkHasher, createChunkHasher, nativeHasher, wasmHasher } from "./chunk-hasher.ts";

/** The official test vectors of BLAKE3 (github.com/BLAKE3-team/BLAKE3, test_vectors.json): key, and first 32 bytes of `keyed_hash`. */
const KEY = new TextEncoder().encode("whats the Elvish word for friend");
const VECTORS = new Map([
  [0, "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26"],
  [1, "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b"],
]);

function idOf(hasher: ChunkHasher, chunk: Uint8Array): string {
  const id = new Uint8Array(34);
  hasher.hash(chunk, id, 1);
  assert.deepEqual([id[0], id[33]], [0, 0], "only the 32 bytes at the offset are written");
  return hexFromBytes(id.subarray(1, 33));
}

for (const [name, create] of [
  ["nativeHasher", nativeHasher],
  ["wasmHasher", wasmHasher],
] as const) {
  test(`\`${name}()\` computes keyed BLAKE3 as its authors do`, async () => {
    const hasher = await create(KEY);
    for (const [length, expected] of VECTORS) {
      const input = Uint8Array.from({ length }, (_, i) => i % 251);
      assert.equal(idOf(hasher, input), expected);
    }
  });
}

test("the addon and WebAssembly give the same ids, for all lengths around their block sizes", async () => {
  const entropy = new SeededEntropy(3);
  const [native, wasm] = [await nativeHasher(KEY), await wasmHasher(KEY)];
  for (const length of [0, 1, 63, 64, 65, 1023, 1024, 1025, 4096, 65_535, 65_536, 65_537, 200_000]) {
    const chunk = entropy.bytes(length);
    assert.equal(idOf(native, chunk), idOf(wasm, chunk), `${length} bytes`);
  }
});

test("`createChunkHasher()` gives other ids for another key, and for other lengths of the same beginning", async () => {
  const hasher = await createChunkHasher(KEY);
  const other = await createChunkHasher(new Uint8Array(32));
  const chunk = new Uint8Array(100);
  assert.notEqual(idOf(hasher, chunk), idOf(other, chunk));
  assert.notEqual(idOf(hasher, chunk), idOf(hasher, chunk.subarray(0, 99)));
});

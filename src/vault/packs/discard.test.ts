import assert from "node:assert/strict";
import { createCipheriv, randomBytes } from "node:crypto";
import { test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { discard } from "./discard.ts";

test("`discard()` gives back what compression and encryption made, and leaves small and shared buffers alone", () => {
  const plain = new Uint8Array(512 * 1024).map((_, i) => (i * 7919) >>> 5);
  const squeezed = zstdCompressSync(plain, { chunkSize: 600 * 1024 });
  const again = zstdDecompressSync(squeezed, { chunkSize: plain.length + 64 });
  const sealed = createCipheriv("aes-256-gcm", randomBytes(32), randomBytes(12)).update(plain);
  for (const bytes of [squeezed, again, sealed]) {
    assert.ok(bytes.length > 0);
    discard(bytes);
    assert.equal(bytes.length, 0);
  }
  const small = Buffer.from("pooled");
  const shared = new Uint8Array(new SharedArrayBuffer(1 << 20));
  discard(small);
  discard(shared);
  assert.deepEqual([small.toString(), shared.length], ["pooled", 1 << 20]);
});

test("`discard()` keeps the memory of a thread that makes buffers without end", () => {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let i = 0; i < 400; i++) {
    discard(new Uint8Array(1 << 20));
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  assert.ok(most < 4 << 20, `${most} bytes at once`);
});

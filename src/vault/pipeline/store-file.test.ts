import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError, MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import {
  type ByteSource,
  type FileLayout,
  MemoryStore,
  plainLayout,
  SourceEndedError,
} from "../../disk/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { backUp, bringBack, createSmallVault, draftOf, payloadLayout, someBytes } from "../testing/index.ts";

async function freshVault() {
  const storage = new MemoryStorage();
  return { storage, vault: (await createSmallVault(storage, { workers: 2 })).vault };
}

test("`storeFile()` counts what was read, what was new and what it takes", async () => {
  const { vault } = await freshVault();
  await using _ = vault;
  await using session = await vault.openSession();
  const bytes = new SeededEntropy(1).bytes(40_960); // ten chunks that do not compress
  bytes.copyWithin(0, 4096, 8192); // two of them equal
  bytes.fill(0, 20_480, 28_672); // two of zeros
  const layout: FileLayout = {
    ...payloadLayout(40_960),
    async *segments() {
      yield { offset: 0, length: 4096, kind: "plain", cutOrigin: 0 };
      yield { offset: 4096, length: 36_864, kind: "payload", cutOrigin: 0 };
    },
  };
  const progress: number[] = [];
  const onProgress = (done: number): void => {
    progress.push(done);
  };
  const first = await session.storeFile(new MemoryStore(bytes), { layout, onProgress });
  assert.equal(first.counts.bytesRead, 36_864);
  assert.equal(first.counts.bytesReadMetadata, 4096);
  assert.equal(first.counts.bytesNew, 7 * 4096);
  assert.ok(first.counts.bytesStored > 7 * 4096 && first.counts.bytesStored < 7 * 4096 + 1500);
  assert.equal(progress.at(-1), 40_960);
  const again = await session.storeFile(new MemoryStore(bytes), { layout });
  assert.deepEqual(again.recipe, first.recipe);
  assert.deepEqual([again.counts.bytesNew, again.counts.bytesStored], [0, 0]);
});

test("`storeFile()` finds chunks that another file of the session, another session or a clone elsewhere in a file has", async () => {
  const { vault } = await freshVault();
  await using _ = vault;
  const bytes = someBytes(2, 20 * 4096);
  await backUp(vault, { first: bytes });
  await using session = await vault.openSession();
  const shifted = new Uint8Array(25 * 4096 + 100);
  shifted.set(bytes, 5 * 4096 + 100);
  const layout: FileLayout = {
    ...payloadLayout(shifted.length),
    async *segments() {
      yield { offset: 0, length: 100, kind: "plain", cutOrigin: 0 };
      yield { offset: 100, length: 25 * 4096, kind: "payload", cutOrigin: 100 };
    },
  };
  const { counts } = await session.storeFile(new MemoryStore(shifted), { layout });
  assert.equal(counts.bytesNew, 0);
});

test("`storeFile()` stores files at the same time, bigger than all buffers together, and each comes back", async () => {
  const { vault } = await freshVault();
  await using _ = vault;
  await using session = await vault.openSession();
  const files = [1, 2, 3, 4, 5, 6].map((seed) => {
    const bytes = new Uint8Array(9 * MIB + seed);
    const part = someBytes(seed, 300_000);
    for (let at = 0; at + part.length < bytes.length; at += 400_000) bytes.set(part, at + seed * 11);
    return bytes;
  });
  const stored = await Promise.all(
    files.map(async (bytes, i) => {
      const { recipe } = await session.storeFile(new MemoryStore(bytes), {
        layout: plainLayout(bytes.length),
      });
      return { path: String(i), role: "disk", sizeBytes: bytes.length, recipe } as const;
    }),
  );
  const point = await session.commit(draftOf(stored));
  for (const [i, file] of point.files.entries()) {
    assert.equal(Buffer.compare(await bringBack(vault, file), files[i] as Uint8Array), 0, `file ${i}`);
  }
  assert.deepEqual((await vault.verify({ readDataPercent: 100 })).damaged, []);
});

test("a file that shrinks while it is read fails alone: the session goes on", async () => {
  const { vault } = await freshVault();
  await using _ = vault;
  await using session = await vault.openSession();
  const bytes = someBytes(3, 5 * MIB);
  const shrunk = new MemoryStore(bytes.subarray(0, 3 * MIB));
  await assert.rejects(session.storeFile(shrunk, { layout: plainLayout(bytes.length) }), SourceEndedError);
  const { recipe } = await session.storeFile(new MemoryStore(bytes), { layout: plainLayout(bytes.length) });
  const file = { path: "x", role: "disk", sizeBytes: bytes.length, recipe } as const;
  await session.commit(draftOf([file]));
  assert.equal(Buffer.compare(await bringBack(vault, file), bytes), 0);
});

test("an abort ends `storeFile()` wherever it is, and gives all memory back", async () => {
  const { vault } = await freshVault();
  await using _ = vault;
  await using session = await vault.openSession();
  const bytes = someBytes(4, 6 * MIB);
  for (const reads of [0, 1, 2]) {
    const stop = new AbortController();
    const inner = new MemoryStore(bytes);
    let left = reads;
    const source: ByteSource = {
      sizeBytes: bytes.length,
      async read(target, offset) {
        if (left-- <= 0) stop.abort();
        await inner.read(target, offset);
      },
      async [Symbol.asyncDispose]() {
        // nothing is held
      },
    };
    const storing = session.storeFile(source, { layout: plainLayout(bytes.length), signal: stop.signal });
    await assert.rejects(storing, InterruptedError);
  }
  const again = await session.storeFile(new MemoryStore(bytes), { layout: plainLayout(bytes.length) });
  assert.equal(again.recipe.sizeBytes, bytes.length);
});

test("memory for a file of 2 GiB of zeros with a little in it is that of its stretches", async () => {
  const { storage, vault } = await freshVault();
  await using _ = vault;
  await using session = await vault.openSession();
  const size = 2048 * MIB;
  const source: ByteSource = {
    sizeBytes: size,
    async read(target, offset) {
      target.fill(0);
      if (offset % (512 * MIB) === 0) target[5] = 1;
    },
    async [Symbol.asyncDispose]() {
      // nothing is held
    },
  };
  const before = process.memoryUsage().rss;
  const { recipe } = await session.storeFile(source, { layout: payloadLayout(size) });
  const grown = (process.memoryUsage().rss - before) / MIB;
  assert.ok(grown < 150, `grew by ${grown} MiB`);
  await session.commit(draftOf([{ path: "x", role: "disk", sizeBytes: size, recipe }]));
  assert.ok(storage.usedBytes < 20_000, `${storage.usedBytes} bytes stored`);
});

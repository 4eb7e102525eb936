import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore, SourceEndedError } from "../../disk/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import type { StoredFile, Vault } from "../index.ts";
import { backUp, createSmallVault, someBytes } from "../testing/index.ts";

describe("StoredFileReader", () => {
  const bytes = someBytes(9, 5_000_000);
  let vault: Vault;
  let file: StoredFile;

  before(async () => {
    bytes.fill(0, 1_000_000, 3_500_000);
    bytes.copyWithin(4_000_000, 0, 500_000);
    vault = (await createSmallVault(new MemoryStorage(), { workers: 2 })).vault;
    file = (await backUp(vault, { file: bytes })).files[0] as StoredFile;
  });
  after(async () => {
    await vault[Symbol.asyncDispose]();
  });

  test("`read()` gives any extent of the file, as often as one likes and at the same time", async () => {
    await using reader = await vault.openFile(file);
    assert.equal(reader.sizeBytes, bytes.length);
    const random = new SeededEntropy(10);
    await Promise.all(
      Array.from({ length: 150 }, async () => {
        const offset = random.below(bytes.length);
        const length = Math.min(random.below(20_000), bytes.length - offset);
        const target = new Uint8Array(length).fill(255);
        await reader.read(target, offset);
        assert.equal(
          Buffer.compare(target, bytes.subarray(offset, offset + length)),
          0,
          `${length} at ${offset}`,
        );
      }),
    );
    await assert.rejects(reader.read(new Uint8Array(2), bytes.length - 1), SourceEndedError);
    await reader.read(new Uint8Array(0), bytes.length);
  });

  test("`extents()` covers the file, and calls zero what is zero", async () => {
    await using reader = await vault.openFile(file);
    const extents = await Array.fromAsync(reader.extents());
    let end = 0;
    for (const { offset, length, kind } of extents) {
      assert.equal(offset, end);
      end = offset + length;
      if (kind === "zero") assert.ok(bytes.subarray(offset, end).every((byte) => byte === 0));
    }
    assert.equal(end, bytes.length);
    assert.deepEqual(
      extents.map(({ kind }) => kind),
      ["data", "zero", "data"],
    );
    assert.equal(extents[1]?.length, 2_494_464, "the whole chunks between");
  });

  test("`copyTo()` writes only what is not zero, and tells how far it is", async () => {
    await using reader = await vault.openFile(file);
    const target = new MemoryStore();
    const progress: number[] = [];
    const { bytesWritten } = await reader.copyTo(target, { onProgress: (done) => progress.push(done) });
    assert.equal(Buffer.compare(target.toBytes(), bytes), 0);
    assert.equal(bytesWritten, bytes.length - 2_494_464);
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
    );
    assert.equal(progress.at(-1), bytes.length);
  });

  test("`copyTo()` ends when its signal fires, and when the target fails", async () => {
    await using reader = await vault.openFile(file);
    const stop = new AbortController();
    const stopped = reader.copyTo(new MemoryStore(), { signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(stopped, InterruptedError);
    class FullStore extends MemoryStore {
      override async write(): Promise<void> {
        throw new RangeError("no space");
      }
    }
    await assert.rejects(reader.copyTo(new FullStore()), (error) => {
      const all = error instanceof AggregateError ? error.errors : [error];
      return all.every((each) => each instanceof RangeError);
    });
    const target = new MemoryStore();
    await reader.copyTo(target);
    assert.equal(Buffer.compare(target.toBytes(), bytes), 0);
  });
});

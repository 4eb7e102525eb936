import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, MIB, newGuid, ZERO_GUID } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { createVhdx } from "./create-vhdx.ts";
import { readHeaderCopies } from "./file-header.ts";
import { encodeHeader, HeaderWriter } from "./header-writer.ts";

const entropy = new SeededEntropy(14);

/** Remembers where it was written. */
class WatchedStore extends MemoryStore {
  readonly offsets: number[] = [];

  override async write(bytes: Uint8Array, offset: number): Promise<void> {
    this.offsets.push(offset);
    await super.write(bytes, offset);
  }
}

async function fresh(): Promise<WatchedStore> {
  const store = new WatchedStore();
  await createVhdx(store, { kind: "dynamic", virtualSizeBytes: MIB, entropy });
  return store;
}

describe("`HeaderWriter`", () => {
  test("leaves the change in both headers, the later one with the greater number", async () => {
    const store = await fresh();
    const headers = await HeaderWriter.open(store);
    const before = headers.current;
    const fileWriteGuid = newGuid(entropy);
    await headers.update({ fileWriteGuid });
    const copies = await readHeaderCopies(store);
    for (const copy of copies) {
      assert.ok(copy.isValid);
      assert.equal(copy.value.fileWriteGuid, fileWriteGuid);
      assert.equal(copy.value.dataWriteGuid, before.dataWriteGuid);
    }
    const numbers = copies.map((copy) => copy.value.sequenceNumber - before.sequenceNumber);
    assert.deepEqual(
      numbers.toSorted((a, b) => Number(a - b)),
      [1n, 2n],
    );
  });

  test("overwrites a damaged header first and never the good one", async () => {
    const store = await fresh();
    const [, second] = await readHeaderCopies(store);
    assert.equal(second.value.sequenceNumber, 2n);
    await store.write(Uint8Array.of(0xff), 128 * 1024 + 100); // header 2 was the current one
    store.offsets.length = 0;
    await (await HeaderWriter.open(store)).update({ fileWriteGuid: newGuid(entropy) });
    assert.deepEqual(store.offsets, [128 * 1024, 64 * 1024]);
    assert.ok((await readHeaderCopies(store)).every((copy) => copy.isValid));
  });

  test("refuses to count beyond 64 bits", async () => {
    const store = await fresh();
    const { current } = await HeaderWriter.open(store);
    const last = encodeHeader({ ...current, sequenceNumber: 2n ** 64n - 1n, logGuid: ZERO_GUID });
    await store.write(last, 64 * 1024);
    const headers = await HeaderWriter.open(store);
    await assert.rejects(headers.update({ logGuid: guid("11111111-2222-4333-8444-555555555555") }), {
      code: "vhdx-not-writable",
    });
    assert.ok((await readHeaderCopies(store)).every((copy) => copy.isValid));
  });
});

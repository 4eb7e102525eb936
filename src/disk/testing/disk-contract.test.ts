import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import type { Disk, DiskExtent } from "../disk.ts";
import { MemoryStore } from "../memory-store.ts";
import { diskContract } from "./disk-contract.ts";
import { PoisoningSource } from "./poisoning-source.ts";

const SECTOR = 512;

/** The simplest disk: its sectors as they lie in a file, with the zero extents that were asked for. */
function flatDisk(content: Uint8Array, extents: readonly DiskExtent[]): Disk {
  const store = new MemoryStore(content);
  return {
    sizeBytes: content.length,
    logicalSectorBytes: SECTOR,
    read: async (target, offset) => await store.read(target, offset),
    async *extents() {
      yield* extents;
    },
    [Symbol.asyncDispose]: async () => await store[Symbol.asyncDispose](),
  };
}

diskContract("a flat disk", async () => {
  const content = new SeededEntropy(1).bytes(400 * SECTOR);
  content.fill(0, 100 * SECTOR, 300 * SECTOR);
  const disk = flatDisk(content, [
    { offset: 0, length: 100 * SECTOR, kind: "data" },
    { offset: 100 * SECTOR, length: 200 * SECTOR, kind: "zero" },
    { offset: 300 * SECTOR, length: 100 * SECTOR, kind: "data" },
  ]);
  return { disk, content };
});

test("`PoisoningSource` counts, and leaves no byte of a target as it was", async () => {
  const source = new PoisoningSource(new MemoryStore(Uint8Array.of(1, 2, 3, 4)));
  const target = new Uint8Array(2);
  await Promise.all([source.read(target, 1), source.read(new Uint8Array(1), 0)]);
  assert.deepEqual(target, Uint8Array.of(2, 3));
  assert.deepEqual([source.reads, source.readBytes, source.mostAtOnce], [2, 3, 2]);
  const lazy = new PoisoningSource({
    sizeBytes: 4,
    read: async () => {
      // fills nothing
    },
    [Symbol.asyncDispose]: async () => {
      // holds nothing
    },
  });
  await lazy.read(target, 0);
  assert.deepEqual(target, Uint8Array.of(0xa5, 0xa5));
});

test("`PoisoningSource` fails a read outside the file or after the disposal", async () => {
  const source = new PoisoningSource(new MemoryStore(Uint8Array.of(1, 2)));
  for (const offset of [-1, 0.5, 1, Number.NaN]) {
    await assert.rejects(source.read(new Uint8Array(2), offset), { code: "ERR_ASSERTION" }, `${offset}`);
  }
  await source[Symbol.asyncDispose]();
  await assert.rejects(source.read(new Uint8Array(1), 0), /after it was disposed/);
});

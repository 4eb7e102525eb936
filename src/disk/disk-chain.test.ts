import assert from "node:assert/strict";
import { test } from "node:test";
import type { Disk } from "./disk.ts";
import { stackDisks } from "./disk-chain.ts";
import { MemoryStore } from "./memory-store.ts";

/** A file whose disk is a name: its own, and that of the disk below it. */
function named(path: string) {
  const diskOf = (name: string): Disk & { readonly name: string } => {
    const store = new MemoryStore();
    return {
      name,
      sizeBytes: 0,
      logicalSectorBytes: 512,
      read: async (target, offset) => await store.read(target, offset),
      async *extents() {
        // it is empty
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  };
  const disk = (parent?: Disk): Disk =>
    diskOf(parent !== undefined && "name" in parent ? `${path} over ${String(parent.name)}` : path);
  return { path, file: { disk } };
}

test("`stackDisks()` lays the leaf, which comes first, over its parents", () => {
  const disk = stackDisks([named("leaf"), named("middle"), named("root")]);
  assert.ok("name" in disk);
  assert.equal(disk.name, "leaf over middle over root");
});

test("`stackDisks()` of no file is a programming mistake", () => {
  assert.throws(() => stackDisks([]), TypeError);
});

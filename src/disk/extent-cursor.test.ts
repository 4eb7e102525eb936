import assert from "node:assert/strict";
import { test } from "node:test";
import type { Disk, DiskExtent } from "./disk.ts";
import { ExtentCursor } from "./extent-cursor.ts";

function diskOf(...lengths: readonly number[]): Disk & { readonly closed: () => boolean } {
  let closed = false;
  return {
    sizeBytes: lengths.reduce((sum, length) => sum + length, 0),
    logicalSectorBytes: 512,
    closed: () => closed,
    read: async () => undefined,
    async *extents() {
      try {
        let offset = 0;
        for (const [i, length] of lengths.entries()) {
          yield { offset, length, kind: i % 2 === 0 ? "data" : "zero" } satisfies DiskExtent;
          offset += length;
        }
      } finally {
        closed = true;
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function pieces(cursor: ExtentCursor, offset: number, end: number): Promise<string[]> {
  const found: string[] = [];
  for await (const extent of cursor.between(offset, end))
    found.push(`${extent.kind} ${extent.offset}+${extent.length}`);
  return found;
}

test("`between()` cuts extents at both ends and goes on where it was", async () => {
  await using cursor = new ExtentCursor(diskOf(1000, 1000, 1000));
  assert.deepEqual(await pieces(cursor, 100, 200), ["data 100+100"]);
  assert.deepEqual(await pieces(cursor, 200, 1500), ["data 200+800", "zero 1000+500"]);
  assert.deepEqual(await pieces(cursor, 2999, 3000), ["data 2999+1"]);
});

test("`between()` knows zeros behind the end of the disk", async () => {
  await using cursor = new ExtentCursor(diskOf(1000));
  assert.deepEqual(await pieces(cursor, 900, 1100), ["data 900+100", "zero 1000+100"]);
  assert.deepEqual(await pieces(cursor, 5000, 5001), ["zero 5000+1"]);
});

test("disposing ends the walk that it began, and an unused cursor begins none", async () => {
  const used = diskOf(1000, 1000);
  {
    await using cursor = new ExtentCursor(used);
    await pieces(cursor, 0, 1);
  }
  assert.equal(used.closed(), true);
  const unused = diskOf(1000);
  await new ExtentCursor(unused)[Symbol.asyncDispose]();
  assert.equal(unused.closed(), false);
});

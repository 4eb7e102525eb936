import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { MemoryStore, readBytes } from "../../disk/index.ts";
import { ReplayedSource } from "./replayed-source.ts";

test("`ReplayedSource` reads as the file would after its patches were copied in, in order", async () => {
  const base = Uint8Array.from({ length: 64 }, (_, at) => at + 1);
  const patch = fc.record({ offset: fc.nat(80), length: fc.nat(20), from: fc.nat(44) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(patch, { maxLength: 6 }),
      fc.nat(60),
      fc.nat(40),
      async (patches, offset, length) => {
        const source = new ReplayedSource(new MemoryStore(base), patches);
        const model = Buffer.alloc(Math.max(64, ...patches.map((each) => each.offset + each.length)));
        model.set(base);
        for (const each of patches) model.set(base.subarray(each.from, each.from + each.length), each.offset);
        assert.equal(source.sizeBytes, model.length);
        const wanted = Math.min(length, model.length - offset);
        const expected = Uint8Array.from(model.subarray(offset, offset + wanted));
        assert.deepEqual(await readBytes(source, offset, wanted), expected);
        await assert.rejects(readBytes(source, model.length, 1), { code: "source-ended" });
      },
    ),
    { seed: 12 },
  );
});

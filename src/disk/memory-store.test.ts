import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { readBytes } from "./byte-source.ts";
import { SourceEndedError } from "./errors.ts";
import { MemoryStore } from "./memory-store.ts";

describe("MemoryStore", () => {
  test("grows by writing behind its end, and the gap reads as zeros", async () => {
    const store = new MemoryStore();
    await store.write(Uint8Array.of(7, 8), 3);
    assert.equal(store.sizeBytes, 5);
    assert.deepEqual(store.toBytes(), Uint8Array.of(0, 0, 0, 7, 8));
  });

  test("`read()` across the end says so and has no partial result", async () => {
    const store = new MemoryStore(Uint8Array.of(1, 2, 3));
    const target = new Uint8Array(2).fill(9);
    await assert.rejects(store.read(target, 2), SourceEndedError);
    await assert.rejects(store.read(target, -1), SourceEndedError);
    assert.deepEqual(target, Uint8Array.of(9, 9));
    await store.read(new Uint8Array(0), 3);
  });

  test("shares no bytes with what it was made of, nor with what it gives", async () => {
    for (const given of [Uint8Array.of(1, 2), Buffer.of(1, 2)]) {
      const store = new MemoryStore(given);
      given.fill(9);
      store.toBytes().fill(9);
      assert.deepEqual(store.toBytes(), Uint8Array.of(1, 2));
    }
  });

  test("what was cut off does not come back when it grows again", async () => {
    const store = new MemoryStore(Uint8Array.of(1, 2, 3, 4));
    await store.truncate(2);
    await store.truncate(4);
    assert.deepEqual(store.toBytes(), Uint8Array.of(1, 2, 0, 0));
    await store.truncate(1);
    await store.write(Uint8Array.of(5), 3);
    assert.deepEqual(store.toBytes(), Uint8Array.of(1, 0, 0, 5));
  });

  test("is an array of bytes, whatever is written and cut in whatever order", async () => {
    const write = fc.record({ offset: fc.nat(300), bytes: fc.uint8Array({ maxLength: 100 }) });
    const cut = fc.record({ size: fc.nat(300) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(write, cut), { maxLength: 30 }), async (steps) => {
        const store = new MemoryStore();
        let model: number[] = [];
        for (const step of steps) {
          if ("size" in step) {
            await store.truncate(step.size);
            model = Array.from({ length: step.size }, (_, i) => model[i] ?? 0);
          } else {
            await store.write(step.bytes, step.offset);
            const end = Math.max(model.length, step.offset + step.bytes.length);
            model = Array.from({ length: end }, (_, i) => step.bytes[i - step.offset] ?? model[i] ?? 0);
          }
          assert.deepEqual([...store.toBytes()], model);
        }
      }),
      { seed: 20_260_301 },
    );
  });
});

describe("readBytes()", () => {
  test("gives a new buffer with the extent", async () => {
    const source = new MemoryStore(Uint8Array.of(1, 2, 3, 4));
    assert.deepEqual(await readBytes(source, 1, 2), Uint8Array.of(2, 3));
    assert.equal((await readBytes(source, 4, 0)).length, 0);
  });

  test("passes on that the source ended", async () => {
    await assert.rejects(readBytes(new MemoryStore(), 0, 1), { code: "source-ended", retry: "later" });
  });
});

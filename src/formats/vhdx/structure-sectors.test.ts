import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore, readBytes } from "../../disk/index.ts";
import { StructureSectors } from "./structure-sectors.ts";

describe("`StructureSectors`", () => {
  test("reads the file with its changes, and writes nothing", async () => {
    const random = new SeededEntropy(1);
    const content = random.bytes(40_960);
    const store = new MemoryStore(content);
    const sectors = new StructureSectors(store);
    for (let n = 0; n < 20; n++) {
      const bytes = random.bytes(1 + random.below(9000));
      const at = random.below(content.length - bytes.length);
      await sectors.change(at, bytes);
      content.set(bytes, at);
      const from = random.below(30_000);
      assert.deepEqual(await readBytes(sectors, from, 10_000), content.subarray(from, from + 10_000));
    }
    assert.notDeepEqual(store.toBytes(), content);
    for (const { fileOffset, bytes } of sectors.changes()) await store.write(bytes, fileOffset);
    assert.deepEqual(store.toBytes(), content);
  });

  test("counts changes by sector until they are settled, and moves its version with each", async () => {
    const sectors = new StructureSectors(new MemoryStore(new Uint8Array(16_384)));
    const before = sectors.version;
    await sectors.change(4000, new Uint8Array(200));
    await sectors.change(4100, new Uint8Array(1));
    assert.equal(sectors.changedCount, 2);
    assert.deepEqual(
      sectors.changes().map((change) => change.fileOffset),
      [0, 4096],
    );
    assert.ok(sectors.version > before);
    sectors.settle();
    assert.equal(sectors.changedCount, 0);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { manifest, needs } from "../../../test/testing/oracles.ts";
import { MIB, TIB } from "../../base/index.ts";
import { bitmapEntryIndex, blockGeometry, firstSectorBit, payloadEntryIndex } from "./geometry.ts";

const shape = (virtualSizeBytes: number, blockSizeBytes: number, logicalSectorBytes: number) => ({
  virtualSizeBytes,
  blockSizeBytes,
  logicalSectorBytes,
  hasParent: false,
});

test("`blockGeometry()` has the chunk ratios of the specification", () => {
  assert.equal(blockGeometry(shape(TIB, 2 * MIB, 512)).chunkRatio, 2048);
  assert.equal(blockGeometry(shape(TIB, 32 * MIB, 512)).chunkRatio, 128);
  assert.equal(blockGeometry(shape(TIB, 32 * MIB, 4096)).chunkRatio, 1024);
});

test(
  "`blockGeometry()` counts the blocks and entries that other programs count in real files",
  needs("samples"),
  () => {
    let compared = 0;
    for (const sample of manifest()) {
      const facts = sample["facts"] as Record<string, number> & { has_parent: boolean };
      if (facts["bat_entries"] === undefined) continue;
      const geometry = blockGeometry({
        virtualSizeBytes: facts["virtual_size"] as number,
        blockSizeBytes: facts["block_size"] as number,
        logicalSectorBytes: facts["logical_sector_size"] as number,
        hasParent: facts.has_parent,
      });
      assert.equal(geometry.chunkRatio, facts["chunk_ratio"]);
      assert.equal(geometry.payloadBlocks, facts["payload_blocks"]);
      assert.equal(geometry.entryCount, facts["bat_entries"]);
      compared += 1;
    }
    assert.ok(compared >= 10, `only ${compared} files were compared`);
  },
);

test("a chunk's bitmap entry stands behind its payload entries, and before the next chunk's", () => {
  const geometry = blockGeometry(shape(TIB, 32 * MIB, 512));
  assert.equal(payloadEntryIndex(geometry, 127), 127);
  assert.equal(bitmapEntryIndex(geometry, 0), 128);
  assert.equal(payloadEntryIndex(geometry, 128), 129);
  assert.equal(bitmapEntryIndex(geometry, 1), 257);
});

test("`firstSectorBit()` counts from the start of the chunk", () => {
  const geometry = blockGeometry(shape(TIB, 32 * MIB, 512));
  assert.equal(firstSectorBit(geometry, 1), 65536);
  assert.equal(firstSectorBit(geometry, 128), 0);
});

test("an empty disk has no entries", () => {
  assert.equal(blockGeometry(shape(0, MIB, 512)).entryCount, 0);
});

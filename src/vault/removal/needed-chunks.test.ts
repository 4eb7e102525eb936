import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { ChunkIndex } from "../index/chunk-index.ts";
import { RunSet } from "../index/local/run-set.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import { NeededChunks } from "./needed-chunks.ts";

const entropy = new SeededEntropy(1);

function somePack(): PackContents {
  const frame = { number: 1, offset: 176, sealedBytes: 100, ids: entropy.bytes(32) };
  return { digest: entropy.bytes(32), sizeBytes: 400, frames: [frame] };
}

function isLasting(index: ChunkIndex): boolean {
  using needed = new NeededChunks({ index, frames: {} as unknown as FrameReader });
  return needed.isLasting;
}

test("marks last where places never move: with all of the index in runs, and nothing of it in memory", () => {
  const index = new ChunkIndex();
  assert.equal(isLasting(index), false, "the table in memory grows");
  index.addPack(somePack());
  assert.equal(isLasting(index), false);
  using runs = new RunSet({ filterBytes: 0 });
  index.useRuns(runs);
  assert.equal(isLasting(index), true);
  index.addPack(somePack()); // as where the disk is full, and what was read cannot become a run
  assert.equal(isLasting(index), false);
});

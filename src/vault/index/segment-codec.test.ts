import assert from "node:assert/strict";
import { test } from "node:test";
import { hexFromBytes } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { VaultDamagedError } from "../errors.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { ChunkIndex } from "./chunk-index.ts";
import { decodeSegment, encodeSegment } from "./segment-codec.ts";

function somePacks(seed: number): readonly PackContents[] {
  const entropy = new SeededEntropy(seed);
  return [1, 2].map((pack) => ({
    digest: entropy.bytes(32),
    sizeBytes: 1000 * pack,
    frames: [0, 1, 2].map((i) => ({
      number: i,
      offset: 176 + 100 * i,
      sealedBytes: 100,
      ids: entropy.bytes(32 * (1 + i)),
    })),
  }));
}

test("`decodeSegment()` gives back every pack, frame and chunk, the chunks sorted", () => {
  const packs = somePacks(4);
  const segment = decodeSegment(encodeSegment(packs), "index/x");
  assert.deepEqual(
    segment.packs,
    packs.map(({ digest, sizeBytes, frames }) => ({
      digest,
      sizeBytes,
      frames: frames.map(({ offset, sealedBytes }) => ({ offset, sealedBytes })),
    })),
  );
  const seen: string[] = [];
  segment.forEachChunk((bytes, at) => seen.push(hexFromBytes(bytes.subarray(at, at + 32))));
  assert.equal(seen.length, segment.chunkCount);
  assert.deepEqual(seen, seen.toSorted());
  assert.equal(seen.length, 12);
});

test("`ChunkIndex` finds the same places by a segment as by the packs themselves", () => {
  const packs = somePacks(5);
  const bySegment = new ChunkIndex();
  bySegment.addSegment(decodeSegment(encodeSegment(packs), "index/x"));
  const byPack = new ChunkIndex();
  for (const pack of packs) byPack.addPack(pack);
  for (const { frames, digest } of packs) {
    for (const { ids, offset } of frames) {
      for (let at = 0; at < ids.length; at += 32) {
        const [a, b] = [bySegment.find(ids, at), byPack.find(ids, at)];
        assert.ok(a !== undefined && b !== undefined);
        assert.deepEqual(bySegment.locate(a), byPack.locate(b));
        assert.equal(bySegment.locate(a).offset, offset);
        assert.ok(bySegment.locate(a).object.endsWith(hexFromBytes(digest)));
      }
    }
  }
});

test("`ChunkIndex` forgets the chunks of a pack that is gone, until they are somewhere else", () => {
  const [pack] = somePacks(6) as [PackContents];
  const index = new ChunkIndex();
  index.addPack(pack);
  const ids = pack.frames[0]?.ids as Uint8Array;
  index.setThere(0, false);
  assert.equal(index.find(ids), undefined);
  assert.equal(index.findAnyway(ids), 0);
  index.addPack({ ...pack, digest: new Uint8Array(32) });
  assert.equal(index.locate(index.find(ids) as number).pack, 1);
  assert.equal(index.chunkCount, 6);
});

test("`decodeSegment()` refuses tables that do not fit", () => {
  const bytes = encodeSegment(somePacks(7));
  const refused = [bytes.subarray(0, 10), bytes.subarray(0, bytes.length - 1)];
  const moreFrames = bytes.slice();
  moreFrames[16 + 36] = 9; // frameCount of the first pack
  const farFrame = bytes.slice();
  farFrame[bytes.length - 1] = 255; // frame of the last chunk
  for (const each of [...refused, moreFrames, farFrame]) {
    assert.throws(
      () => decodeSegment(each, "index/x").forEachChunk(() => undefined),
      (error) => error instanceof VaultDamagedError && error.object === "index/x",
    );
  }
});

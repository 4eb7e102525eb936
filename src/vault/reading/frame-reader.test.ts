import assert from "node:assert/strict";
import { test } from "node:test";
import { chunkIn } from "./frame-reader.ts";

test("`chunkIn()` gives a chunk only where all 256 bits of its id are the frame's", () => {
  const id = new Uint8Array(32).fill(7);
  for (let at = 0; at < 32; at++) {
    const near = id.slice();
    near[at] = 8;
    const frame = {
      object: "packs/00",
      ids: Buffer.concat([near, id]),
      lengths: Uint32Array.of(2, 3),
      plain: Uint8Array.of(1, 2, 3, 4, 5),
    };
    assert.deepEqual(chunkIn(frame, id), Uint8Array.of(3, 4, 5), `byte ${at}`);
    assert.equal(chunkIn({ ...frame, ids: Buffer.concat([near, near]) }, id), undefined, `byte ${at}`);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type OverlayPiece, visiblePieces } from "./overlay-pieces.ts";

test("`visiblePieces()` shows at each place the last piece laid there", () => {
  const piece = fc.record({
    offset: fc.integer({ min: 0, max: 30 }),
    length: fc.integer({ min: 1, max: 12 }),
    sector: fc.constant(undefined),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces: OverlayPiece[]) => {
      const painted: (OverlayPiece | undefined)[] = Array.from({ length: 50 }, () => undefined);
      for (const one of pieces) painted.fill(one, one.offset, one.offset + one.length);
      const seen: (OverlayPiece | undefined)[] = Array.from({ length: 50 }, () => undefined);
      let end = 0;
      for (const visible of visiblePieces(pieces)) {
        assert.ok(visible.start >= end && visible.end > visible.start);
        end = visible.end;
        seen.fill(visible.piece, visible.start, visible.end);
      }
      for (const [i, one] of painted.entries()) assert.equal(seen[i], one);
    }),
  );
});

test("`visiblePieces()` is quick for a full log of overlapping zeros", () => {
  const pieces = Array.from({ length: 262144 }, (_, i) => ({
    offset: (i % 1000) * 4096,
    length: 2 ** 40,
    sector: undefined,
  }));
  const visible = visiblePieces(pieces);
  assert.equal(visible[0]?.start, 0);
  assert.equal(visible.at(-1)?.end, 999 * 4096 + 2 ** 40);
});

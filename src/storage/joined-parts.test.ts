import assert from "node:assert/strict";
import { test } from "node:test";
import { joinedParts, LARGEST_OBJECT } from "./joined-parts.ts";

test("`joinedParts()` copies only where there is more than one part, and refuses what no put takes", () => {
  const only = Uint8Array.of(1, 2);
  assert.equal(joinedParts("a", [only]), only);
  assert.deepEqual(
    Uint8Array.from(joinedParts("a", [only, new Uint8Array(0), only])),
    Uint8Array.of(1, 2, 1, 2),
  );
  assert.equal(joinedParts("a", []).length, 0);
  const quarter = { length: LARGEST_OBJECT / 4 } as Uint8Array; // a gigabyte that nobody has to have
  assert.throws(() => joinedParts("a", [quarter, quarter, quarter, quarter, only]), {
    code: "storage-object-too-large",
    message: 'Cannot write "a": it has 1073741826 bytes, wanted at most 1073741824',
  });
});

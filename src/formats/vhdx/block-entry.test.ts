import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { MIB } from "../../base/index.ts";
import { decodeBlockEntry, encodeBlockEntry, holdsPayload } from "./block-entry.ts";

const view = (...bytes: number[]): DataView => new DataView(Uint8Array.from(bytes).buffer);

test("`decodeBlockEntry()` reads state and offset of [MS-VHDX] 2.2.5.1", () => {
  // state 6, offset 3 MiB: 0x0000000000300006
  assert.deepEqual(decodeBlockEntry(view(0x06, 0x00, 0x30, 0, 0, 0, 0, 0), 0), {
    state: 6,
    fileOffset: 3 * MIB,
    reservedBits: 0,
  });
});

test("`decodeBlockEntry()` gives offsets above 2^53 exactly, and the reserved bits apart", () => {
  // FileOffsetMB all ones, reserved bits all ones, state 7
  const entry = decodeBlockEntry(view(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 0);
  assert.equal(BigInt(entry.fileOffset), 0xfffffffffff00000n);
  assert.equal(entry.reservedBits, 0x1ffff);
  assert.equal(entry.state, 7);
});

test("`encodeBlockEntry()` writes what 64-bit arithmetic gives", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 33 }), fc.integer({ min: 0, max: 7 }), (mib, state) => {
      const bytes = new DataView(new ArrayBuffer(16));
      encodeBlockEntry(bytes, 8, { state, fileOffset: mib * MIB });
      assert.equal(bytes.getBigUint64(8, true), (BigInt(mib) << 20n) | BigInt(state));
      assert.equal(bytes.getBigUint64(0, true), 0n);
    }),
  );
});

test("`encodeBlockEntry()` refuses an offset between two MiB", () => {
  assert.throws(
    () => encodeBlockEntry(view(0, 0, 0, 0, 0, 0, 0, 0), 0, { state: 6, fileOffset: 1 }),
    TypeError,
  );
});

test("`holdsPayload()` is true for fully and partially present blocks only", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7].filter((state) => holdsPayload(state)),
    [6, 7],
  );
});

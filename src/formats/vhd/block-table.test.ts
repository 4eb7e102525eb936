import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryStore } from "../../disk/index.ts";
import { SparseMemoryStore } from "../../disk/testing/index.ts";
import { vhdChecksum } from "./checksum.ts";
import { VhdChecksumError, VhdDamagedError, VhdUnsupportedError } from "./errors.ts";
import { DynamicHeader } from "./layout.ts";
import { makeVhd, vhdFooter } from "./testing/index.ts";
import { openVhd } from "./vhd-file.ts";

const HEADER_AT = 512;
const TABLE_AT = HEADER_AT + 1024;
const MIB = 1_048_576;

function damaged(change: (view: DataView) => void): MemoryStore {
  const sector = new Uint8Array(512).fill(1);
  const bytes = makeVhd({
    sizeBytes: 8 * MIB,
    writes: [0, 2, 6].map((n) => ({ offset: n * MIB, bytes: sector })),
  });
  change(new DataView(bytes.buffer));
  const header = bytes.subarray(HEADER_AT, HEADER_AT + 1024);
  const field = DynamicHeader.offsetOf("checksum");
  new DataView(bytes.buffer).setUint32(HEADER_AT + field, vhdChecksum(header, field));
  return new MemoryStore(bytes);
}

describe("`openVhd()`", () => {
  const refusals = {
    "a block table entry in the first sector": (view: DataView) => view.setUint32(TABLE_AT, 0),
    "a block behind the end of the file": (view: DataView) => view.setUint32(TABLE_AT, 0xfff_0000),
    // the table's first block lies last in the file, right before the footer
    "a block that ends a sector behind the footer's start": (view: DataView) =>
      view.setUint32(TABLE_AT, view.getUint32(TABLE_AT) + 1),
    "two blocks at one place": (view: DataView) => view.setUint32(TABLE_AT, view.getUint32(TABLE_AT + 4)),
    "blocks that overlap": (view: DataView) => view.setUint32(TABLE_AT, view.getUint32(TABLE_AT + 4) - 1),
    "a block size of zero": (view: DataView) => view.setUint32(HEADER_AT + 32, 0),
    "a block size that is no power of two": (view: DataView) => view.setUint32(HEADER_AT + 32, 3 * MIB),
    "a table with too few entries": (view: DataView) => view.setUint32(HEADER_AT + 28, 3),
    "a table outside the file": (view: DataView) => view.setUint32(HEADER_AT + 20, 0xfff_fe00),
    "a missing signature": (view: DataView) => view.setUint32(HEADER_AT, 0),
  };
  for (const [what, change] of Object.entries(refusals)) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(openVhd(damaged(change)), VhdDamagedError);
    });
  }

  test("refuses another version of the dynamic header, and a wrong checksum", async () => {
    await assert.rejects(
      openVhd(damaged((view) => view.setUint32(HEADER_AT + 24, 0x2_0000))),
      VhdUnsupportedError,
    );
    const store = damaged(() => undefined);
    await store.write(Uint8Array.of(1), HEADER_AT + 1000);
    await assert.rejects(openVhd(store), VhdChecksumError);
    await openVhd(store, { lenient: true });
  });

  test("stops when its signal fires", async () => {
    await assert.rejects(
      openVhd(
        damaged(() => undefined),
        { signal: AbortSignal.abort() },
      ),
      {
        code: "interrupted",
      },
    );
  });
});

test("`VhdFile.layout()` keeps file order over more blocks than it sorts at a time", async () => {
  const blocks = 140_000;
  const stride = 65_536 + 512;
  const small = makeVhd({ sizeBytes: blocks * 65_536, blockSizeBytes: 65_536, writes: [] });
  const first = small.length - 512; // where the footer was, the blocks begin
  const view = new DataView(small.buffer);
  // a permutation of the places: the step and the number of blocks have no common divisor
  for (let n = 0; n < blocks; n++)
    view.setUint32(TABLE_AT + 4 * n, (first + ((n * 99_991) % blocks) * stride) / 512);
  const store = new SparseMemoryStore(small.subarray(0, first));
  await store.write(vhdFooter({ sizeBytes: blocks * 65_536, kind: 3 }), first + blocks * stride);
  const file = await openVhd(store);
  let at = 0;
  let payload = 0;
  for await (const segment of file.layout().segments()) {
    assert.equal(segment.offset, at);
    at += segment.length;
    if (segment.kind === "payload") payload++;
  }
  assert.equal(at, store.sizeBytes);
  assert.equal(payload, blocks);
});

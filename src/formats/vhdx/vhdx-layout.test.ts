import assert from "node:assert/strict";
import { test } from "node:test";
import { manifest, needs, readSample } from "../../../test/testing/oracles.ts";
import { MIB } from "../../base/index.ts";
import type { FileLayout, FileSegment, PayloadExtent } from "../../disk/index.ts";
import { SparseMemoryStore } from "../../disk/testing/index.ts";
import { PayloadState } from "./block-entry.ts";
import { VhdxBlockTableCorruptError } from "./errors.ts";
import { openVhdx } from "./open-vhdx.ts";
import { SPELLED, type SpelledVhdx, spellVhdx } from "./testing/index.ts";

const LOCATOR = { parent_linkage: "{33333333-3333-4333-8333-333333333333}" };
const AT = SPELLED.blocks;

async function layoutOf(spelled: SpelledVhdx) {
  await using file = await openVhdx(await spellVhdx(spelled));
  return await walked(file.layout());
}

const walked = async (layout: FileLayout) => ({
  payload: await payloadOf(layout),
  segments: await segmentsOf(layout),
});

async function payloadOf(layout: FileLayout): Promise<PayloadExtent[]> {
  return await Array.fromAsync(layout.payload());
}

async function segmentsOf(layout: FileLayout): Promise<FileSegment[]> {
  return await Array.fromAsync(layout.segments());
}

const full = (index: number, fileOffset: number) => ({ index, state: PayloadState.fullyPresent, fileOffset });

test("payload is coalesced where both addresses go on, and only there", async () => {
  const { payload, segments } = await layoutOf({
    entries: [full(0, AT), full(1, AT + MIB), full(2, AT + 4 * MIB), full(3, AT + 2 * MIB)],
  });
  assert.deepEqual(payload, [
    { virtualOffset: 0, fileOffset: AT, length: 2 * MIB },
    { virtualOffset: 2 * MIB, fileOffset: AT + 4 * MIB, length: MIB },
    { virtualOffset: 3 * MIB, fileOffset: AT + 2 * MIB, length: MIB },
  ]);
  assert.deepEqual(segments, [
    { offset: 0, length: AT, kind: "plain", cutOrigin: 0 },
    { offset: AT, length: 3 * MIB, kind: "payload", cutOrigin: 0 },
    { offset: AT + 3 * MIB, length: MIB, kind: "plain", cutOrigin: 0 },
    { offset: AT + 4 * MIB, length: MIB, kind: "payload", cutOrigin: 0 },
    { offset: AT + 5 * MIB, length: 3 * MIB, kind: "plain", cutOrigin: 0 },
  ]);
});

test("partially present blocks are payload whole, also next to a full one; bitmaps and unmapped space are plain", async () => {
  const { payload } = await layoutOf({
    locator: LOCATOR,
    entries: [
      full(0, AT),
      { index: 1, state: PayloadState.partiallyPresent, fileOffset: AT + MIB },
      { index: 2, state: PayloadState.unmapped, fileOffset: AT + 2 * MIB },
      { index: 3, state: PayloadState.undefined, fileOffset: AT + 3 * MIB },
      { index: 4096, state: 6, fileOffset: AT + 4 * MIB },
    ],
  });
  assert.deepEqual(payload, [{ virtualOffset: 0, fileOffset: AT, length: 2 * MIB }]);
});

test("the last block counts whole, also behind the disk's end", async () => {
  const { payload } = await layoutOf({ virtualSizeBytes: 512, entries: [full(0, AT)] });
  assert.deepEqual(payload, [{ virtualOffset: 0, fileOffset: AT, length: MIB }]);
});

test("a file that ends between two MiB is covered to its end", async () => {
  const { segments } = await layoutOf({ sizeBytes: 9 * MIB + 5, entries: [full(0, AT)] });
  assert.deepEqual(segments.at(-1), { offset: 9 * MIB, length: 5, kind: "plain", cutOrigin: 0 });
});

test("runs go on over the bitmap entries of chunks", async () => {
  const virtualSizeBytes = 64 * 1024 * MIB;
  const block = 256 * MIB; // 16 blocks a chunk
  const { payload } = await layoutOf({
    virtualSizeBytes,
    blockSizeBytes: block,
    sizeBytes: AT + 3 * block,
    entries: [full(15, AT), full(17, AT + block), full(18, AT + 2 * block)],
  });
  assert.deepEqual(payload, [{ virtualOffset: 15 * block, fileOffset: AT, length: 3 * block }]);
});

test("blocks that share their space are an error in both walks", async () => {
  const broken: SpelledVhdx[] = [
    { entries: [full(0, AT), full(1, AT)] },
    { entries: [full(0, SPELLED.log)] },
    { entries: [full(0, SPELLED.metadata)] },
    { entries: [full(0, SPELLED.blockTable)] },
    { entries: [full(0, 15 * MIB)], blockSizeBytes: 2 * MIB },
    { locator: LOCATOR, entries: [full(0, AT), { index: 4096, state: 6, fileOffset: AT }] },
  ];
  for (const spelled of broken) {
    await using file = await openVhdx(await spellVhdx(spelled));
    await assert.rejects(payloadOf(file.layout()), VhdxBlockTableCorruptError);
    await assert.rejects(segmentsOf(file.layout()), VhdxBlockTableCorruptError);
  }
});

test(
  "payload and plain cover each byte of every sample once, and payload is what the segments say",
  needs("samples"),
  async () => {
    let files = 0;
    for (const sample of manifest()) {
      const name = String(sample["file"]);
      if (!name.includes(".vhdx") && !name.includes(".avhdx")) continue;
      const bytes = readSample(name);
      await using file = await openVhdx(new SparseMemoryStore(bytes));
      const { payload, segments } = await walked(file.layout());
      let end = 0;
      for (const segment of segments) {
        assert.equal(segment.offset, end, name);
        assert.ok(segment.length > 0);
        end += segment.length;
      }
      assert.equal(end, bytes.length, name);
      const ofKind = segments.filter((segment) => segment.kind === "payload");
      const merged: { offset: number; length: number }[] = [];
      for (const { fileOffset, length } of payload.toSorted((a, b) => a.fileOffset - b.fileOffset)) {
        const last = merged.at(-1);
        if (last !== undefined && last.offset + last.length === fileOffset) last.length += length;
        else merged.push({ offset: fileOffset, length });
      }
      assert.deepEqual(
        merged,
        ofKind.map(({ offset, length }) => ({ offset, length })),
        name,
      );
      files += 1;
    }
    assert.ok(files >= 10, `only ${files} files were walked`);
  },
);

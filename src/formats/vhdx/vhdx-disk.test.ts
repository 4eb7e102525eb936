import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { KIB, MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { type Disk, type DiskExtent, MemoryStore, SourceEndedError } from "../../disk/index.ts";
import { CountingSource, diskContract, PoisoningSource } from "../../disk/testing/index.ts";
import { PayloadState } from "./block-entry.ts";
import { VhdxBlockTableCorruptError, VhdxParentMissingError, VhdxSectorSizeMismatchError } from "./errors.ts";
import { openVhdx } from "./open-vhdx.ts";
import { SPELLED, type SpelledBlock, type SpelledVhdx, spellVhdx } from "./testing/index.ts";

const LOCATOR = { parent_linkage: "{33333333-3333-4333-8333-333333333333}" };
const BITMAP = SPELLED.blocks;
const BLOCK = SPELLED.blocks + MIB;
/** Of a chunk at 512 bytes a sector and 1 MiB a block. */
const BITMAP_ENTRY = 4096;

/** A parent in memory whose bytes are known. */
function parentOf(sizeBytes: number, logicalSectorBytes = 512): Disk & { readonly bytes: Uint8Array } {
  const bytes = Uint8Array.from({ length: sizeBytes }, (_, i) => (i % 251) + 1);
  const store = new MemoryStore(bytes);
  return {
    sizeBytes,
    logicalSectorBytes,
    bytes,
    read: async (target, offset) => await store.read(target, offset),
    async *extents() {
      yield { offset: 0, length: sizeBytes, kind: "data" };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function extentsOf(disk: Disk): Promise<DiskExtent[]> {
  const found: DiskExtent[] = [];
  for await (const extent of disk.extents()) found.push(extent);
  return found;
}

/** A child with one partially present block 0, all 0xAA in the file, and this start of its sector bitmap. */
async function partial(bitmap: Uint8Array, spelled: SpelledVhdx = {}) {
  return await openVhdx(
    await spellVhdx({
      locator: LOCATOR,
      entries: [
        { index: 0, state: PayloadState.partiallyPresent, fileOffset: BLOCK },
        { index: BITMAP_ENTRY, state: 6, fileOffset: BITMAP },
      ],
      patches: [
        { offset: BITMAP, bytes: bitmap },
        { offset: BLOCK, bytes: new Uint8Array(MIB).fill(0xaa) },
      ],
      ...spelled,
    }),
  );
}

test("a disk of absent, undefined, zero and unmapped blocks is empty without reading its blocks", async () => {
  const entries: SpelledBlock[] = [0, 1, 2, 3].map((state) => ({ index: state, state, fileOffset: BLOCK }));
  const counting = new CountingSource(await spellVhdx({ entries }));
  await using file = await openVhdx(counting);
  const disk = file.disk();
  assert.deepEqual(await extentsOf(disk), [{ offset: 0, length: 4 * MIB, kind: "zero" }]);
  const seen = new Uint8Array(4096).fill(0xee);
  await disk.read(seen, 2 * MIB - 2048);
  assert.deepEqual(seen, new Uint8Array(4096));
  assert.ok(counting.reads.every((read) => read.offset + read.length <= SPELLED.blocks));
});

test("absent sectors come from the parent, present ones from the file, at the granularity of a sector", async () => {
  await using file = await partial(Uint8Array.of(0b0000_0101));
  const parent = parentOf(4 * MIB);
  const seen = new Uint8Array(2048);
  await file.disk(parent).read(seen, 0);
  assert.deepEqual(seen.subarray(0, 512), new Uint8Array(512).fill(0xaa));
  assert.deepEqual(seen.subarray(512, 1024), parent.bytes.subarray(512, 1024));
  assert.deepEqual(seen.subarray(1024, 1536), new Uint8Array(512).fill(0xaa));
  assert.deepEqual(seen.subarray(1536), parent.bytes.subarray(1536, 2048));
});

test("reads may begin and end within a sector", async () => {
  await using file = await partial(Uint8Array.of(0b0000_0010));
  const parent = parentOf(4 * MIB);
  const seen = new Uint8Array(3);
  await file.disk(parent).read(seen, 511);
  assert.deepEqual([...seen], [parent.bytes[511], 0xaa, 0xaa]);
});

test("zero hides the parent, absent shows it, also where the parent ends before the child", async () => {
  const entries = [{ index: 1, state: PayloadState.zero }];
  await using file = await openVhdx(await spellVhdx({ locator: LOCATOR, entries }));
  const parent = parentOf(2 * MIB + 512);
  const disk = file.disk(parent);
  const seen = new Uint8Array(4 * MIB).fill(0xee);
  await disk.read(seen, 0);
  assert.deepEqual(seen.subarray(0, MIB), parent.bytes.subarray(0, MIB));
  assert.deepEqual(seen.subarray(MIB, 2 * MIB), new Uint8Array(MIB));
  assert.deepEqual(seen.subarray(2 * MIB, 2 * MIB + 512), parent.bytes.subarray(2 * MIB));
  assert.ok(seen.subarray(2 * MIB + 512).every((byte) => byte === 0));
  assert.deepEqual(await extentsOf(disk), [
    { offset: 0, length: MIB, kind: "data" },
    { offset: MIB, length: MIB, kind: "zero" },
    { offset: 2 * MIB, length: 512, kind: "data" },
    { offset: 2 * MIB + 512, length: 2 * MIB - 512, kind: "zero" },
  ]);
});

test("a parent that is larger than the child is cut off", async () => {
  await using file = await openVhdx(await spellVhdx({ locator: LOCATOR, virtualSizeBytes: MIB }));
  const disk = file.disk(parentOf(2 * MIB));
  assert.deepEqual(await extentsOf(disk), [{ offset: 0, length: MIB, kind: "data" }]);
  await assert.rejects(disk.read(new Uint8Array(2), MIB - 1), SourceEndedError);
});

test("a fully present block never asks for the sector bitmap", async () => {
  await using file = await openVhdx(
    await spellVhdx({
      locator: LOCATOR,
      entries: [{ index: 0, state: PayloadState.fullyPresent, fileOffset: BLOCK }],
      patches: [{ offset: BLOCK, bytes: Uint8Array.of(0xaa) }],
    }),
  );
  const seen = new Uint8Array(1);
  await file.disk(parentOf(4 * MIB)).read(seen, 0);
  assert.equal(seen[0], 0xaa);
});

test("a block's bits begin where its place in the chunk says, with 4 KiB sectors too", async () => {
  await using file = await openVhdx(
    await spellVhdx({
      locator: LOCATOR,
      sectorBytes: 4096,
      entries: [
        { index: 1, state: PayloadState.partiallyPresent, fileOffset: BLOCK },
        { index: 32768, state: 6, fileOffset: BITMAP },
      ],
      patches: [
        { offset: BITMAP + 32, bytes: Uint8Array.of(1) }, // block 1 begins at bit 256
        { offset: BLOCK, bytes: new Uint8Array(MIB).fill(0xaa) },
      ],
    }),
  );
  assert.deepEqual(await extentsOf(file.disk(parentOf(0, 4096))), [
    { offset: 0, length: MIB, kind: "zero" },
    { offset: MIB, length: 4096, kind: "data" },
    { offset: MIB + 4096, length: 3 * MIB - 4096, kind: "zero" },
  ]);
});

test("bits of one block are found on several pages of the bitmap", async () => {
  const bits = new Uint8Array(256 * KIB);
  bits.fill(0xff, 64 * KIB - 1, 64 * KIB + 1);
  await using file = await openVhdx(
    await spellVhdx({
      locator: LOCATOR,
      virtualSizeBytes: 256 * MIB * 4,
      blockSizeBytes: 256 * MIB,
      sizeBytes: 9 * MIB + 256 * MIB,
      entries: [
        { index: 3, state: PayloadState.partiallyPresent, fileOffset: BLOCK },
        { index: 16, state: 6, fileOffset: BITMAP },
      ],
      patches: [{ offset: BITMAP + 3 * 64 * KIB, bytes: bits.subarray(0, 64 * KIB) }],
    }),
  );
  // 256 MiB in sectors of 512 bytes are 64 KiB of bits: only the last byte of the page is set
  assert.deepEqual((await extentsOf(file.disk(parentOf(0)))).at(-1), {
    offset: 1024 * MIB - 8 * 512,
    length: 8 * 512,
    kind: "data",
  });
});

test("a partially present block without its bitmap, or without a parent, is an error", async () => {
  await using without = await partial(new Uint8Array(0), {
    entries: [{ index: 0, state: PayloadState.partiallyPresent, fileOffset: BLOCK }],
  });
  const buffer = new Uint8Array(512);
  await assert.rejects(without.disk(parentOf(0)).read(buffer, 0), VhdxBlockTableCorruptError);
  const entries = [{ index: 0, state: PayloadState.partiallyPresent, fileOffset: BLOCK }];
  await using plain = await openVhdx(await spellVhdx({ entries }));
  await assert.rejects(plain.disk().read(buffer, 0), VhdxBlockTableCorruptError);
});

test("unknown states and offsets outside the file are errors where they are read, and in a walk", async () => {
  const bad: SpelledBlock[] = [
    { index: 1, state: 4 },
    { index: 1, state: 5 },
    { index: 1, state: 6, fileOffset: 0 },
    { index: 1, state: 6, fileOffset: 16 * MIB },
    { index: 1, state: 6, fileOffset: 2 ** 63 },
  ];
  for (const entry of bad) {
    await using file = await openVhdx(await spellVhdx({ entries: [entry] }));
    const disk = file.disk();
    await disk.read(new Uint8Array(512), 0);
    await assert.rejects(disk.read(new Uint8Array(512), MIB), VhdxBlockTableCorruptError);
    await assert.rejects(extentsOf(disk), VhdxBlockTableCorruptError);
  }
});

test("`disk()` wants the right parent", async () => {
  await using child = await openVhdx(await spellVhdx({ locator: LOCATOR }));
  assert.throws(() => child.disk(), VhdxParentMissingError);
  assert.throws(() => child.disk(parentOf(0, 4096)), VhdxSectorSizeMismatchError);
  await using plain = await openVhdx(await spellVhdx());
  assert.throws(() => plain.disk(parentOf(0)), TypeError);
});

test("any reads of any blocks give what a flat model holds, and extents say zero only of zeros", async () => {
  const seed = 20260101;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(0, 2, 6, 7), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 0, max: 2 ** 31 }),
      async (states, random) => {
        const entropy = new SeededEntropy(random);
        const parent = parentOf(3 * MIB + 512);
        const bitmap = entropy.bytes(1024).map((byte) => (byte < 80 ? 0 : byte > 170 ? 255 : byte));
        const model = new Uint8Array(4 * MIB);
        model.set(parent.bytes);
        const entries: SpelledBlock[] = [{ index: BITMAP_ENTRY, state: 6, fileOffset: BITMAP }];
        const patches = [{ offset: BITMAP, bytes: bitmap }];
        for (const [block, state] of states.entries()) {
          const fileOffset = BLOCK + (3 - block) * MIB;
          const bytes = new Uint8Array(MIB).fill(0xa0 + block);
          entries.push({ index: block, state, fileOffset });
          patches.push({ offset: fileOffset, bytes });
          if (state === 2) model.fill(0, block * MIB, (block + 1) * MIB);
          for (let sector = 0; sector < 2048; sector++) {
            const bit = block * 2048 + sector;
            const isSet = (((bitmap[bit >> 3] as number) >> (bit & 7)) & 1) === 1;
            if (state === 6 || (state === 7 && isSet)) model.fill(0xa0 + block, bit * 512, (bit + 1) * 512);
          }
        }
        await using file = await openVhdx(await spellVhdx({ locator: LOCATOR, entries, patches }));
        const disk = file.disk(parent);
        for (let i = 0; i < 8; i++) {
          const from = entropy.below(4 * MIB);
          const seen = new Uint8Array(entropy.below(Math.min(2 * MIB, 4 * MIB - from)));
          await disk.read(seen, from);
          assert.ok(Buffer.from(seen).equals(model.subarray(from, from + seen.length)));
        }
        let end = 0;
        for (const extent of await extentsOf(disk)) {
          assert.equal(extent.offset, end);
          end += extent.length;
          if (extent.kind === "zero")
            assert.ok(Buffer.from(model.subarray(extent.offset, end)).equals(Buffer.alloc(extent.length)));
        }
        assert.equal(end, disk.sizeBytes);
      },
    ),
    { seed, numRuns: 12 },
  );
});

for (const sectorBytes of [512, 4096]) {
  diskContract(`a dynamic VHDX with sectors of ${sectorBytes} bytes`, async () => {
    const virtualSizeBytes = 4 * MIB - 4096; // the last block ends behind the disk
    const entries = [
      { index: 3, state: PayloadState.fullyPresent, fileOffset: BLOCK },
      { index: 1, state: PayloadState.fullyPresent, fileOffset: BLOCK + MIB },
      { index: 2, state: PayloadState.unmapped, fileOffset: BLOCK + 2 * MIB },
    ];
    const junk = new SeededEntropy(31).bytes(3 * MIB);
    const patches = [{ offset: BLOCK, bytes: junk }];
    const store = await spellVhdx({ virtualSizeBytes, sectorBytes, entries, patches });
    const content = new Uint8Array(virtualSizeBytes);
    content.set(junk.subarray(0, MIB - 4096), 3 * MIB);
    content.set(junk.subarray(MIB, 2 * MIB), MIB);
    return { disk: (await openVhdx(new PoisoningSource(store))).disk(), content };
  });
}

diskContract("a fixed VHDX", async () => {
  const entries = [0, 1, 2].map((index) => ({
    index,
    state: PayloadState.fullyPresent,
    fileOffset: BLOCK + index * MIB,
  }));
  const content = new SeededEntropy(32).bytes(3 * MIB);
  const patches = [{ offset: BLOCK, bytes: content }];
  const store = await spellVhdx({ fixed: true, virtualSizeBytes: content.length, entries, patches });
  return { disk: (await openVhdx(new PoisoningSource(store))).disk(), content };
});

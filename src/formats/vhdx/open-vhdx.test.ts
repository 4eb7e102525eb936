import assert from "node:assert/strict";
import { test } from "node:test";
import { needs, readSample } from "../../../test/testing/oracles.ts";
import { guid, InterruptedError, MIB, StillpointError, TIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { type ByteSource, type ByteStore, MemoryStore, readBytes } from "../../disk/index.ts";
import { CountingSource, diskDigest, SparseMemoryStore } from "../../disk/testing/index.ts";
import { PayloadState } from "./block-entry.ts";
import {
  VhdxBlockTableCorruptError,
  VhdxHeaderCorruptError,
  VhdxLogCorruptError,
  VhdxRegionTableCorruptError,
  VhdxTruncatedError,
  VhdxUnsupportedError,
} from "./errors.ts";
import {
  BLOCK_TABLE_REGION,
  HEADER_OFFSETS,
  MAX_FILE_BYTES,
  METADATA_REGION,
  REGION_TABLE_OFFSETS,
} from "./layout.ts";
import { openVhdx } from "./open-vhdx.ts";
import { SPELLED, spellLogEntry, spellVhdx } from "./testing/index.ts";

const LOG_GUID = guid("44444444-4444-4444-8444-444444444444");

/** A source that counts how often it was disposed of. */
function owned(source: ByteSource): ByteSource & { readonly disposals: () => number } {
  let disposals = 0;
  return {
    sizeBytes: source.sizeBytes,
    disposals: () => disposals,
    read: async (target, offset) => await source.read(target, offset),
    [Symbol.asyncDispose]: async () => {
      disposals += 1;
    },
  };
}

async function flip(store: ByteStore, offset: number): Promise<void> {
  const byte = await readBytes(store, offset, 1);
  await store.write(Uint8Array.of((byte[0] as number) ^ 1), offset);
}

test("`openVhdx()` takes over the source, whether it opens or not", async () => {
  const good = owned(await spellVhdx());
  {
    await using file = await openVhdx(good);
    assert.equal(file.facts.kind, "dynamic");
    assert.equal(good.disposals(), 0);
  }
  assert.equal(good.disposals(), 1);
  const bad = owned(new MemoryStore(new Uint8Array(16)));
  await assert.rejects(openVhdx(bad));
  assert.equal(bad.disposals(), 1);
});

test("`openVhdx()` tells fixed, dynamic and differencing disks apart; a parent overrules fixed", async () => {
  const locator = { parent_linkage: "{33333333-3333-4333-8333-333333333333}" };
  const kindOf = async (spelled: Parameters<typeof spellVhdx>[0]) =>
    (await openVhdx(await spellVhdx(spelled))).facts.kind;
  assert.equal(await kindOf({}), "dynamic");
  assert.equal(await kindOf({ fixed: true }), "fixed");
  assert.equal(await kindOf({ fixed: true, locator }), "differencing");
});

test(
  "`openVhdx()` reads a real file when any one copy of header or region table is damaged",
  needs("samples"),
  async () => {
    const original = new SparseMemoryStore(readSample("win10-swap.vhdx.gz"));
    for (const offset of [...HEADER_OFFSETS, ...REGION_TABLE_OFFSETS]) {
      const store = original.clone();
      await flip(store, offset + 3000);
      await using file = await openVhdx(store);
      assert.deepEqual(await diskDigest(file.disk()), {
        sizeBytes: 10737418240,
        nonzeroWindows: 1,
        nonzeroSha256: "794e45253dcd0d458685df4985b5b5a04230d557d317e2254edeedf93a3db8f1", // MANIFEST.md
      });
    }
  },
);

test(
  "`openVhdx()` refuses a file when both copies are damaged; the lenient way reads it and says so",
  needs("samples"),
  async () => {
    const original = new SparseMemoryStore(readSample("win10-swap.vhdx.gz"));
    for (const [copies, error] of [
      [HEADER_OFFSETS, VhdxHeaderCorruptError],
      [REGION_TABLE_OFFSETS, VhdxRegionTableCorruptError],
    ] as const) {
      const store = original.clone();
      for (const offset of copies) await flip(store, offset + 3000);
      await assert.rejects(openVhdx(store), error);
      await using file = await openVhdx(store, { lenient: true });
      assert.ok(file.ignoredDamage[0] instanceof error);
      assert.equal((await diskDigest(file.disk())).nonzeroWindows, 1);
    }
  },
);

test(
  "`openVhdx()` sees the dirty log of a real file; without its entry it refuses",
  needs("samples"),
  async () => {
    const store = new SparseMemoryStore(readSample("qemu16-dirtylog-10g.vhdx.zst"));
    await using file = await openVhdx(store.clone());
    assert.equal(file.facts.logReplayed, true);
    assert.equal((await diskDigest(file.disk())).nonzeroWindows, 288); // MANIFEST.md; unreplayed there are fewer
    const { log } = file.structure;
    await flip(store, (log?.offset ?? 0) + 0xc000 + 100); // in the only valid entry
    await assert.rejects(openVhdx(store), VhdxLogCorruptError);
    await using lenient = await openVhdx(store, { lenient: true });
    assert.equal(lenient.facts.logReplayed, false);
    assert.notEqual((await diskDigest(lenient.disk())).nonzeroWindows, 288);
  },
);

test("`openVhdx()` follows a block table that is in the log only, and the layout addresses the file as it lies", async () => {
  const sector = new Uint8Array(4096);
  new DataView(sector.buffer).setUint32(0, SPELLED.blocks | PayloadState.fullyPresent, true);
  new DataView(sector.buffer).setUint32(8, (15 * MIB) | PayloadState.fullyPresent, true);
  const entry = spellLogEntry({
    logGuid: LOG_GUID,
    sequenceNumber: 1n,
    tail: 0,
    writes: [{ fileOffset: SPELLED.blockTable, sector }],
    lastFileOffset: 16 * MIB,
  });
  const store = await spellVhdx({
    header: { logGuid: LOG_GUID },
    sizeBytes: 15 * MIB, // the second block is not there yet
    patches: [
      { offset: SPELLED.log, bytes: entry },
      { offset: SPELLED.blocks, bytes: Uint8Array.of(0xaa) },
    ],
  });
  await using file = await openVhdx(store);
  const seen = new Uint8Array(MIB + 1).fill(0xee);
  await file.disk().read(seen, 0);
  assert.equal(seen[0], 0xaa);
  assert.equal(seen[MIB], 0);
  const payload = await Array.fromAsync(file.layout().payload());
  assert.deepEqual(payload, [{ virtualOffset: 0, fileOffset: SPELLED.blocks, length: MIB }]);
  assert.equal(file.layout().sizeBytes, 15 * MIB);
});

test("`openVhdx()` refuses a region table whose block table is too small for the disk", async () => {
  // the region of 1 MiB has 131,072 entries: 131,041 blocks, with the holes behind 31 chunks of 4,096 of them
  for (const blocks of [131_042, 1_048_576]) {
    const virtualSizeBytes = blocks * MIB;
    await assert.rejects(
      async () => await openVhdx(await spellVhdx({ virtualSizeBytes })),
      VhdxBlockTableCorruptError,
    );
  }
  await using file = await openVhdx(await spellVhdx({ virtualSizeBytes: 131_041 * MIB }));
  assert.equal(file.blockTable.geometry.entryCount, 131_072);
});

test("`openVhdx()` refuses a file above its limit without reading it", async () => {
  const huge = { ...owned(new MemoryStore()), sizeBytes: MAX_FILE_BYTES + 1 };
  await assert.rejects(openVhdx(huge), VhdxUnsupportedError);
});

test("a file that was cut off is refused where it is cut; the lenient way reads zeros there", async () => {
  const spelled = { entries: [{ index: 0, state: PayloadState.fullyPresent, fileOffset: SPELLED.blocks }] };
  const store = await spellVhdx(spelled);
  await store.write(Uint8Array.of(0xaa), SPELLED.blocks);
  await store.truncate(SPELLED.blocks + 4096);
  await using strict = await openVhdx(store.clone());
  await assert.rejects(strict.disk().read(new Uint8Array(1), 0), VhdxBlockTableCorruptError);
  await using lenient = await openVhdx(store.clone(), { lenient: true });
  const seen = new Uint8Array(8192).fill(0xee);
  await lenient.disk().read(seen, 0);
  assert.equal(seen[0], 0xaa);
  assert.equal(seen[8191], 0);
  await store.truncate(SPELLED.blockTable + 4096);
  await assert.rejects(openVhdx(store.clone()), VhdxTruncatedError);
  await using stump = await openVhdx(store.clone(), { lenient: true });
  assert.equal(stump.ignoredDamage[0]?.code, "vhdx-truncated");
  await stump.disk().read(seen, 0);
});

test("`openVhdx()` stops when it is told to", async () => {
  const signal = AbortSignal.abort();
  await assert.rejects(async () => await openVhdx(await spellVhdx(), { signal }), InterruptedError);
});

test("64 TiB in blocks of 1 MiB open with few reads and are walked in a bounded heap", async () => {
  const tableBytes = 64 * MIB * 8 + MIB; // with the bitmap entries in between
  const regions = [
    { regionId: METADATA_REGION, fileOffset: 2 * MIB, length: MIB, flags: 1 },
    { regionId: BLOCK_TABLE_REGION, fileOffset: 3 * MIB, length: tableBytes, flags: 1 },
  ];
  const last = 64 * MIB - 1 + 64 * 256 - 1; // of 64 Mi blocks, 4,096 a chunk
  const store = await spellVhdx({
    virtualSizeBytes: 64 * TIB,
    regions,
    sizeBytes: 600 * MIB,
    entries: [{ index: last, state: PayloadState.fullyPresent, fileOffset: 599 * MIB }],
    patches: [{ offset: 600 * MIB - 1, bytes: Uint8Array.of(0xaa) }],
  });
  const counting = new CountingSource(store);
  await using file = await openVhdx(counting);
  const disk = file.disk();
  const seen = new Uint8Array(1);
  await disk.read(seen, 64 * TIB - 1);
  assert.equal(seen[0], 0xaa);
  assert.ok(counting.readBytes < MIB, `${counting.readBytes} bytes were read`);
  const before = process.memoryUsage().rss;
  assert.deepEqual(await Array.fromAsync(disk.extents()), [
    { offset: 0, length: 64 * TIB - MIB, kind: "zero" },
    { offset: 64 * TIB - MIB, length: MIB, kind: "data" },
  ]);
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < 200 * MIB, `the process grew by ${grown}`);
  assert.ok(counting.reads.every((read) => read.length <= MIB));
});

test(
  "a real file with random damage is read, or refused with one of our errors",
  needs("samples"),
  async () => {
    const seed = 4711;
    const entropy = new SeededEntropy(seed);
    const originals = ["synthetic-diff-base.vhdx.zst", "qemu16-dirtylog-10g.vhdx.zst"].map(
      (name) => new SparseMemoryStore(readSample(name)),
    );
    for (let round = 0; round < 300; round++) {
      const store = (originals[round % 2] as SparseMemoryStore).clone();
      for (let i = 0; i <= entropy.below(4); i++) {
        const area = entropy.below(5);
        const base = [0, 0x10000, 0x30000, MIB, 2 * MIB][area] as number;
        const offset = base + (entropy.below(2) === 0 ? entropy.below(4096) : entropy.below(MIB));
        await store.write(Uint8Array.of(entropy.below(256)), Math.min(offset, store.sizeBytes - 1));
      }
      if (entropy.below(8) === 0) await store.truncate(entropy.below(store.sizeBytes));
      try {
        const options = entropy.below(2) === 0 ? {} : { lenient: true as const };
        await using file = await openVhdx(store, options);
        let extents = 0;
        for await (const extent of file.disk().extents()) {
          await file.disk().read(new Uint8Array(Math.min(extent.length, 4096)), extent.offset);
          extents += 1;
        }
        assert.ok(extents < 100000);
        for await (const segment of file.layout().segments()) assert.ok(segment.length > 0);
      } catch (error) {
        if (!(error instanceof StillpointError))
          throw new Error(`seed ${seed}, round ${round}`, { cause: error });
      }
    }
  },
);

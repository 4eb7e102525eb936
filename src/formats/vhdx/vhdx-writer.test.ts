import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GIB, guid, MIB, TIB, ZERO_GUID } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { type Disk, MemoryStore } from "../../disk/index.ts";
import { diskContract, joinedExtents, SparseMemoryStore } from "../../disk/testing/index.ts";
import { PayloadState } from "./block-entry.ts";
import { createVhdx } from "./create-vhdx.ts";
import type { NewVhdx } from "./new-disk.ts";
import { openVhdx } from "./open-vhdx.ts";
import { spellVhdx } from "./testing/index.ts";
import { openVhdxForWriting } from "./vhdx-writer.ts";

const entropy = new SeededEntropy(99);
const PARENT = { dataWriteGuid: guid("11111111-2222-4333-8444-555555555555"), relativePath: ".\\p.vhdx" };
const DISK_ID = guid("99999999-2222-4333-8444-555555555555");

/** A plain disk of bytes that tests fill themselves. */
function diskOf(bytes: Uint8Array, logicalSectorBytes: number): Disk {
  return {
    sizeBytes: bytes.length,
    logicalSectorBytes,
    async read(target, offset) {
      target.set(bytes.subarray(offset, offset + target.length));
    },
    async *extents() {
      yield { offset: 0, length: bytes.length, kind: "data" };
    },
    async [Symbol.asyncDispose]() {
      // nothing is held
    },
  };
}

async function make(disk: Omit<NewVhdx, "entropy">): Promise<SparseMemoryStore> {
  const store = new SparseMemoryStore();
  await createVhdx(store, { ...disk, entropy });
  return store;
}

async function contentOf(store: SparseMemoryStore, parent?: Disk): Promise<Uint8Array> {
  await using file = await openVhdx(store.clone());
  const all = new Uint8Array(file.facts.virtualSizeBytes);
  await file.disk(parent).read(all, 0);
  return all;
}

describe("`openVhdxForWriting()`", () => {
  for (const kind of ["fixed", "dynamic", "differencing"] as const) {
    for (const logicalSectorBytes of [512, 4096]) {
      test(`agrees with a plain array over random writes of a ${kind} disk of ${logicalSectorBytes}-byte sectors`, async () => {
        const seed = kind.length * 1000 + logicalSectorBytes;
        console.log(`seed ${seed}`);
        const random = new SeededEntropy(seed);
        const size = 9 * MIB + 3 * 4096; // ends inside a block
        const below = random.bytes(7 * MIB); // and behind the end of its parent
        const parent = kind === "differencing" ? diskOf(below, logicalSectorBytes) : undefined;
        const store = await make({
          kind,
          virtualSizeBytes: size,
          blockSizeBytes: MIB,
          logicalSectorBytes,
          ...(parent === undefined ? {} : { parent: { ...PARENT, virtualDiskId: DISK_ID } }),
        });
        const model = new Uint8Array(size);
        if (parent !== undefined) model.set(below);
        for (let round = 0; round < 3; round++) {
          await using disk = await openVhdxForWriting(store, { entropy, parent });
          for (let step = 0; step < 40; step++) {
            const sectors = size / logicalSectorBytes;
            const first = random.below(sectors);
            const wide = random.below(4) === 0 ? 1 << 12 : 40;
            const count = Math.min(sectors - first, 1 + random.below(wide));
            const offset = first * logicalSectorBytes;
            const length = count * logicalSectorBytes;
            if (random.below(5) === 0) {
              await disk.writeZeros(offset, length);
              model.fill(0, offset, offset + length);
            } else {
              const bytes = new Uint8Array(length).fill(1 + random.below(255));
              await disk.write(bytes, offset);
              model.set(bytes, offset);
            }
            if (random.below(10) === 0) await disk.flush();
            const at = random.below(size - 20_000);
            const part = new Uint8Array(random.below(20_000));
            await disk.read(part, at);
            assert.deepEqual(part, model.subarray(at, at + part.length));
          }
        }
        assert.deepEqual(await contentOf(store, parent), model);
        await using file = await openVhdx(store.clone());
        assert.equal(file.facts.logReplayed, false);
        await joinedExtents(file.disk(parent));
      });
    }
  }

  test("changes no byte when nothing is written", async () => {
    const store = await make({ kind: "dynamic", virtualSizeBytes: 5 * MIB });
    const before = await store.toBytes();
    {
      await using disk = await openVhdxForWriting(store, { entropy });
      await disk.read(new Uint8Array(100_000), 1);
      await disk.flush();
    }
    assert.deepEqual(await store.toBytes(), before);
  });

  test("changes both write identities once per opening, at the first write", async () => {
    const store = await make({ kind: "fixed", virtualSizeBytes: 5 * MIB });
    await using before = await openVhdx(store.clone());
    {
      await using disk = await openVhdxForWriting(store, { entropy });
      assert.equal(disk.dataWriteGuid, before.facts.dataWriteGuid);
      await disk.write(new Uint8Array(512).fill(1), 0);
      const first = disk.dataWriteGuid;
      assert.notEqual(first, before.facts.dataWriteGuid);
      await disk.write(new Uint8Array(512).fill(2), MIB);
      assert.equal(disk.dataWriteGuid, first);
    }
    await using after = await openVhdx(store.clone());
    assert.notEqual(after.facts.fileWriteGuid, before.facts.fileWriteGuid);
    assert.equal(after.structure.logGuid, ZERO_GUID);
  });

  test("refuses what is no whole sector inside the disk", async () => {
    await using disk = await openVhdxForWriting(await make({ kind: "dynamic", virtualSizeBytes: MIB }), {
      entropy,
    });
    const sector = new Uint8Array(512);
    await assert.rejects(disk.write(sector, 100), RangeError);
    await assert.rejects(disk.write(sector, MIB), RangeError);
    await assert.rejects(disk.write(sector.subarray(1), 0), RangeError);
  });

  test("writes at the ends of the largest disks without holding them", async () => {
    for (const kind of ["dynamic", "fixed"] as const) {
      const blockSizeBytes = 256 * MIB;
      const store = await make({
        kind,
        virtualSizeBytes: 64 * TIB,
        blockSizeBytes,
        logicalSectorBytes: 4096,
      });
      const last = new Uint8Array(4096).fill(5);
      {
        await using disk = await openVhdxForWriting(store, { entropy });
        await disk.write(last, 64 * TIB - 4096);
        await disk.write(last, 63 * TIB);
      }
      await using file = await openVhdx(store);
      const found = new Uint8Array(4096);
      await file.disk().read(found, 64 * TIB - 4096);
      assert.deepEqual(found, last);
      assert.ok(store.storedBytes < 16 * MIB, `${store.storedBytes}`);
      assert.ok(store.sizeBytes >= (kind === "fixed" ? 64 * TIB : GIB / 2));
    }
  });

  test("zeros written over undefined or unmapped blocks are zeros for every reader", async () => {
    const states = [PayloadState.undefined, PayloadState.unmapped];
    const entries = states.map((state, index) => ({ index, state, fileOffset: (8 + index) * MIB }));
    const store = await spellVhdx({ entries });
    {
      await using disk = await openVhdxForWriting(store, { entropy });
      await disk.writeZeros(0, MIB);
      await disk.writeZeros(MIB + 512, 512);
      await disk.writeZeros(2 * MIB, MIB);
    }
    await using file = await openVhdx(store);
    assert.equal((await file.blockTable.payload(0)).state, PayloadState.zero);
    assert.equal((await file.blockTable.payload(1)).state, PayloadState.zero);
    // absent blocks of a disk without a parent are zeros already
    assert.equal((await file.blockTable.payload(2)).state, PayloadState.notPresent);
  });

  test("shows only what was written of a block whose bits were set in an earlier life", async () => {
    const locator = { parent_linkage: `{${PARENT.dataWriteGuid}}`, relative_path: PARENT.relativePath };
    const entries = [{ index: 4096, state: 6, fileOffset: 8 * MIB }]; // the chunk's bitmap; block 0 is absent
    const patches = [{ offset: 8 * MIB, bytes: new Uint8Array(256).fill(0xff) }];
    const store = await spellVhdx({ locator, entries, patches });
    const parent = diskOf(new Uint8Array(4 * MIB).fill(5), 512);
    {
      await using disk = await openVhdxForWriting(store, { entropy, parent });
      await disk.write(new Uint8Array(512).fill(6), 10 * 512);
    }
    const content = await contentOf(store, parent);
    const expected = new Uint8Array(4 * MIB).fill(5);
    expected.fill(6, 10 * 512, 11 * 512);
    assert.ok(Buffer.from(content).equals(expected));
  });

  test("refuses to write into a partially present block whose bitmap is missing", async () => {
    const entries = [{ index: 0, state: PayloadState.partiallyPresent, fileOffset: 9 * MIB }];
    const locator = { parent_linkage: `{${PARENT.dataWriteGuid}}`, relative_path: PARENT.relativePath };
    const store = await spellVhdx({ locator, entries });
    await using disk = await openVhdxForWriting(store, { entropy });
    await assert.rejects(disk.write(new Uint8Array(512), 0), { code: "vhdx-block-table-corrupt" });
  });

  test("leaves the file as it was when it is no VHDX", async () => {
    const store = new MemoryStore(new Uint8Array(2 * MIB));
    await assert.rejects(openVhdxForWriting(store, { entropy }), { code: "vhdx-not-recognised" });
    assert.ok(store.toBytes().every((byte) => byte === 0));
  });
});

diskContract("a differencing VHDX that is being written", async () => {
  const below = new SeededEntropy(21).bytes(2 * MIB);
  const content = new Uint8Array(3 * MIB);
  content.set(below);
  const store = await make({
    kind: "differencing",
    virtualSizeBytes: content.length,
    blockSizeBytes: MIB,
    parent: { ...PARENT, virtualDiskId: DISK_ID },
  });
  const disk = await openVhdxForWriting(store, { entropy, parent: diskOf(below, 512) });
  for (const [offset, length] of [
    [512, 1024],
    [MIB - 512, 5120],
    [2 * MIB + 8192, 4096],
  ] as const) {
    const bytes = new Uint8Array(length).fill(7);
    await disk.write(bytes, offset);
    content.set(bytes, offset);
  }
  await disk.flush();
  // one write is flushed, one is not: a reader must see both
  await disk.write(content.subarray(0, 512), 100 * 512);
  content.set(content.slice(0, 512), 100 * 512);
  return { disk, content };
});

test("`VhdxWriter.read()` is right when a flush overtakes it", async () => {
  const held = Promise.withResolvers<void>();
  const store = await make({ kind: "dynamic", virtualSizeBytes: 5 * MIB });
  const read = store.read.bind(store);
  let isHolding = false;
  let isHeld = false;
  store.read = async (target, offset) => {
    await read(target, offset);
    if (!isHolding) return;
    isHolding = false;
    isHeld = true;
    await held.promise; // the bytes are those of before, and arrive late
  };
  await using disk = await openVhdxForWriting(store, { entropy });
  const sector = new Uint8Array(512).fill(9);
  await disk.write(sector, 1024);
  isHolding = true;
  const found = new Uint8Array(512);
  const reading = disk.read(found, 1024);
  await disk.flush();
  assert.ok(isHeld);
  held.resolve();
  await reading;
  assert.deepEqual(found, sector);
  await disk.read(found, 1024);
  assert.deepEqual(found, sector);
});

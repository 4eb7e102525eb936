import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, MIB, TIB, ZERO_GUID } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { joinedExtents, SparseMemoryStore } from "../../disk/testing/index.ts";
import { checkVhdx } from "./check-vhdx.ts";
import { createVhdx } from "./create-vhdx.ts";
import type { NewVhdx } from "./new-disk.ts";
import { openVhdx } from "./open-vhdx.ts";

const entropy = new SeededEntropy(4);
const PARENT = {
  dataWriteGuid: guid("11111111-2222-4333-8444-555555555555"),
  virtualDiskId: guid("99999999-2222-4333-8444-555555555555"),
  relativePath: "..\\up\\parent.vhdx",
  absolutePath: "D:\\up\\parent.vhdx",
};

async function made(disk: Omit<NewVhdx, "entropy">): Promise<SparseMemoryStore> {
  const store = new SparseMemoryStore();
  await createVhdx(store, { ...disk, entropy });
  for await (const finding of checkVhdx(store)) assert.fail(finding.message);
  return store;
}

describe("`createVhdx()`", () => {
  test("says in the file what it was told", async () => {
    const store = await made({
      kind: "differencing",
      virtualSizeBytes: 40 * MIB,
      blockSizeBytes: 4 * MIB,
      logicalSectorBytes: 4096,
      physicalSectorBytes: 4096,
      creator: "a test",
      parent: PARENT,
    });
    await using file = await openVhdx(store);
    const { kind, virtualSizeBytes, blockSizeBytes, logicalSectorBytes, physicalSectorBytes, creator } =
      file.facts;
    assert.deepEqual(
      { kind, virtualSizeBytes, blockSizeBytes, logicalSectorBytes, physicalSectorBytes, creator },
      {
        kind: "differencing",
        virtualSizeBytes: 40 * MIB,
        blockSizeBytes: 4 * MIB,
        logicalSectorBytes: 4096,
        physicalSectorBytes: 4096,
        creator: "a test",
      },
    );
    assert.equal(file.facts.virtualDiskId, PARENT.virtualDiskId);
    assert.deepEqual(file.parentLocator, {
      linkage: PARENT.dataWriteGuid,
      linkage2: undefined,
      relativePath: PARENT.relativePath,
      absolutePath: PARENT.absolutePath,
      volumePath: undefined,
    });
    assert.equal(file.structure.logGuid, ZERO_GUID);
  });

  test("has Windows' block sizes and sectors unless told otherwise", async () => {
    for (const [kind, blockSizeBytes] of [
      ["dynamic", 32 * MIB],
      ["fixed", 2 * MIB],
    ] as const) {
      await using file = await openVhdx(await made({ kind, virtualSizeBytes: 10 * MIB }));
      assert.equal(file.facts.blockSizeBytes, blockSizeBytes);
      assert.equal(file.facts.logicalSectorBytes, 512);
      assert.equal(file.facts.physicalSectorBytes, 4096);
    }
  });

  test("makes a dynamic disk known to be empty, and a fixed one that holds its space", async () => {
    const size = 10 * MIB + 512;
    const dynamic = await made({ kind: "dynamic", virtualSizeBytes: size });
    await using empty = await openVhdx(dynamic);
    assert.deepEqual(await joinedExtents(empty.disk()), [{ offset: 0, length: size, kind: "zero" }]);
    assert.equal(dynamic.sizeBytes, 4 * MIB);
    const fixed = await made({ kind: "fixed", virtualSizeBytes: size });
    assert.equal(fixed.sizeBytes, 4 * MIB + 12 * MIB);
    assert.ok(fixed.storedBytes < MIB, "its zeros are not written");
  });

  test("makes the largest disks with every block size in bounded memory", async () => {
    for (const blockSizeBytes of [32 * MIB, 256 * MIB]) {
      for (const kind of ["fixed", "dynamic", "differencing"] as const) {
        const store = new SparseMemoryStore();
        const parent = kind === "differencing" ? { parent: PARENT } : {};
        await createVhdx(store, { kind, virtualSizeBytes: 64 * TIB, blockSizeBytes, entropy, ...parent });
        assert.ok(store.storedBytes < 20 * MIB, `${kind} ${blockSizeBytes}: ${store.storedBytes}`);
        await using file = await openVhdx(store);
        assert.equal(file.facts.virtualSizeBytes, 64 * TIB);
      }
    }
  });

  test("refuses a file that has something in it", async () => {
    const store = new MemoryStore(Uint8Array.of(1));
    await assert.rejects(createVhdx(store, { kind: "dynamic", virtualSizeBytes: MIB, entropy }), {
      code: "vhdx-target-not-empty",
    });
    assert.deepEqual(store.toBytes(), Uint8Array.of(1));
  });

  test("notices storage that does not keep what it was given", async () => {
    class Forgetful extends MemoryStore {
      override async write(bytes: Uint8Array, offset: number): Promise<void> {
        await super.write(offset === 128 * 1024 ? bytes.map((byte) => byte ^ 4) : bytes, offset);
      }
    }
    await assert.rejects(createVhdx(new Forgetful(), { kind: "dynamic", virtualSizeBytes: MIB, entropy }), {
      code: "vhdx-write-mismatch",
      fileOffset: 128 * 1024,
    });
  });

  const wrong = {
    "a block of 3 MiB": { kind: "dynamic", virtualSizeBytes: MIB, blockSizeBytes: 3 * MIB },
    "a block of 512 MiB": { kind: "dynamic", virtualSizeBytes: MIB, blockSizeBytes: 512 * MIB },
    "sectors of 1024 bytes": { kind: "dynamic", virtualSizeBytes: MIB, logicalSectorBytes: 1024 },
    "half a sector": { kind: "dynamic", virtualSizeBytes: MIB + 256 },
    "more than 64 TiB": { kind: "dynamic", virtualSizeBytes: 64 * TIB + 512 },
    nothing: { kind: "dynamic", virtualSizeBytes: 0 },
    "a child without a parent": { kind: "differencing", virtualSizeBytes: MIB },
    "a fixed disk with a parent": { kind: "fixed", virtualSizeBytes: MIB, parent: PARENT },
    "a parent without a path": {
      kind: "differencing",
      virtualSizeBytes: MIB,
      parent: { ...PARENT, relativePath: "", absolutePath: undefined },
    },
  } satisfies Record<string, Omit<NewVhdx, "entropy">>;
  for (const [what, disk] of Object.entries(wrong)) {
    test(`does not make ${what}`, async () => {
      const store = new MemoryStore();
      await assert.rejects(createVhdx(store, { ...disk, entropy }), TypeError);
      assert.equal(store.sizeBytes, 0);
    });
  }
});

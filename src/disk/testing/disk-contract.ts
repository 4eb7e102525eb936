import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import type { Disk } from "../disk.ts";
import { SourceEndedError } from "../errors.ts";

const SEED = 7_031_986;
const LARGEST_READ = 300_000;

/** A disk with all that a guest would read from it, known from elsewhere. */
export interface KnownDisk {
  readonly disk: Disk;
  readonly content: Uint8Array;
}

/** What every disk must do; the test of each implementation calls it. Each call of `open` gives a disk of its own. */
export function diskContract(name: string, open: () => Promise<KnownDisk>): void {
  describe(`${name} keeps the contract of a disk (seed ${SEED})`, () => {
    test("its sizes fit together", async () => {
      const { disk, content } = await open();
      await using _ = disk;
      assert.equal(disk.sizeBytes, content.length);
      assert.ok([512, 4096].includes(disk.logicalSectorBytes), `${disk.logicalSectorBytes}`);
      assert.equal(disk.sizeBytes % disk.logicalSectorBytes, 0);
    });
    readsOf(open);
    extentsOf(open);
  });
}

function readsOf(open: () => Promise<KnownDisk>): void {
  test("`read()` gives what is known to be there, at any offset and length", async () => {
    const { disk, content } = await open();
    await using _ = disk;
    const random = new SeededEntropy(SEED);
    for (let round = 0; round < 60; round++) {
      const offset = random.below(disk.sizeBytes + 1);
      const length = random.below(Math.min(LARGEST_READ, disk.sizeBytes - offset) + 1);
      await expectContent(disk, content, { offset, length });
    }
  });

  test("`read()` is right at both ends and across every 64 KiB of the first MiB", async () => {
    const { disk, content } = await open();
    await using _ = disk;
    await expectContent(disk, content, { offset: 0, length: 1 });
    await expectContent(disk, content, { offset: disk.sizeBytes - 1, length: 1 });
    await expectContent(disk, content, { offset: disk.sizeBytes, length: 0 });
    for (let edge = 65_536; edge < Math.min(disk.sizeBytes, 1 << 20); edge += 65_536) {
      await expectContent(disk, content, {
        offset: edge - 3,
        length: Math.min(7, disk.sizeBytes - edge + 3),
      });
    }
  });

  test("`read()` fills the target and nothing around it", async () => {
    const { disk, content } = await open();
    await using _ = disk;
    const length = Math.min(1000, disk.sizeBytes);
    const around = new Uint8Array(length + 20).fill(0xa5);
    await disk.read(around.subarray(10, 10 + length), 0);
    assert.ok(Buffer.from(around.subarray(10, 10 + length)).equals(content.subarray(0, length)));
    for (const at of [0, 9, length + 10, length + 19]) assert.equal(around[at], 0xa5, `byte ${at}`);
  });

  test("many `read()`s may run at the same time", async () => {
    const { disk, content } = await open();
    await using _ = disk;
    const random = new SeededEntropy(SEED + 1);
    await Promise.all(
      Array.from({ length: 24 }, async () => {
        const offset = random.below(disk.sizeBytes);
        const length = Math.min(random.below(20_000), disk.sizeBytes - offset);
        await expectContent(disk, content, { offset, length });
      }),
    );
  });

  test("`read()` across either end says that the disk ends there", async () => {
    const { disk } = await open();
    await using _ = disk;
    for (const [offset, length] of [
      [disk.sizeBytes - 1, 2],
      [disk.sizeBytes, 1],
      [disk.sizeBytes + 512, 512],
      [-1, 2],
      [2 ** 50, 1],
    ] as const) {
      await assert.rejects(
        disk.read(new Uint8Array(length), offset),
        SourceEndedError,
        `${length} at ${offset}`,
      );
    }
  });
}

function extentsOf(open: () => Promise<KnownDisk>): void {
  test("`extents()` covers the disk once and in order", async () => {
    const { disk } = await open();
    await using _ = disk;
    let end = 0;
    for await (const extent of disk.extents()) {
      assert.equal(extent.offset, end);
      assert.ok(extent.length > 0, `an extent of ${extent.length} bytes at ${extent.offset}`);
      end += extent.length;
    }
    assert.equal(end, disk.sizeBytes);
  });

  test("what `extents()` calls zero is zero", async () => {
    const { disk, content } = await open();
    await using _ = disk;
    for await (const { kind, offset, length } of disk.extents()) {
      if (kind === "zero") assert.ok(isZero(content.subarray(offset, offset + length)), `at ${offset}`);
    }
  });

  test("`extents()` says the same again, also when it was left in the middle", async () => {
    const { disk } = await open();
    await using _ = disk;
    for await (const extent of disk.extents()) {
      assert.equal(extent.offset, 0);
      break;
    }
    assert.deepEqual(await Array.fromAsync(disk.extents()), await Array.fromAsync(disk.extents()));
  });
}

async function expectContent(
  disk: Disk,
  content: Uint8Array,
  extent: { readonly offset: number; readonly length: number },
): Promise<void> {
  const target = new Uint8Array(extent.length).fill(0xa5);
  await disk.read(target, extent.offset);
  const expected = content.subarray(extent.offset, extent.offset + extent.length);
  assert.ok(Buffer.from(target).equals(expected), `${extent.length} bytes at ${extent.offset} differ`);
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

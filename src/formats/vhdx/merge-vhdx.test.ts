import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import { CrashRecorder, SparseMemoryStore } from "../../disk/testing/index.ts";
import { checkVhdx } from "./check-vhdx.ts";
import { createVhdx } from "./create-vhdx.ts";
import { mergeVhdx } from "./merge-vhdx.ts";
import type { NewVhdx } from "./new-disk.ts";
import { openVhdx } from "./open-vhdx.ts";
import { openVhdxChain } from "./vhdx-chain.ts";
import { openVhdxForWriting } from "./vhdx-writer.ts";

const SIZE = 3 * MIB + 8 * 512;
const entropy = new SeededEntropy(8);

interface Family {
  readonly base: SparseMemoryStore;
  readonly middle: SparseMemoryStore;
  readonly child: SparseMemoryStore;
  /** What a guest sees of the child. */
  readonly content: Uint8Array;
}

async function childOf(parent: SparseMemoryStore, blockSizeBytes: number): Promise<SparseMemoryStore> {
  await using file = await openVhdx(parent.clone());
  const child = new SparseMemoryStore();
  const { dataWriteGuid, virtualDiskId } = file.facts;
  await createVhdx(child, {
    kind: "differencing",
    virtualSizeBytes: SIZE,
    blockSizeBytes,
    entropy,
    parent: { dataWriteGuid, virtualDiskId, relativePath: ".\\parent.vhdx" },
  });
  return child;
}

async function scribble(store: ByteStore, content: Uint8Array, random: SeededEntropy): Promise<void> {
  await using disk = await openVhdxForWriting(store, { entropy });
  for (let step = 0; step < 14; step++) {
    const sectors = SIZE / 512;
    const first = random.below(sectors);
    const count = Math.min(sectors - first, 1 + random.below(random.below(3) === 0 ? 4000 : 30));
    const bytes = new Uint8Array(count * 512).fill(1 + random.below(255));
    if (random.below(4) === 0) {
      bytes.fill(0);
      await disk.writeZeros(first * 512, bytes.length);
    } else {
      await disk.write(bytes, first * 512);
    }
    content.set(bytes, first * 512);
  }
}

/** base ← middle ← child, each with some writes. */
async function family(kind: NewVhdx["kind"], seed: number, blocks = [1, 2, 1]): Promise<Family> {
  const random = new SeededEntropy(seed);
  const content = new Uint8Array(SIZE);
  const base = new SparseMemoryStore();
  const [ofBase = 1, ofMiddle = 1, ofChild = 1] = blocks;
  await createVhdx(base, { kind, virtualSizeBytes: SIZE, blockSizeBytes: ofBase * MIB, entropy });
  await scribble(base, content, random);
  const middle = await childOf(base, ofMiddle * MIB);
  await scribble(middle, content, random);
  const child = await childOf(middle, ofChild * MIB);
  await scribble(child, content, random);
  return { base, middle, child, content };
}

/** Opens the chain with the reader's own check of the links. */
async function chainContent(files: readonly SparseMemoryStore[]): Promise<Uint8Array> {
  const [leaf, ...parents] = files.map((file) => file.clone());
  let next = 0;
  await using chain = await openVhdxChain(leaf as SparseMemoryStore, {
    path: "0",
    async openParent() {
      const source = parents[next++];
      return source && { path: String(next), source };
    },
  });
  const all = new Uint8Array(SIZE);
  await chain.disk.read(all, 0);
  return all;
}

async function assertSound(store: SparseMemoryStore): Promise<void> {
  for await (const finding of checkVhdx(store)) assert.notEqual(finding.severity, "damage", finding.message);
}

describe("`mergeVhdx()`", () => {
  for (const [kind, blocks] of [
    ["dynamic", [1, 2, 1]],
    ["fixed", [2, 1, 4]],
    ["dynamic", [32, 1, 2]],
  ] as const) {
    test(`carries a child into a differencing parent, and that into a ${kind} one (blocks ${blocks.join()})`, async () => {
      const { base, middle, child, content } = await family(kind, 40 + blocks[0], [...blocks]);
      assert.deepEqual(await chainContent([child, middle, base]), content);
      const progress: number[] = [];
      const merged = await mergeVhdx({
        child,
        parent: middle,
        entropy,
        onProgress: ({ doneBytes, totalBytes }) => progress.push(doneBytes / totalBytes),
      });
      assert.ok(merged.mergedBytes > 0);
      assert.equal(progress.at(-1), 1);
      assert.deepEqual(await chainContent([middle, base]), content);
      assert.deepEqual(await chainContent([child, middle, base]), content);
      await mergeVhdx({ child: middle, parent: base, entropy });
      assert.deepEqual(await chainContent([base]), content);
      for (const store of [child, middle, base]) await assertSound(store);
    });
  }

  test("changes no byte of either file when the child is empty", async () => {
    const { base } = await family("dynamic", 50);
    const child = await childOf(base, MIB);
    const [before, childBefore] = [await base.toBytes(), await child.toBytes()];
    const merged = await mergeVhdx({ child, parent: base, entropy });
    assert.equal(merged.mergedBytes, 0);
    assert.deepEqual(await base.toBytes(), before);
    assert.deepEqual(await child.toBytes(), childBefore);
  });

  test("gives the parent the identity that it reports, and the child's disk id", async () => {
    const { base, middle } = await family("dynamic", 51);
    const { dataWriteGuid } = await mergeVhdx({ child: middle, parent: base, entropy });
    await using file = await openVhdx(base);
    await using child = await openVhdx(middle);
    assert.equal(file.facts.dataWriteGuid, dataWriteGuid);
    assert.equal(file.facts.virtualDiskId, child.facts.virtualDiskId);
    assert.equal(child.parentLocator?.linkage2, dataWriteGuid);
  });

  test("keeps the chain whole through a crash at any write, and finishes when it is run again", async () => {
    const seed = 52;
    console.log(`seed ${seed}`);
    const random = new SeededEntropy(seed);
    const { base, middle, content } = await family("dynamic", seed, [1, 1]);
    const expected = await chainContent([middle, base]);
    const moments: [number, number][] = [];
    const note = (): number => moments.push([recorded.child.moments, recorded.parent.moments]);
    const recorded = { child: new CrashRecorder(middle, note), parent: new CrashRecorder(base, note) };
    await mergeVhdx({ ...recorded, entropy });
    assert.ok(moments.length > 25 && content.length === SIZE);
    for (const [n, [childMoment, parentMoment]] of moments.entries()) {
      const parents = [...recorded.parent.afterCrash(parentMoment, random, 1)];
      const children = [...recorded.child.afterCrash(childMoment, random, 1)];
      for (const [i, child] of children.entries()) {
        const parent = parents[i % parents.length] as SparseMemoryStore;
        assert.deepEqual(await chainContent([child, parent]), expected, `moment ${n}`);
      }
      if (n % 4 !== 0) continue;
      const [child, parent] = [children.at(-1), parents.at(-1)] as SparseMemoryStore[];
      assert.ok(child !== undefined && parent !== undefined);
      await mergeVhdx({ child, parent, entropy });
      assert.deepEqual(await chainContent([parent]), expected);
      assert.deepEqual(await chainContent([child, parent]), expected);
    }
  });

  test("stops between pieces when its signal fires, and leaves the chain whole", async () => {
    const { base, middle } = await family("dynamic", 53);
    const expected = await chainContent([middle, base]);
    const stop = new AbortController();
    await assert.rejects(
      mergeVhdx({
        child: middle,
        parent: base,
        entropy,
        signal: stop.signal,
        onProgress: () => stop.abort(),
      }),
      { code: "interrupted" },
    );
    assert.deepEqual(await chainContent([middle, base]), expected);
  });

  test("refuses a parent of another identity or size, and a child without a parent", async () => {
    const { base, middle } = await family("dynamic", 54);
    await assert.rejects(mergeVhdx({ child: base, parent: middle, entropy }), {
      code: "vhdx-not-differencing",
    });
    const stranger = new SparseMemoryStore();
    const made = await createVhdx(stranger, { kind: "dynamic", virtualSizeBytes: 2 * SIZE, entropy });
    await assert.rejects(mergeVhdx({ child: middle, parent: stranger, entropy }), {
      code: "vhdx-merge-refused",
    });
    const smaller = new SparseMemoryStore();
    await createVhdx(smaller, {
      kind: "differencing",
      virtualSizeBytes: SIZE,
      entropy,
      parent: { ...made, virtualDiskId: guid("11111111-2222-4333-8444-555555555555"), relativePath: ".\\p" },
    });
    await assert.rejects(mergeVhdx({ child: smaller, parent: stranger, entropy }), {
      code: "vhdx-merge-refused",
    });
  });
});

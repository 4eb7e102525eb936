import assert from "node:assert/strict";
import { test } from "node:test";
import { needs, readSample } from "../../../test/testing/oracles.ts";
import { type Guid, guid, MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { diskContract, diskSha256, PoisoningSource, SparseMemoryStore } from "../../disk/testing/index.ts";
import { PayloadState } from "./block-entry.ts";
import {
  VhdxChainCycleError,
  VhdxChainTooDeepError,
  VhdxParentMismatchError,
  VhdxParentMissingError,
  VhdxSectorSizeMismatchError,
} from "./errors.ts";
import { parentCandidates } from "./parent-path.ts";
import { SPELLED, type SpelledVhdx, spellVhdx } from "./testing/index.ts";
import { openVhdxChain } from "./vhdx-chain.ts";

const ids = (n: number): Guid => guid(`00000000-0000-4000-8000-${String(n).padStart(12, "0")}`);

/** A folder of spelled files that counts what is open. */
class Folder {
  readonly #files = new Map<string, SparseMemoryStore>();
  open = 0;

  async add(name: string, spelled: SpelledVhdx): Promise<void> {
    this.#files.set(`C:\\vm\\${name}`, await spellVhdx(spelled));
  }

  put(name: string, store: SparseMemoryStore): void {
    this.#files.set(`C:\\vm\\${name}`, store);
  }

  source(path: string): ByteSource | undefined {
    const store = this.#files.get(path);
    if (store === undefined) return undefined;
    this.open += 1;
    const strict = new PoisoningSource(store);
    return {
      sizeBytes: store.sizeBytes,
      read: async (target, offset) => await strict.read(target, offset),
      [Symbol.asyncDispose]: async () => {
        this.open -= 1;
      },
    };
  }

  async chain(name: string) {
    const path = `C:\\vm\\${name}`;
    const leaf = this.source(path);
    assert.ok(leaf);
    return await openVhdxChain(leaf, {
      path,
      openParent: async (locator, child) => {
        for (const candidate of parentCandidates(locator, child.path)) {
          const source = this.source(candidate.path);
          if (source !== undefined) return { source, path: candidate.path };
        }
        return undefined;
      },
    });
  }
}

/** A file of identity `n` over the file of identity `parent`, with one block of its own. */
function link(n: number, parent?: { n: number; name: string; linkage2?: Guid }): SpelledVhdx {
  const fileOffset = SPELLED.blocks + n * MIB;
  return {
    header: { dataWriteGuid: ids(n) },
    entries: [{ index: n, state: PayloadState.fullyPresent, fileOffset }],
    patches: [{ offset: fileOffset, bytes: new Uint8Array(MIB).fill(n + 1) }],
    ...(parent && {
      locator: {
        parent_linkage: `{${ids(parent.n).toUpperCase()}}`,
        relative_path: `.\\${parent.name}`,
        ...(parent.linkage2 && { parent_linkage2: `{${parent.linkage2}}` }),
      },
    }),
  };
}

test("`openVhdxChain()` reads the synthetic pair as 7-Zip does", needs("samples"), async () => {
  const folder = new Folder();
  folder.put("base.vhdx", new SparseMemoryStore(readSample("synthetic-diff-base.vhdx.zst")));
  folder.put("child.avhdx", new SparseMemoryStore(readSample("synthetic-diff-child.avhdx.zst")));
  {
    await using chain = await folder.chain("child.avhdx");
    assert.deepEqual(
      chain.files.map((file) => file.path),
      ["C:\\vm\\child.avhdx", "C:\\vm\\base.vhdx"],
    );
    assert.equal(
      await diskSha256(chain.disk),
      "91621364bee81666774393ebbd01745abdc9d3c54ad854e4e1afd69c5d961978", // MANIFEST.md
    );
  }
  assert.equal(folder.open, 0);
});

test("`openVhdxChain()` stacks several files, each showing where the ones above have nothing", async () => {
  const folder = new Folder();
  await folder.add("a.vhdx", link(0));
  await folder.add("b.avhdx", link(1, { n: 0, name: "a.vhdx" }));
  await folder.add("c.avhdx", link(2, { n: 1, name: "b.avhdx" }));
  await using chain = await folder.chain("c.avhdx");
  for (const [block, byte] of [1, 2, 3, 0].entries()) {
    const seen = new Uint8Array(1);
    await chain.disk.read(seen, block * MIB + 77);
    assert.equal(seen[0], byte);
  }
  assert.deepEqual(await Array.fromAsync(chain.disk.extents()), [
    { offset: 0, length: 3 * MIB, kind: "data" },
    { offset: 3 * MIB, length: MIB, kind: "zero" },
  ]);
});

test("`openVhdxChain()` of a disk without a parent is that disk", async () => {
  const folder = new Folder();
  await folder.add("a.vhdx", link(0));
  await using chain = await folder.chain("a.vhdx");
  assert.equal(chain.files.length, 1);
});

test("`openVhdxChain()` accepts the second linkage, but never zero for zero", async () => {
  const folder = new Folder();
  await folder.add("a.vhdx", link(0));
  await folder.add("b.avhdx", link(1, { n: 9, name: "a.vhdx", linkage2: ids(0) }));
  await using chain = await folder.chain("b.avhdx");
  assert.equal(chain.files.length, 2);
  const zero = guid("00000000-0000-0000-0000-000000000000");
  await folder.add("z.vhdx", { ...link(0), header: { dataWriteGuid: zero } });
  await folder.add("y.avhdx", link(1, { n: 9, name: "z.vhdx", linkage2: zero }));
  await assert.rejects(folder.chain("y.avhdx"), VhdxParentMismatchError);
});

test("`openVhdxChain()` refuses a parent that is missing or another one, and closes what it had opened", async () => {
  const folder = new Folder();
  await folder.add("a.vhdx", link(0));
  await folder.add("b.avhdx", link(1, { n: 5, name: "a.vhdx" }));
  await folder.add("c.avhdx", link(2, { n: 1, name: "gone.vhdx" }));
  await assert.rejects(folder.chain("b.avhdx"), (error: VhdxParentMismatchError) => {
    assert.ok(error instanceof VhdxParentMismatchError);
    assert.equal(error.childPath, "C:\\vm\\b.avhdx");
    assert.equal(error.parentPath, "C:\\vm\\a.vhdx");
    return true;
  });
  await assert.rejects(folder.chain("c.avhdx"), VhdxParentMissingError);
  assert.equal(folder.open, 0);
});

test("`openVhdxChain()` refuses circles, whatever the case of their paths", async () => {
  const folder = new Folder();
  await folder.add("a.avhdx", link(0, { n: 1, name: "b.avhdx" }));
  await folder.add("b.avhdx", link(1, { n: 0, name: "a.avhdx" }));
  await assert.rejects(folder.chain("a.avhdx"), VhdxChainCycleError);
  assert.equal(folder.open, 0);
});

test("`openVhdxChain()` refuses a chain of more than 256 files", async () => {
  const store = await spellVhdx({
    header: { dataWriteGuid: ids(1) },
    locator: { parent_linkage: ids(1), relative_path: "x.avhdx" },
  });
  let opened = 0;
  let open = 0;
  const next = (): ByteSource => {
    opened += 1;
    open += 1;
    return {
      sizeBytes: store.sizeBytes,
      read: async (target, offset) => await store.read(target, offset),
      [Symbol.asyncDispose]: async () => {
        open -= 1;
      },
    };
  };
  const openParent = async () => ({ source: next(), path: `${opened}.avhdx` });
  await assert.rejects(openVhdxChain(next(), { path: "leaf.avhdx", openParent }), VhdxChainTooDeepError);
  assert.equal(opened, 256);
  assert.equal(open, 0);
});

test("`openVhdxChain()` refuses files of different logical sectors", async () => {
  const folder = new Folder();
  await folder.add("a.vhdx", { ...link(0), sectorBytes: 4096 });
  await folder.add("b.avhdx", link(1, { n: 0, name: "a.vhdx" }));
  await assert.rejects(folder.chain("b.avhdx"), VhdxSectorSizeMismatchError);
  assert.equal(folder.open, 0);
});

test("parent and child may have different block sizes", async () => {
  const folder = new Folder();
  const at = SPELLED.blocks;
  await folder.add("a.vhdx", {
    header: { dataWriteGuid: ids(0) },
    blockSizeBytes: 2 * MIB,
    entries: [{ index: 1, state: PayloadState.fullyPresent, fileOffset: at }],
    patches: [{ offset: at, bytes: new Uint8Array(2 * MIB).fill(9) }],
  });
  await folder.add("b.avhdx", link(2, { n: 0, name: "a.vhdx" }));
  await using chain = await folder.chain("b.avhdx");
  const seen = new Uint8Array(4 * MIB);
  await chain.disk.read(seen, 0);
  assert.deepEqual(
    [0, 1, 2, 3].map((block) => seen[block * MIB]),
    [0, 0, 3, 9],
  );
});

diskContract("a chain of three VHDXs, each with sectors and zeros of its own", async () => {
  const payload = SPELLED.blocks + MIB;
  const { fullyPresent, partiallyPresent, zero } = PayloadState;
  const random = new SeededEntropy(61);
  const content = new Uint8Array(4 * MIB);
  const folder = new Folder();
  const below = random.bytes(3 * MIB);
  await folder.add("root.vhdx", {
    header: { dataWriteGuid: ids(0) },
    virtualSizeBytes: below.length,
    entries: [0, 1, 2].map((index) => ({ index, state: fullyPresent, fileOffset: payload + index * MIB })),
    patches: [{ offset: payload, bytes: below }],
  });
  content.set(below);
  for (const [n, parent] of [
    [1, "root.vhdx"],
    [2, "1.avhdx"],
  ] as const) {
    const bitmap = random.bytes(512); // of the two partially present blocks
    const bytes = random.bytes(2 * MIB);
    await folder.add(`${n}.avhdx`, {
      header: { dataWriteGuid: ids(n) },
      locator: { parent_linkage: `{${ids(n - 1)}}`, relative_path: `.\\${parent}` },
      entries: [
        { index: 0, state: partiallyPresent, fileOffset: payload + MIB },
        { index: 1, state: partiallyPresent, fileOffset: payload },
        { index: n + 1, state: zero },
        { index: 4096, state: 6, fileOffset: SPELLED.blocks },
      ],
      patches: [
        { offset: SPELLED.blocks, bytes: bitmap },
        { offset: payload, bytes },
      ],
    });
    for (let sector = 0; sector < 4096; sector++) {
      if ((((bitmap[sector >> 3] as number) >> (sector & 7)) & 1) === 0) continue;
      const from = (sector * 512 + MIB) % (2 * MIB);
      content.set(bytes.subarray(from, from + 512), sector * 512);
    }
    content.fill(0, (n + 1) * MIB, (n + 2) * MIB);
  }
  const chain = await folder.chain("2.avhdx");
  return { disk: chain.disk, content };
});

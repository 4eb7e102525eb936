import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manifest, needs, readSample } from "../../../test/testing/oracles.ts";
import { type Guid, guid } from "../../base/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { diskContract, diskSha256 } from "../../disk/testing/index.ts";
import { VhdChainError, VhdParentMismatchError, VhdParentMissingError } from "./errors.ts";
import { makeVhd } from "./testing/index.ts";
import { MAX_VHD_CHAIN_FILES, openVhdChain, type VhdChain } from "./vhd-chain.ts";

const SIZE = 300 * 1024;
const id = (n: number): Guid => guid(`00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`);

class CountedStore extends MemoryStore {
  static open = 0;

  constructor(bytes: Uint8Array) {
    super(bytes);
    CountedStore.open++;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    CountedStore.open--;
    await Promise.resolve();
  }
}

/** File n writes its number into sector n and into sector 100; file 0 is the root. Names its parent as told. */
function link(n: number, parent: number): Uint8Array {
  const sector = new Uint8Array(512).fill(n + 1);
  return makeVhd({
    sizeBytes: SIZE,
    blockSizeBytes: 65_536,
    uniqueId: id(n),
    writes: [{ offset: n * 512, bytes: sector }, ...(n < 5 ? [{ offset: 100 * 512, bytes: sector }] : [])],
    ...(n === parent ? {} : { parent: { id: id(parent), name: `${parent}.vhd` } }),
  });
}

/** A chain of files by number, in which each names the one before. */
async function openFrom(leaf: number, files: (n: number) => Uint8Array | undefined): Promise<VhdChain> {
  return await openVhdChain(new CountedStore(files(leaf) as Uint8Array), {
    path: `${leaf}.vhd`,
    async openParent({ parentName }) {
      const bytes = files(Number.parseInt(parentName, 10));
      return bytes && { path: parentName, source: new CountedStore(bytes) };
    },
  });
}

const straight = (n: number): Uint8Array => link(n, Math.max(0, n - 1));

diskContract("a chain of three VHDs", async () => {
  const content = new Uint8Array(SIZE);
  for (const n of [0, 1, 2]) content.fill(n + 1, n * 512, n * 512 + 512);
  content.fill(3, 100 * 512, 101 * 512);
  return { disk: (await openFrom(2, straight)).disk, content };
});

describe("`openVhdChain()`", () => {
  test("opens the root last and closes everything", async () => {
    CountedStore.open = 0;
    {
      await using chain = await openFrom(4, straight);
      assert.deepEqual(
        chain.files.map((file) => file.path),
        ["4.vhd", "3.vhd", "2.vhd", "1.vhd", "0.vhd"],
      );
      assert.equal(CountedStore.open, 5);
    }
    assert.equal(CountedStore.open, 0);
  });

  const refusals = {
    "a parent that is nowhere": [(n: number) => (n > 1 ? straight(n) : undefined), VhdParentMissingError],
    "a parent of another identity": [
      (n: number) => (n === 1 ? link(7, 0) : straight(n)),
      VhdParentMismatchError,
    ],
    "a file that is its own ancestor": [(n: number) => (n === 1 ? link(1, 3) : straight(n)), VhdChainError],
  } as const;
  for (const [what, [files, error]] of Object.entries(refusals)) {
    test(`refuses ${what}, and leaves nothing open`, async () => {
      CountedStore.open = 0;
      await assert.rejects(openFrom(3, files), error);
      assert.equal(CountedStore.open, 0);
    });
  }

  test("opens chains up to its limit", async () => {
    await using chain = await openFrom(MAX_VHD_CHAIN_FILES - 1, straight);
    assert.equal(chain.files.length, MAX_VHD_CHAIN_FILES);
    await assert.rejects(openFrom(MAX_VHD_CHAIN_FILES, straight), VhdChainError);
  });

  test("reads the real pair leniently", needs("samples"), async () => {
    const expected = manifest().find((sample) => sample["name"] === "vhd-diff-child");
    await using chain = await openVhdChain(new MemoryStore(readSample("vhd-diff-child.vhd.zst")), {
      path: "image-differential.vhd",
      lenient: true,
      async openParent({ parentName }) {
        assert.equal(parentName, "image.vhd");
        return { path: parentName, source: new MemoryStore(readSample("vhd-diff-parent.vhd.zst")) };
      },
    });
    assert.equal(
      await diskSha256(chain.disk),
      (expected?.["content"] as Record<string, unknown> | undefined)?.["sha256"],
    );
  });
});

import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { hexFromBytes, MIB } from "../../base/index.ts";
import { VaultDamagedError } from "../errors.ts";
import type { FileRecipe } from "./file-recipe.ts";
import { RecipeBuilder } from "./recipe-builder.ts";
import { decodeNode, NodeDraft, type Reference } from "./recipe-node.ts";
import { walkRecipe } from "./walk-recipe.ts";

const CHUNK = 4096;

/** Keeps nodes as the vault would: by what they say. */
class Nodes {
  readonly kept = new Map<string, Uint8Array>();

  readonly storeNode = async (node: Uint8Array): Promise<Uint8Array> => {
    const id = hash("sha256", node, "buffer");
    this.kept.set(hexFromBytes(id), node.slice());
    return new Uint8Array(id);
  };

  readonly loadNode = async (id: Uint8Array) => {
    const bytes = this.kept.get(hexFromBytes(id));
    assert.ok(bytes !== undefined);
    return { bytes, object: "packs/x" };
  };
}

type Cut = { readonly length: number; readonly id: Uint8Array | undefined };

async function build(cuts: Iterable<Cut>, nodes: Nodes): Promise<FileRecipe> {
  const builder = new RecipeBuilder({ chunkBytes: CHUNK, storeNode: nodes.storeNode });
  for (const { length, id } of cuts) await builder.add(length, id);
  return await builder.finish();
}

async function walk(recipe: FileRecipe, nodes: Nodes, from = 0): Promise<Reference[]> {
  return (await Array.fromAsync(walkRecipe(recipe, { loadNode: nodes.loadNode, from }))).flat();
}

/** Neighbouring zeros as one, since the tree may join and divide them. */
function joined(references: readonly { offset: number; length: number; id: Uint8Array | undefined }[]) {
  const result: { offset: number; length: number; id: string | null }[] = [];
  for (const { offset, length, id } of references) {
    const last = result.at(-1);
    if (id === undefined && last?.id === null) last.length += length;
    else result.push({ offset, length, id: id === undefined ? null : hexFromBytes(id) });
  }
  return result;
}

function placed(cuts: readonly Cut[]) {
  let offset = 0;
  return cuts.map(({ length, id }) => {
    offset += length;
    return { offset: offset - length, length, id };
  });
}

function idFor(n: number): Uint8Array {
  return new Uint8Array(hash("sha256", String(n), "buffer"));
}

test("`walkRecipe()` gives back what `RecipeBuilder` was given, for files of any shape", async () => {
  const cut = fc.record({
    length: fc.constantFrom(1, 512, CHUNK, CHUNK, 3 * CHUNK, 2 * MIB),
    id: fc.oneof(fc.constant(undefined), fc.nat(50).map(idFor)),
  });
  const repeated = fc.tuple(cut, fc.integer({ min: 1, max: 700 }));
  await fc.assert(
    fc.asyncProperty(fc.array(repeated, { maxLength: 12 }), async (groups) => {
      const cuts = groups.flatMap(([each, times]) => Array.from({ length: times }, () => each));
      const nodes = new Nodes();
      const recipe = await build(cuts, nodes);
      assert.equal(
        recipe.sizeBytes,
        cuts.reduce((sum, { length }) => sum + length, 0),
      );
      assert.deepEqual(joined(await walk(recipe, nodes)), joined(placed(cuts)));
      const from = Math.floor(recipe.sizeBytes / 2);
      const rest = placed(cuts).filter(
        ({ offset, length, id }) => id !== undefined && offset + length > from,
      );
      const found = (await walk(recipe, nodes, from)).filter(({ id }) => id !== undefined);
      assert.deepEqual(joined(found), joined(rest));
    }),
    { seed: 20261122, numRuns: 40 },
  );
});

test("a file of one chunk, of zeros and of nothing needs no node", async () => {
  const nodes = new Nodes();
  assert.deepEqual(await build([{ length: 5, id: idFor(1) }], nodes), {
    version: 1,
    sizeBytes: 5,
    level: 0,
    root: hexFromBytes(idFor(1)),
  });
  assert.deepEqual(await build([], nodes), { version: 1, sizeBytes: 0, level: 0, root: null });
  const zeros = Array.from({ length: 50_000 }, () => ({ length: CHUNK, id: undefined }));
  assert.deepEqual(await build(zeros, nodes), {
    version: 1,
    sizeBytes: 50_000 * CHUNK,
    level: 0,
    root: null,
  });
  assert.equal(nodes.kept.size, 0);
});

test("a change in the middle of a file makes new nodes above it only", async () => {
  const cuts = Array.from({ length: 10_000 }, (_, n): Cut => ({ length: CHUNK, id: idFor(n) }));
  const nodes = new Nodes();
  await build(cuts, nodes);
  const before = nodes.kept.size;
  assert.equal(before, 11, "ten leaves and a root");
  const changed = cuts.with(5000, { length: CHUNK, id: idFor(99_999) });
  await build(changed, nodes);
  assert.equal(nodes.kept.size - before, 2, "one leaf and the root");
  // one chunk became two: nodes behind it stay, because they end by place
  const split = cuts.toSpliced(
    5000,
    1,
    { length: 1000, id: idFor(1) },
    { length: CHUNK - 1000, id: idFor(2) },
  );
  const now = nodes.kept.size;
  await build(split, nodes);
  assert.equal(nodes.kept.size - now, 2);
});

test("a terabyte with one chunk in it has a recipe of three nodes", async () => {
  const nodes = new Nodes();
  const builder = new RecipeBuilder({ chunkBytes: 65_536, storeNode: nodes.storeNode });
  for (let i = 0; i < 16_777_216; i++) {
    const closing = builder.add(65_536, i === 8_000_000 ? idFor(1) : undefined);
    if (closing !== undefined) await closing;
  }
  const recipe = await builder.finish();
  assert.equal(recipe.sizeBytes, 2 ** 40);
  assert.equal(nodes.kept.size, 3);
  const sizes = [...nodes.kept.values()].map((node) => node.length);
  assert.ok(Math.max(...sizes) < 200, sizes.join(" "));
  const data = (await walk(recipe, nodes)).filter(({ id }) => id !== undefined);
  assert.deepEqual(
    data.map(({ offset }) => offset),
    [8_000_000 * 65_536],
  );
});

test("`decodeNode()` refuses whatever is not the node that was asked for", () => {
  const draft = new NodeDraft(1);
  draft.add(10, idFor(1));
  draft.add(20, undefined);
  const bytes = draft.encode();
  const place = { level: 1, offset: 100, length: 30, object: "packs/x" };
  assert.deepEqual(
    decodeNode(bytes, place).map(({ offset, length }) => [offset, length]),
    [
      [100, 10],
      [110, 20],
    ],
  );
  const otherMagic = bytes.slice();
  otherMagic[0] = 0;
  const moreIds = bytes.slice();
  moreIds[24] = 200; // count of the first run
  for (const each of [otherMagic, moreIds, bytes.subarray(0, 20), bytes.subarray(0, bytes.length - 1)]) {
    assert.throws(() => decodeNode(each, place), VaultDamagedError);
  }
  assert.throws(() => decodeNode(bytes, { ...place, level: 2 }), VaultDamagedError);
  assert.throws(() => decodeNode(bytes, { ...place, length: 31 }), VaultDamagedError);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bytesFromHex } from "../../base/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import { packName } from "../format/object-names.ts";
import { ChunkIndex } from "../index/chunk-index.ts";
import { PackSizes } from "../index/pack-sizes.ts";
import { carryOutLists } from "./carry-out-lists.ts";
import type { DoomedList } from "./removal-notes.ts";

const digest = (digits: string): Uint8Array => bytesFromHex(digits.repeat(32)) ?? assert.fail();
const [ONE, TWO] = [packName(digest("a1")), packName(digest("b2"))];
const SEGMENT = `index/${"cd".repeat(32)}`;
const BYTES = 300;

interface Scene {
  /** Which of the two packs segments name. */
  readonly named?: readonly string[];
  readonly listed?: readonly string[];
  readonly stays?: readonly string[];
  /** What a list names that waits. */
  readonly awaited?: readonly string[];
  /** Objects that may not be deleted. */
  readonly denied?: readonly string[];
  /** What the index holds for the second pack's length. */
  readonly sizeBytes?: number;
  /** Which packs the listing lacked that the index was held against. */
  readonly gone?: readonly string[];
}

/** Carries out these lists where both packs and the segment are there; gives what is left, and the lists that stand. */
async function carryOut(
  lists: readonly Omit<DoomedList, "name">[],
  {
    named = [ONE, TWO],
    listed = [ONE, TWO],
    stays = [],
    awaited = [],
    denied = [],
    sizeBytes = BYTES,
    gone = [],
  }: Scene = {},
): Promise<{ readonly left: readonly string[]; readonly stand: readonly number[]; readonly freed: number }> {
  const storage = new MemoryStorage();
  for (const name of [ONE, TWO, SEGMENT]) await storage.put(name, [new Uint8Array(BYTES)]);
  const index = new ChunkIndex();
  for (const [i, object] of [ONE, TWO].entries()) {
    const bytes = i === 1 ? sizeBytes : BYTES;
    if (named.includes(object))
      index.addPack({
        digest: bytesFromHex(object.slice(-64)) ?? assert.fail(),
        sizeBytes: bytes,
        frames: [],
      });
    if (gone.includes(object) || bytes !== BYTES) index.setGone(object);
  }
  const sizes = new PackSizes();
  for (const name of listed) sizes.set(name, BYTES);
  const all = lists.map((list, i) => ({ name: String(i), ...list }));
  const struck = new Set<string>();
  let freed = 0;
  await carryOutLists(all, {
    storage,
    index,
    listed: sizes,
    stays: new Set(stays),
    waiting: [{ name: "waiting", packs: awaited, segments: [] }],
    sidecars: {
      deleteWith: async (object) => {
        if (denied.includes(object)) return false;
        await storage.delete(object);
        return true;
      },
    },
    doomed: { strike: async ({ name }) => await Promise.resolve(void struck.add(name)) },
    onDeleted: (bytes) => {
      freed += bytes;
    },
  });
  const stand = all.flatMap(({ name }, i) => (struck.has(name) ? [] : [i]));
  return { left: storage.names(), stand, freed };
}

const whole = { packs: [ONE, TWO], segments: [SEGMENT] };

describe("carryOutLists()", () => {
  test("deletes all that lists name, and them", async () => {
    assert.deepEqual(await carryOut([whole]), { left: [], stand: [], freed: 2 * BYTES });
  });

  test("deletes what no segment names, and what is gone already", async () => {
    assert.deepEqual((await carryOut([whole], { named: [] })).left, []);
    const absent = packName(digest("ee"));
    assert.deepEqual((await carryOut([{ packs: [absent], segments: [] }])).stand, []);
  });

  test("keeps a pack of which something is needed, and the segments of all lists with it", async () => {
    const lists = [
      { packs: [ONE], segments: [SEGMENT] },
      { packs: [TWO], segments: [] },
    ];
    const { left, stand } = await carryOut(lists, { stays: [TWO] });
    assert.deepEqual(
      [left, stand],
      [
        [SEGMENT, TWO],
        [0, 1],
      ],
    );
  });

  test("keeps a pack that a list names too which waits, and the segments", async () => {
    const { left, stand } = await carryOut([whole], { awaited: [TWO] });
    assert.deepEqual([left, stand], [[SEGMENT, TWO], [0]]);
  });

  test("keeps a pack that one of two listings left out", async () => {
    for (const omission of [{ listed: [ONE] }, { gone: [TWO] }]) {
      const { left, stand } = await carryOut([whole], omission);
      assert.deepEqual([left, stand], [[SEGMENT, TWO], [0]]);
    }
  });

  test("deletes one that has another length than its segment says: nobody reads it by that", async () => {
    assert.deepEqual((await carryOut([whole], { sizeBytes: BYTES + 1 })).left, []);
  });

  test("lets a list stand of which something may not be deleted, be it a pack or a segment", async () => {
    for (const denied of [ONE, SEGMENT]) {
      const { left, stand } = await carryOut([whole, { packs: [TWO], segments: [] }], { denied: [denied] });
      assert.deepEqual([left, stand], [[denied], [0]]);
    }
  });
});

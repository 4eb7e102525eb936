import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { packName } from "../format/object-names.ts";
import { decodeSegment, encodeSegment, type Segment } from "../index/segment-codec.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { FIRST_CLAIMED, HostClaims } from "./host-claims.ts";

const [HOST, THIEF] = ["1".repeat(32), "2".repeat(32)];
const [SEGMENT, OTHER] = [`index/${"a".repeat(64)}`, `index/${"b".repeat(64)}`];

const idOf = (chunk: number): Uint8Array => new Uint8Array(32).fill(chunk);
const objectOf = (pack: number): string => packName(new Uint8Array(32).fill(pack));

/** A pack that holds these chunks, each in a frame of its own. */
function packOf(pack: number, chunks: readonly number[], sizeBytes = 10_000): PackContents {
  const frames = chunks.map((chunk, i) => ({
    number: i,
    offset: 176 + 100 * i,
    sealedBytes: 100,
    ids: idOf(chunk),
  }));
  return { digest: new Uint8Array(32).fill(pack), sizeBytes, frames };
}

const segmentOf = (...packs: readonly PackContents[]): Segment =>
  decodeSegment(encodeSegment(packs), SEGMENT);

describe("HostClaims", () => {
  test("takes of a pack that several hosts claim as many frames as any of them says, whoever is first", () => {
    for (const [first, second] of [
      [HOST, THIEF],
      [THIEF, HOST],
    ] as const) {
      const claims = new HostClaims();
      const said = (host: string): PackContents => packOf(7, host === HOST ? [1, 2, 3] : [1]);
      claims.addSegment(first, segmentOf(said(first)), SEGMENT);
      claims.addSegment(second, segmentOf(said(second)), OTHER);
      assert.deepEqual(
        claims.packs.map(({ object, frameCount }) => [object, frameCount]),
        [[objectOf(7), 3]],
      );
    }
  });

  test("reads nothing more from packs that are spoiled, whatever is listed and whoever claims them later", () => {
    const claims = new HostClaims();
    claims.addSegment(HOST, segmentOf(packOf(7, [1]), packOf(8, [2])), SEGMENT);
    claims.spoil([objectOf(7)]);
    const there = new Map([7, 8].map((pack) => [objectOf(pack), 10_000]));
    const assertSpoiled = (): void => {
      assert.equal(claims.locate(HOST, idOf(1)), undefined);
      assert.equal(claims.locate(THIEF, idOf(1)), undefined);
      assert.equal(claims.locate(HOST, idOf(2))?.object, objectOf(8));
      assert.ok(claims.names(HOST, idOf(1)), "what it said is still known");
    };
    assertSpoiled();
    claims.heed(there, "packs/");
    assertSpoiled();
    claims.addSegment(HOST, segmentOf(packOf(7, [1])), SEGMENT);
    claims.addSegment(THIEF, segmentOf(packOf(7, [1])), OTHER);
    claims.addPack("3".repeat(32), packOf(7, [1]));
    assert.equal(claims.locate("3".repeat(32), idOf(1)), undefined);
    assertSpoiled();
    assert.deepEqual([...claims.packsThere()], [objectOf(8)]);
  });

  test("says of each host's chunks where it says itself that they are, and under numbers of its own", () => {
    const claims = new HostClaims();
    claims.addSegment(HOST, segmentOf(packOf(7, [1])), SEGMENT);
    claims.addSegment(THIEF, segmentOf(packOf(9, [1, 2])), OTHER);
    const [its, thiefs] = [claims.locate(HOST, idOf(1)), claims.locate(THIEF, idOf(1))];
    assert.deepEqual([its?.object, thiefs?.object], [objectOf(7), objectOf(9)]);
    assert.ok(its !== undefined && thiefs !== undefined && its.frame >= FIRST_CLAIMED);
    assert.ok(its.frame !== thiefs.frame && its.pack !== thiefs.pack);
    assert.deepEqual([claims.locate(HOST, idOf(2)), claims.names(HOST, idOf(2))], [undefined, false]);
  });

  test("takes packs for gone that are not listed as long as they are said to be, among those that were looked for", () => {
    const claims = new HostClaims();
    claims.addSegment(HOST, segmentOf(packOf(7, [1]), packOf(8, [2]), packOf(9, [3])), SEGMENT);
    claims.heed(new Map([[objectOf(8), 9_999]]), objectOf(8).slice(0, "packs/08/".length));
    assert.deepEqual([...claims.packsThere()], [objectOf(7), objectOf(9)]);
    claims.heed(new Map([[objectOf(8), 10_000]]), "packs/");
    assert.deepEqual([...claims.packsThere()], [objectOf(8)]);
    assert.equal(claims.locate(HOST, idOf(1)), undefined);
  });
});

import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as fc from "fast-check";
import { someBytes } from "../../testing/index.ts";
import { GatheredWriter } from "./gathered-writer.ts";

const BLOCK = 4096; // the largest sectors that disks have
const FILE_BYTES = 5 << 20;
const CONTENT = someBytes(11, FILE_BYTES);

/** A descriptor each: what went through which is seen. */
type Which = "cached" | "uncached";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stillpoint-gathered-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(which: Which, flags: "r" | "w"): { readonly descriptor: number } & Disposable {
  const descriptor = openSync(join(folder, which), flags);
  return { descriptor, [Symbol.dispose]: () => closeSync(descriptor) };
}

/** Every stretch is written in its place; those that begin where one ends are its neighbours. */
function writeAll(stretches: readonly (readonly [number, number])[]): boolean {
  using cached = open("cached", "w");
  using uncached = open("uncached", "w");
  const writer = new GatheredWriter({ descriptor: cached.descriptor, uncached: uncached.descriptor });
  for (const [from, end] of stretches) assert.ok(writer.write(CONTENT.subarray(from, end), from));
  return writer.end();
}

function check(which: Which, expected: readonly (readonly [number, number])[]): void {
  const whole = Buffer.alloc(FILE_BYTES);
  for (const [from, end] of expected) whole.set(CONTENT.subarray(from, end), from);
  const found = Buffer.alloc(FILE_BYTES);
  readFileSync(join(folder, which)).copy(found);
  assert.equal(Buffer.compare(found, whole), 0, `${which} has ${JSON.stringify(expected)}`);
}

describe("GatheredWriter", () => {
  test("writes whole blocks past the cache and the rest through it, each byte in its place", () => {
    const gap = fc.oneof(fc.constant(0), fc.nat(3 * BLOCK), fc.constant(16 * BLOCK));
    const length = fc.oneof(fc.nat(2 * BLOCK), fc.nat(200 * BLOCK), fc.constant(16 * BLOCK));
    const stretches = fc.array(fc.tuple(gap, length), { maxLength: 12 }).map((drawn) => {
      let at = 0;
      return drawn.flatMap(([skipped, bytes]) => {
        const from = at + skipped;
        at = from + bytes;
        return at <= FILE_BYTES ? [[from, at] as const] : [];
      });
    });
    fc.assert(
      fc.property(stretches, (drawn) => {
        assert.ok(writeAll(drawn));
        const merged: [number, number][] = [];
        for (const [from, end] of drawn) {
          const last = merged.at(-1);
          if (last?.[1] === from) last[1] = end;
          else merged.push([from, end]);
        }
        const whole: [number, number][] = [];
        const rest: [number, number][] = [];
        for (const [from, end] of merged) {
          const [first, last] = [Math.ceil(from / BLOCK) * BLOCK, Math.floor(end / BLOCK) * BLOCK];
          if (first < last) {
            whole.push([first, last]);
            rest.push([from, first], [last, end]);
          } else rest.push([from, end]);
        }
        check("uncached", whole);
        check("cached", rest);
      }),
      { numRuns: 60, seed: 20261123 },
    );
  });

  test("gathers more than it has memory for in several writes", () => {
    assert.ok(writeAll([[100, FILE_BYTES - 7]]));
    check("uncached", [[BLOCK, FILE_BYTES - BLOCK]]);
    check("cached", [
      [100, BLOCK],
      [FILE_BYTES - BLOCK, FILE_BYTES - 7],
    ]);
  });

  test("goes on gathering behind a write of nothing, wherever that is", () => {
    assert.ok(
      writeAll([
        [100, BLOCK + 5],
        [0, 0],
        [BLOCK + 5, 3 * BLOCK],
      ]),
    );
    check("uncached", [[BLOCK, 3 * BLOCK]]);
    check("cached", [[100, BLOCK]]);
  });

  test("writes through the cache what the system does not do past it", () => {
    writeFileSync(join(folder, "uncached"), "");
    using cached = open("cached", "w");
    using refused = open("uncached", "r");
    const writer = new GatheredWriter({ descriptor: cached.descriptor, uncached: refused.descriptor });
    assert.ok(writer.write(CONTENT, 0));
    assert.ok(writer.end());
    check("cached", [[0, FILE_BYTES]]);
  });

  test("writes through the cache where there is no other way", () => {
    using cached = open("cached", "w");
    const writer = new GatheredWriter({ descriptor: cached.descriptor });
    assert.ok(writer.write(CONTENT.subarray(5, 90_000), 5));
    check("cached", [[5, 90_000]]);
  });

  test("says when neither works", () => {
    writeFileSync(join(folder, "cached"), "");
    using refused = open("cached", "r");
    const { descriptor } = refused;
    assert.equal(new GatheredWriter({ descriptor }).write(CONTENT.subarray(0, 9), 0), false);
    const both = new GatheredWriter({ descriptor, uncached: descriptor });
    assert.ok(both.write(CONTENT.subarray(0, BLOCK), 0), "gathered only");
    assert.equal(both.end(), false);
    assert.equal(new GatheredWriter({ descriptor, uncached: descriptor }).write(CONTENT, 1), false);
  });
});

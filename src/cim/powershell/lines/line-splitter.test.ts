import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { HostBridgeError } from "../errors.ts";
import { LineSplitter } from "./line-splitter.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const lineText = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n]/g, ""));

describe("LineSplitter", () => {
  test("gives the same lines however the bytes are cut, and keeps no view of a buffer that is used again", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(lineText), cuts, fc.constantFrom("\n", "\r\n"), (lines, sizes, end) => {
        const all = bytes(lines.map((line) => line + end).join(""));
        const splitter = new LineSplitter(1_000_000);
        const seen: string[] = [];
        for (let at = 0, cut = 0; at < all.length; cut++) {
          const part = all.slice(at, at + (sizes[cut % sizes.length] as number));
          at += part.length;
          seen.push(...splitter.push(part));
          part.fill(0x58);
        }
        assert.deepEqual(seen, lines);
      }),
      { seed: 20_261_122 },
    );
  });

  test("holds back what has no end yet", () => {
    const splitter = new LineSplitter(100);
    assert.deepEqual([...splitter.push(bytes("one\ntw"))], ["one"]);
    assert.deepEqual([...splitter.push(bytes("o\n"))], ["two"]);
  });

  test("takes a line of the limit, and refuses one byte more before its end comes", () => {
    assert.deepEqual([...new LineSplitter(4).push(bytes("1234\n"))], ["1234"]);
    assert.deepEqual([...new LineSplitter(4).push(bytes("1234\n1234\n1\n"))], ["1234", "1234", "1"]);
    const splitter = new LineSplitter(4);
    assert.deepEqual([...splitter.push(bytes("123"))], []);
    assert.throws(() => [...splitter.push(bytes("45"))], { code: "host-bridge-overlong" });
  });

  test("refuses what is not UTF-8, such as UTF-16", () => {
    const utf16 = Uint8Array.of(0xff, 0xfe, 0x7b, 0x00, 0x0a);
    assert.throws(
      () => [...new LineSplitter(100).push(utf16)],
      (error) => error instanceof HostBridgeError && error.reason === "garbled",
    );
  });

  test("keeps a byte-order mark, so that it is no JSON and shows", () => {
    assert.deepEqual([...new LineSplitter(100).push(bytes("\ufeff{}\n"))], ["\ufeff{}"]);
  });
});

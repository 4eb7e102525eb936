import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bytesFromHex, hexFromBytes } from "./hex.ts";

describe("hexFromBytes()", () => {
  test("writes two lower-case digits for each byte", () => {
    assert.equal(hexFromBytes(Uint8Array.of(0, 1, 0xab, 0xff)), "0001abff");
    assert.equal(hexFromBytes(new Uint8Array(0)), "");
  });
});

describe("bytesFromHex()", () => {
  test("reads digits of any case", () => {
    assert.deepEqual(bytesFromHex("0001aBFf"), Uint8Array.of(0, 1, 0xab, 0xff));
    assert.deepEqual(bytesFromHex(""), new Uint8Array(0));
  });

  test("gives undefined for what is not hexadecimal, or is cut in the middle of a byte", () => {
    for (const text of ["0", "abc", "0g", "0x00", " 00", "00 ", "-1", "00\n0"]) {
      assert.equal(bytesFromHex(text), undefined, JSON.stringify(text));
    }
  });
});

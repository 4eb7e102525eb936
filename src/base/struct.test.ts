import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FieldTooLargeError, StructTruncatedError } from "./errors.ts";
import { guid } from "./guid.ts";
import { bytesFromHex, hexFromBytes } from "./hex.ts";
import {
  ascii,
  bytes,
  guidField,
  reserved,
  struct,
  u8,
  u16,
  u16be,
  u32,
  u32be,
  u64,
  u64be,
  u64bePattern,
  u64Pattern,
} from "./struct.ts";

const hex = (text: string): Uint8Array => bytesFromHex(text.replaceAll(" ", "")) ?? assert.fail(text);

const EVERYTHING = struct("everything", 76, {
  signature: ascii(4),
  small: u8,
  gap: reserved(3),
  little16: u16,
  big16: u16be,
  little32: u32,
  big32: u32be,
  little64: u64,
  big64: u64be,
  pattern: u64Pattern,
  bigPattern: u64bePattern,
  id: guidField,
  tail: bytes(4),
  end: reserved(4),
});

const SPELLED = hex(
  "72656769" + // signature: "regi"
    "7f" + // small
    "000000" + // gap
    "0201" + // little16: 0x0102
    "0102" + // big16
    "04030201" + // little32: 0x01020304
    "01020304" + // big32
    "0807060504030200" + // little64: 0x0002030405060708
    "0002030405060708" + // big64
    "ffffffffffffffff" + // pattern
    "fffffffffffffffe" + // bigPattern
    "3767a1ca36fa434db3b633f0aa44e76b" + // id
    "01020304" + // tail
    "00000000", // end
);

const VALUE = {
  signature: "regi",
  small: 0x7f,
  little16: 0x0102,
  big16: 0x0102,
  little32: 0x01020304,
  big32: 0x01020304,
  little64: 0x0002030405060708,
  big64: 0x0002030405060708,
  pattern: 0xffff_ffff_ffff_ffffn,
  bigPattern: 0xffff_ffff_ffff_fffen,
  id: guid("caa16737-fa36-4d43-b3b6-33f0aa44e76b"),
  tail: Uint8Array.of(1, 2, 3, 4),
};

describe("struct()", () => {
  test("throws when the fields do not add up to the specification's size", () => {
    assert.throws(() => struct("wrong", 5, { only: u32 }), /wrong: the fields take 4 bytes, not 5/);
  });

  test("reads every kind of field, and leaves out what is reserved", () => {
    assert.deepEqual(EVERYTHING.decode(SPELLED), VALUE);
  });

  test("writes every kind of field, and zeros where it is reserved", () => {
    assert.equal(hexFromBytes(EVERYTHING.encode(VALUE)), hexFromBytes(SPELLED));
  });

  test("reads at an offset, also from the middle of a larger buffer", () => {
    const larger = new Uint8Array(200).fill(0xee);
    larger.set(SPELLED, 50);
    assert.deepEqual(EVERYTHING.decode(larger, 50), VALUE);
    assert.deepEqual(EVERYTHING.decode(larger.subarray(30, 126), 20), VALUE);
  });

  test("skips what is reserved without looking at it", () => {
    const dirty = SPELLED.slice();
    dirty.fill(0xff, EVERYTHING.offsetOf("gap"), EVERYTHING.offsetOf("little16"));
    assert.deepEqual(EVERYTHING.decode(dirty), VALUE);
  });

  test("knows where each field lies", () => {
    assert.deepEqual(
      (["signature", "small", "gap", "little16", "id", "end"] as const).map((name) =>
        EVERYTHING.offsetOf(name),
      ),
      [0, 4, 5, 8, 52, 72],
    );
  });

  test("refuses a structure that is cut off, and an offset before the start", () => {
    assert.throws(() => EVERYTHING.decode(SPELLED.subarray(1)), StructTruncatedError);
    assert.throws(() => EVERYTHING.decode(SPELLED, 1), StructTruncatedError);
    assert.throws(() => EVERYTHING.decode(SPELLED, -1), StructTruncatedError);
    assert.throws(
      () => EVERYTHING.decode(new Uint8Array(0)),
      /Cannot read everything: 0 of 76 bytes are there/,
    );
  });

  test("gives byte fields as copies", () => {
    const source = SPELLED.slice();
    const { tail } = EVERYTHING.decode(source);
    source.fill(0);
    assert.deepEqual(tail, Uint8Array.of(1, 2, 3, 4));
  });
});

describe("u64", () => {
  const ONE = struct("one", 8, { little: u64 });
  const BIG = struct("big", 8, { big: u64be });

  test("takes everything that a number holds exactly", () => {
    assert.deepEqual(ONE.decode(hex("ffffffffffff1f00")), { little: Number.MAX_SAFE_INTEGER });
    assert.equal(hexFromBytes(ONE.encode({ little: Number.MAX_SAFE_INTEGER })), "ffffffffffff1f00");
  });

  test("refuses more than 2^53 - 1", () => {
    assert.throws(() => ONE.decode(hex("0000000000002000")), FieldTooLargeError);
    assert.throws(() => BIG.decode(hex("ffffffffffffffff")), FieldTooLargeError);
  });
});

describe("ascii() and bytes()", () => {
  const TEXT = struct("text", 6, { text: ascii(6) });
  const RAW = struct("raw", 4, { raw: bytes(4) });

  test("keep NULs when read, and pad with them when written", () => {
    assert.equal(TEXT.decode(hex("61 62 00 00 63 00")).text, "ab\0\0c\0");
    assert.equal(hexFromBytes(TEXT.encode({ text: "ab" })), "616200000000");
    assert.equal(hexFromBytes(RAW.encode({ raw: Uint8Array.of(1) })), "01000000");
  });

  test("cut what is longer", () => {
    assert.equal(hexFromBytes(TEXT.encode({ text: "abcdefgh" })), "616263646566");
    assert.equal(hexFromBytes(RAW.encode({ raw: Uint8Array.of(1, 2, 3, 4, 5) })), "01020304");
  });
});

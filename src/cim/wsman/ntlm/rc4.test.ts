import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesFromHex, hexFromBytes } from "../../../base/index.ts";
import { Rc4 } from "./rc4.ts";

const hex = (text: string): Uint8Array => bytesFromHex(text) as Uint8Array;

test("`Rc4` gives the key streams of RFC 6229", () => {
  const streams: readonly (readonly [key: string, first: string, at240: string])[] = [
    ["0102030405", "b2396305f03dc027ccc3524a0a1118a8", "28cb1132c96ce286421dcaadb8b69eae"],
    [
      "0102030405060708090a0b0c0d0e0f10",
      "9ac7cc9a609d1ef7b2932899cde41b97",
      "065902e4b620f6cc36c8589f66432f2b",
    ],
  ];
  for (const [key, first, at240] of streams) {
    const stream = hexFromBytes(new Rc4(hex(key)).apply(new Uint8Array(256)));
    assert.equal(stream.slice(0, 32), first);
    assert.equal(stream.slice(480, 512), at240);
  }
});

test("`Rc4` goes on where the last call ended", () => {
  const whole = new Rc4(hex("0102030405")).apply(new Uint8Array(40));
  const parts = new Rc4(hex("0102030405"));
  const joined = [3, 17, 20].flatMap((length) => [...parts.apply(new Uint8Array(length))]);
  assert.deepEqual(Uint8Array.from(joined), whole);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "../base/testing/index.ts";
import { ArrivingBytes, arrivedFrom } from "./arriving-bytes.ts";

const SEED = 11;

describe(`ArrivingBytes (seed ${SEED})`, () => {
  test("gives the bytes as they came, whatever was announced and however they were cut", () => {
    const random = new SeededEntropy(SEED);
    const whole = random.bytes(1_000);
    for (const announced of [undefined, 0, 1, 999, 1_000, 1_001, 5_000]) {
      for (let round = 0; round < 20; round++) {
        const arriving = new ArrivingBytes(announced, 4_000);
        for (let at = 0; at < whole.length; ) {
          const length = Math.min(whole.length - at, random.below(400));
          arriving.add(whole.subarray(at, at + length));
          at += length;
        }
        assert.deepEqual(arriving.bytes(), whole, `announced ${announced}`);
      }
    }
  });

  test("holds what was announced once, and is not made to hold more than a store may send", () => {
    const arriving = new ArrivingBytes(8, 8);
    arriving.add(Uint8Array.of(1, 2, 3, 4));
    arriving.add(Uint8Array.of(5, 6, 7, 8));
    assert.equal(arriving.bytes().buffer.byteLength, 8);
    assert.equal(arriving.bytes().buffer, arriving.bytes().buffer);
    const boasted = new ArrivingBytes(2 ** 50, 8);
    boasted.add(Uint8Array.of(1));
    assert.deepEqual(boasted.bytes(), Uint8Array.of(1));
  });

  test("`arrivedFrom()` takes a stream to its end", async () => {
    async function* stream(): AsyncIterable<Uint8Array | string> {
      yield await Promise.resolve("ab");
      yield Buffer.from("c");
    }
    assert.equal(Buffer.from(await arrivedFrom(stream(), 3, 10)).toString(), "abc");
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { DATA_SEGMENTS, parityOf, restoreSegments } from "./reed-solomon.ts";

const SEED = 51;
const SEGMENT = 24;

/** As a textbook multiplies: polynomials over GF(2), bit by bit, and the remainder by x^8 + x^4 + x^3 + x^2 + 1. */
function product(a: number, b: number): number {
  let long = 0;
  for (let bit = 0; bit < 8; bit++) if ((b >> bit) & 1) long ^= a << bit;
  for (let bit = 15; bit >= 8; bit--) if ((long >> bit) & 1) long ^= 0b1_0001_1101 << (bit - 8);
  return long;
}

/** The code's matrix times a column of the stripe, byte by byte. */
function slowParity(stripe: Uint8Array, segmentBytes: number): Uint8Array {
  const parity = new Uint8Array(2 * segmentBytes);
  for (let k = 0; k < segmentBytes; k++) {
    let weight = 1;
    for (let i = 0; i < 64; i++) {
      const byte = stripe[i * segmentBytes + k] as number;
      parity[k] = (parity[k] as number) ^ byte;
      parity[segmentBytes + k] = (parity[segmentBytes + k] as number) ^ product(weight, byte);
      weight = product(weight, 2);
    }
  }
  return parity;
}

function stripeAndParity(): {
  readonly stripe: Uint8Array;
  readonly parity: readonly [Uint8Array, Uint8Array];
} {
  const stripe = new SeededEntropy(SEED).bytes(DATA_SEGMENTS * SEGMENT);
  const both = slowParity(stripe, SEGMENT);
  return { stripe, parity: [both.subarray(0, SEGMENT), both.subarray(SEGMENT)] };
}

test("`parityOf()` is what the matrix times the stripe is", () => {
  for (const segmentBytes of [4, 8, SEGMENT, 1000]) {
    const stripe = new SeededEntropy(segmentBytes).bytes(DATA_SEGMENTS * segmentBytes);
    assert.deepEqual(parityOf(stripe), slowParity(stripe, segmentBytes));
  }
});

test("a byte of 1 in segment i stands in the second parity as x to the i: 1, 2, 4, … 0x80, 0x1d, 0x3a", () => {
  const weights = [0, 1, 2, 7, 8, 9].map((i) => {
    const stripe = new Uint8Array(DATA_SEGMENTS * 8);
    stripe[8 * i + 3] = 1;
    const parity = parityOf(stripe);
    assert.equal(parity[3], 1);
    return parity[8 + 3];
  });
  assert.deepEqual(weights, [1, 2, 4, 0x80, 0x1d, 0x3a]);
});

test("`restoreSegments()` brings back every pair of segments, each of them alone, and does so from either parity", () => {
  const { stripe, parity } = stripeAndParity();
  for (let x = 0; x < DATA_SEGMENTS; x++) {
    for (const from of [parity, [parity[0], undefined], [undefined, parity[1]]] as const) {
      const damaged = stripe.slice().fill(0xee, x * SEGMENT, (x + 1) * SEGMENT);
      assert.ok(restoreSegments(damaged, [x], from));
      assert.deepEqual(damaged, stripe);
    }
    for (let y = x + 1; y < DATA_SEGMENTS; y++) {
      const damaged = stripe.slice().fill(0xee, x * SEGMENT, (x + 1) * SEGMENT);
      damaged.fill(0xdd, y * SEGMENT, (y + 1) * SEGMENT);
      assert.ok(restoreSegments(damaged, [x, y], parity));
      assert.equal(Buffer.compare(damaged, stripe), 0, `${x} and ${y}`);
    }
  }
});

test("`restoreSegments()` says that three are too many, and two with one parity, and one with none", () => {
  const { stripe, parity } = stripeAndParity();
  assert.equal(restoreSegments(stripe.slice(), [1, 2, 3], parity), false);
  assert.equal(restoreSegments(stripe.slice(), [1, 2], [parity[0], undefined]), false);
  assert.equal(restoreSegments(stripe.slice(), [1, 2], [undefined, parity[1]]), false);
  assert.equal(restoreSegments(stripe.slice(), [1], [undefined, undefined]), false);
  assert.equal(restoreSegments(stripe.slice(), [], [undefined, undefined]), true);
});

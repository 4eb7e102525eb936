import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { mendPack } from "./mend-pack.ts";
import { DATA_SEGMENTS } from "./reed-solomon.ts";
import {
  decodeSidecar,
  encodeSidecar,
  isWhole,
  LONGEST_MENDED,
  segmentBytesOf,
  sidecarBytesOf,
  stripeOf,
} from "./sidecar.ts";

const SEED = 52;
const HEAD_BYTES = 56 + 66 * 16 + 32; // docs/vault-format.md 6.1
const entropy = new SeededEntropy(SEED);

interface Scene {
  readonly pack: Uint8Array;
  readonly digest: Uint8Array;
  readonly sidecar: Uint8Array;
}

function scene(packBytes: number): Scene {
  const pack = entropy.bytes(packBytes);
  const digest = createHash("sha256").update(pack).digest();
  return { pack, digest, sidecar: encodeSidecar(stripeOf([pack], packBytes), { digest, packBytes }) };
}

/** One bit of each of these segments is another. */
function hit(pack: Uint8Array, segments: readonly number[]): Uint8Array {
  const damaged = pack.slice();
  const segmentBytes = segmentBytesOf(pack.length);
  for (const segment of segments) {
    const start = segment * segmentBytes;
    const at = start + ((entropy.bytes(1)[0] as number) % Math.min(segmentBytes, pack.length - start));
    damaged[at] = (damaged[at] as number) ^ 16;
  }
  return damaged;
}

test("a sidecar is its head and two segments: a thirty-second of a pack, and 1,144 bytes", () => {
  assert.equal(sidecarBytesOf(16 * 1024 * 1024), HEAD_BYTES + (2 * 16 * 1024 * 1024) / 64);
  assert.equal(sidecarBytesOf(1), HEAD_BYTES + 2 * 8);
  const { sidecar } = scene(100_001);
  assert.equal(sidecar.length, HEAD_BYTES + 2 * 1568);
});

test("`mendPack()` gives back the exact bytes, whichever two segments were hit", () => {
  const { pack, digest, sidecar } = scene(40_000);
  const pairs = [
    [0, 1],
    [62, 63],
    [0, 63],
  ];
  for (let i = 0; i < 60; i++) pairs.push([...entropy.bytes(2)].map((byte) => byte % (DATA_SEGMENTS - 1)));
  for (const pair of pairs) {
    const mended = mendPack(hit(pack, pair), { digest, sidecar });
    assert.ok(mended !== undefined && Buffer.compare(mended, pack) === 0, `segments ${pair.join(" and ")}`);
  }
});

test("`mendPack()` gives nothing when three segments were hit, or two and a parity segment", () => {
  const { pack, digest, sidecar } = scene(40_000);
  assert.equal(mendPack(hit(pack, [3, 30, 60]), { digest, sidecar }), undefined);
  const half = sidecar.slice();
  half[half.length - 5] = (half.at(-5) as number) ^ 1;
  assert.equal(mendPack(hit(pack, [3, 30]), { digest, sidecar: half }), undefined);
  const one = mendPack(hit(pack, [30]), { digest, sidecar: half });
  assert.ok(
    one !== undefined && Buffer.compare(one, pack) === 0,
    "one is mended by the other parity segment",
  );
});

test("`mendPack()` mends packs that lost their end, or have something behind it", () => {
  const { pack, digest, sidecar } = scene(64_000);
  for (const damaged of [
    pack.subarray(0, pack.length - 1),
    pack.subarray(0, pack.length - 1900),
    Buffer.concat([pack, entropy.bytes(500)]),
  ]) {
    const mended = mendPack(damaged, { digest, sidecar });
    assert.ok(mended !== undefined && Buffer.compare(mended, pack) === 0, `${damaged.length} bytes`);
  }
  assert.equal(mendPack(pack.subarray(0, pack.length - 2100), { digest, sidecar }), undefined);
});

test("packs of all lengths from a byte on have a sidecar that mends them", () => {
  for (const packBytes of [1, 7, 63, 64, 65, 511, 512, 513, 4097]) {
    const { pack, digest, sidecar } = scene(packBytes);
    const mended = mendPack(hit(pack, [0]), { digest, sidecar });
    assert.ok(mended !== undefined && Buffer.compare(mended, pack) === 0, `${packBytes} bytes`);
  }
});

test("`decodeSidecar()` takes no bit of the head that is another, no other pack's sidecar, and knows a short one", () => {
  const { sidecar, digest } = scene(5000);
  const whole = decodeSidecar(sidecar, digest);
  assert.ok(whole !== undefined && isWhole(whole));
  for (let bit = 0; bit < 8 * HEAD_BYTES; bit++) {
    const turned = sidecar.slice();
    turned[bit >>> 3] = (turned[bit >>> 3] as number) ^ (1 << (bit & 7));
    assert.equal(decodeSidecar(turned, digest), undefined, `bit ${bit}`);
  }
  assert.equal(decodeSidecar(sidecar, scene(5000).digest), undefined);
  assert.equal(decodeSidecar(sidecar.subarray(0, 100), digest), undefined);
  const short = decodeSidecar(sidecar.subarray(0, sidecar.length - 1), digest);
  assert.ok(short !== undefined && !isWhole(short));
});

test("a sidecar that lies makes nothing good: what comes out has the pack's hash, or nothing does", () => {
  const { pack, digest } = scene(5000);
  const other = entropy.bytes(5000);
  const lie = encodeSidecar(stripeOf([other], 5000), { digest, packBytes: 5000 });
  assert.equal(mendPack(hit(pack, [2]), { digest, sidecar: lie }), undefined);
  assert.equal(mendPack(other, { digest, sidecar: lie }), undefined);
});

test("`decodeSidecar()` takes no head that another form wrote, with reserved bytes, or for a pack that no memory holds, also when its hash is right", () => {
  const { sidecar, digest } = scene(5000);
  const forged = (at: number, value: number): Uint8Array => {
    const bytes = sidecar.slice();
    new DataView(bytes.buffer).setUint32(at, value, true);
    const signed = bytes.subarray(0, HEAD_BYTES - 32);
    bytes.set(createHash("sha256").update(signed).digest(), signed.length);
    return bytes;
  };
  const versionAt = 8; // with dataSegments and paritySegments behind it
  assert.ok(decodeSidecar(forged(versionAt, 0x02_40_0001), digest) !== undefined, "as it was");
  for (const value of [0x02_40_0002, 0x02_3f_0001, 0x03_40_0001, 0]) {
    assert.equal(decodeSidecar(forged(versionAt, value), digest), undefined);
  }
  assert.equal(decodeSidecar(forged(12, 1), digest), undefined, "reserved");
  for (const segmentBytes of [0, 8, 0xffff_fff8]) {
    assert.equal(decodeSidecar(forged(52, segmentBytes), digest), undefined, "another segmentBytes");
  }
  const long = scene(8);
  const head = new DataView(long.sidecar.buffer);
  head.setUint32(48, LONGEST_MENDED + 1, true);
  head.setUint32(52, segmentBytesOf(LONGEST_MENDED + 1), true);
  const signed = long.sidecar.subarray(0, HEAD_BYTES - 32);
  long.sidecar.set(createHash("sha256").update(signed).digest(), signed.length);
  assert.equal(decodeSidecar(long.sidecar, long.digest), undefined);
});

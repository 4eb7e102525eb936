import assert from "node:assert/strict";
import { test } from "node:test";
import { needs, readSample } from "../../../test/testing/oracles.ts";
import { hasGoodChecksum, sealChecksum, structureChecksum } from "./checksum.ts";

test("`hasGoodChecksum()` agrees with Windows' own header", needs("samples"), () => {
  const header = readSample("hyperv-dynamic.vhdx.gz").slice(0x10000, 0x11000);
  assert.equal(hasGoodChecksum(header), true);
  header[4095] = 1;
  assert.equal(hasGoodChecksum(header), false);
});

test("`structureChecksum()` is the CRC-32C of the structure with a zero field", () => {
  // 32 zero bytes have the CRC-32C 0x8A9136AA (RFC 3720 B.4), whatever the field holds
  const bytes = new Uint8Array(32);
  bytes.set([1, 2, 3, 4], 4);
  assert.equal(structureChecksum(bytes), 0x8a9136aa);
});

test("`sealChecksum()` enters it behind the signature, little-endian", () => {
  const bytes = new Uint8Array(32);
  sealChecksum(bytes);
  assert.deepEqual([...bytes.subarray(0, 9)], [0, 0, 0, 0, 0xaa, 0x36, 0x91, 0x8a, 0]);
});

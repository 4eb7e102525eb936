import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { crc32 as zlibCrc32 } from "node:zlib";
import { crc32, crc32c } from "./crc32.ts";
import { bytesFromHex } from "./hex.ts";
import { SeededEntropy } from "./testing/index.ts";

const CHECK = new TextEncoder().encode("123456789");

describe("crc32()", () => {
  test("has the published check value", () => {
    assert.equal(crc32(CHECK), 0xcbf43926);
    assert.equal(crc32(new Uint8Array(0)), 0);
  });

  test("agrees with zlib on every length and alignment", () => {
    const bytes = new SeededEntropy(1).bytes(70);
    for (let start = 0; start < 5; start++) {
      for (let end = start; end <= bytes.length; end++) {
        const part = bytes.subarray(start, end);
        assert.equal(crc32(part), zlibCrc32(part), `${start} to ${end}`);
      }
    }
  });

  test("goes on behind a former result", () => {
    const bytes = new SeededEntropy(2).bytes(1000);
    for (const cut of [0, 1, 3, 500, 1000]) {
      assert.equal(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut))), zlibCrc32(bytes), `${cut}`);
    }
  });
});

describe("crc32c()", () => {
  test("has the published check value", () => {
    assert.equal(crc32c(CHECK), 0xe3069283);
  });

  test("has the values of RFC 3720, appendix B.4", () => {
    const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
    assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
    assert.equal(crc32c(ascending), 0x46dd794e);
    assert.equal(crc32c(ascending.toReversed()), 0x113fdb5c);
    // an iSCSI SCSI Read (10) command
    const command = bytesFromHex(
      "01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000",
    );
    assert.equal(crc32c(command ?? new Uint8Array(0)), 0xd9963a56);
  });

  test("goes on behind a former result", () => {
    assert.equal(crc32c(CHECK.subarray(4), crc32c(CHECK.subarray(0, 4))), 0xe3069283);
  });
});

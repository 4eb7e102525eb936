import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemEntropy } from "./entropy.ts";

describe("systemEntropy", () => {
  test("gives as many bytes as were asked for, also more than one draw of the system", () => {
    for (const length of [0, 1, 16, 65_536, 65_537, 200_000]) {
      assert.equal(systemEntropy.bytes(length).length, length);
    }
  });

  test("fills all of a long draw", () => {
    const bytes = systemEntropy.bytes(200_000);
    for (let at = 0; at < bytes.length; at += 1000) {
      // a thousand zeros by chance: once in 256^1000
      assert.ok(
        bytes.subarray(at, at + 1000).some((byte) => byte !== 0),
        `nothing at ${at}`,
      );
    }
  });

  test("does not repeat itself, and gives bytes that are the caller's own", () => {
    const one = systemEntropy.bytes(32);
    assert.notDeepEqual(one, systemEntropy.bytes(32));
    one.fill(0);
    assert.notDeepEqual(systemEntropy.bytes(32), one);
  });
});

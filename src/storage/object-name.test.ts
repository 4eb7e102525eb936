import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertObjectName, assertObjectPrefix, isObjectName } from "./object-name.ts";

describe("isObjectName()", () => {
  test("takes what the port promises", () => {
    for (const name of [
      "config",
      "packs/0a/0a1b2c",
      "a-b_c.d/e",
      "0",
      "_",
      "n".repeat(200),
      "console",
      "com10",
    ]) {
      assert.equal(isObjectName(name), true, name);
    }
  });

  test("refuses what leads out of the store, hides, or changes on some system", () => {
    const wrong = [
      "",
      "/a",
      "a/",
      "a//b",
      ".",
      "..",
      "a/../b",
      ".a",
      "a/.b",
      "a.",
      "a./b",
      "A",
      "ä",
      "a b",
      "a\\b",
    ];
    for (const name of [...wrong, "a:b", "a\0b", "n".repeat(201)]) {
      assert.equal(isObjectName(name), false, JSON.stringify(name));
    }
  });

  test("refuses Windows' device names, with and without an extension", () => {
    for (const name of ["nul", "con.txt", "packs/aux", "lpt1/x", "com1.tar.gz"]) {
      assert.equal(isObjectName(name), false, name);
    }
  });
});

test("`assertObjectName()` calls a wrong name a programming mistake", () => {
  assert.doesNotThrow(() => assertObjectName("a/b"));
  assert.throws(() => assertObjectName("a//b"), TypeError);
});

test("`assertObjectPrefix()` takes each beginning of a name, and nothing else", () => {
  const name = "packs/0a/x.y";
  for (let length = 0; length <= name.length; length++) {
    assert.doesNotThrow(() => assertObjectPrefix(name.slice(0, length)), name.slice(0, length));
  }
  for (const prefix of ["/", "//", ".", "a/.", "A"])
    assert.throws(() => assertObjectPrefix(prefix), TypeError);
});

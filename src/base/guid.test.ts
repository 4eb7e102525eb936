import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, guidFromBytes, guidFromName, guidToBytes, newGuid, parseGuid, ZERO_GUID } from "./guid.ts";
import { bytesFromHex, hexFromBytes } from "./hex.ts";
import { SeededEntropy } from "./testing/index.ts";

describe("parseGuid()", () => {
  test("takes any case, with and without braces", () => {
    const canonical = "caa16737-fa36-4d43-b3b6-33f0aa44e76b";
    for (const text of [
      canonical,
      canonical.toUpperCase(),
      `{${canonical}}`,
      `{${canonical.toUpperCase()}}`,
    ]) {
      assert.equal(parseGuid(text), canonical, text);
    }
  });

  test("gives undefined for everything else", () => {
    const wrong = [
      "",
      "{}",
      "caa16737fa364d43b3b633f0aa44e76b",
      "caa16737-fa36-4d43-b3b6-33f0aa44e76",
      "caa16737-fa36-4d43-b3b6-33f0aa44e76bb",
      "gaa16737-fa36-4d43-b3b6-33f0aa44e76b",
      " caa16737-fa36-4d43-b3b6-33f0aa44e76b",
      "caa16737-fa36-4d43-b3b6-33f0aa44e76b\n",
    ];
    for (const text of wrong) assert.equal(parseGuid(text), undefined, JSON.stringify(text));
  });
});

test("`guid()` calls a malformed literal a programming mistake", () => {
  assert.equal(guid("{00000000-0000-0000-0000-000000000000}"), ZERO_GUID);
  assert.throws(() => guid("nonsense"), TypeError);
});

describe("guidFromBytes()", () => {
  // [MS-VHDX] 2.6.2: the File Parameters item's id, in the packet form of [MS-DTYP] 2.3.4.2
  const packet = bytesFromHex("3767a1ca36fa434db3b633f0aa44e76b") ?? new Uint8Array(0);

  test("reads Windows' mixed form", () => {
    assert.equal(guidFromBytes(packet), "caa16737-fa36-4d43-b3b6-33f0aa44e76b");
  });

  test("reads at an offset", () => {
    const shifted = new Uint8Array(20);
    shifted.set(packet, 3);
    assert.equal(guidFromBytes(shifted, 3), "caa16737-fa36-4d43-b3b6-33f0aa44e76b");
  });

  test("is undone by `guidToBytes()`", () => {
    assert.deepEqual(guidToBytes(guid("CAA16737-FA36-4D43-B3B6-33F0AA44E76B")), packet);
    const random = new SeededEntropy(3);
    for (let round = 0; round < 50; round++) {
      const bytes = random.bytes(16);
      assert.deepEqual(guidToBytes(guidFromBytes(bytes)), bytes);
    }
  });
});

describe("newGuid()", () => {
  test("makes RFC 9562's version 4 of its random bytes, and leaves those alone", () => {
    // RFC 9562, appendix A.3
    const random = bytesFromHex("919108f752d133205bacf847db4148a8") ?? new Uint8Array(0);
    assert.equal(newGuid({ bytes: () => random }), "919108f7-52d1-4320-9bac-f847db4148a8");
    assert.equal(hexFromBytes(random), "919108f752d133205bacf847db4148a8");
  });
});

describe("guidFromName()", () => {
  test("makes RFC 9562's version 5", async () => {
    // RFC 9562, appendix A.4: the name space for DNS
    const dns = guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    assert.equal(await guidFromName(dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  });

  test("takes names outside ASCII as UTF-8, and tells them apart", async () => {
    const one = await guidFromName(ZERO_GUID, "Büro");
    assert.notEqual(one, await guidFromName(ZERO_GUID, "Buro"));
    assert.equal(one, await guidFromName(ZERO_GUID, "B\u00fcro"));
    assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

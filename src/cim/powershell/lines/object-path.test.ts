import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { CimAnswerError, type CimReference } from "../../index.ts";
import { objectPathOf, parseObjectPath } from "./object-path.ts";

const V2 = "root\\virtualization\\v2";
const name = fc.stringMatching(/^[A-Za-z_]\w{0,11}$/).filter((text) => text !== "__proto__");
const key = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom('"', "\\", ",", "=", ".", "\ud800", "ä") }),
  fc.maxSafeInteger(),
  fc.boolean(),
);

describe("object paths", () => {
  test("`parseObjectPath()` reads what WMI writes", () => {
    const path = String.raw`\\HV01\root\virtualization\v2:Msvm_X.Id="Microsoft:A\\0\\\"b\"",Number=5,On=TRUE`;
    assert.deepEqual(parseObjectPath(path), {
      kind: "reference",
      namespace: V2,
      className: "Msvm_X",
      keys: { Id: 'Microsoft:A\\0\\"b"', Number: 5, On: true },
    });
  });

  test("`parseObjectPath()` reads a singleton and a 64-bit key", () => {
    assert.deepEqual(parseObjectPath(String.raw`\\.\root\cimv2:Win32_One=@`).keys, {});
    const { keys } = parseObjectPath(String.raw`\\.\root\cimv2:C.Big=18446744073709551615`);
    assert.deepEqual(keys, { Big: "18446744073709551615" });
  });

  test("`parseObjectPath()` refuses what names no instance", () => {
    const paths = ["", "Class.Key=1", String.raw`\\HV01\root\cimv2:Class`, String.raw`\\H\root:C.A="x`];
    for (const path of [...paths, String.raw`\\H\root:C.A="x"y,B=1`]) {
      assert.throws(() => parseObjectPath(path), CimAnswerError, path);
    }
  });

  test("`objectPathOf()` names the computer, and what it writes reads back as the same", () => {
    fc.assert(
      fc.property(name, fc.dictionary(name, key), (className, dictionary) => {
        const keys = { ...dictionary };
        const reference: CimReference = { kind: "reference", namespace: V2, className, keys };
        const path = objectPathOf(reference, "HV01");
        assert.ok(path.startsWith(`\\\\HV01\\${V2}:${className}`), path);
        assert.deepEqual(parseObjectPath(path), reference);
      }),
      { seed: 20_261_122 },
    );
  });
});

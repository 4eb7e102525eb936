import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { CimReference, CimValue } from "../../index.ts";
import { encodeArguments, encodeRequest } from "./request.ts";

const machine: CimReference = {
  kind: "reference",
  namespace: "root\\virtualization\\v2",
  className: "Msvm_ComputerSystem",
  keys: { Name: "A" },
};
const PATH = String.raw`\\HV01\root\virtualization\v2:Msvm_ComputerSystem.Name="A"`;

describe("encodeRequest()", () => {
  test("writes one line of ASCII that says the same, for every text that JavaScript has", () => {
    const anyText = fc
      .array(fc.integer({ min: 0, max: 0xffff }))
      .map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.nat(), anyText, (id, echo) => {
        const line = encodeRequest(id, { operation: "hello", echo });
        assert.match(line, /^[\x20-\x7e]+\n$/);
        assert.deepEqual(JSON.parse(line), { id, operation: "hello", echo });
      }),
      { seed: 20_261_122 },
    );
  });

  test("escapes each UTF-16 unit for itself, also half of a pair", () => {
    const line = encodeRequest(1, { operation: "hello", echo: "ä😀\ud800\u2028" });
    assert.equal(line, '{"id":1,"operation":"hello","echo":"\\u00e4\\ud83d\\ude00\\ud800\\u2028"}\n');
  });
});

describe("encodeArguments()", () => {
  test("sends every scalar as text, whose type the class knows", () => {
    const instant = Temporal.Instant.from("2026-05-01T12:00:00.123456Z");
    const cases: readonly (readonly [CimValue, string])[] = [
      [0, "0"],
      [-2_147_483_648, "-2147483648"],
      [18_446_744_073_709_551_615n, "18446744073709551615"],
      [1.5, "1.5"],
      [true, "true"],
      ["<ä>", "<ä>"],
      [{ kind: "moment", instant }, "20260501120000.123456+000"],
      [machine, PATH],
    ];
    for (const [value, text] of cases) {
      assert.deepEqual(encodeArguments({ P: value }, "HV01"), [{ name: "P", value: { kind: "text", text } }]);
    }
  });

  test("tells nothing, an empty list, and lists of references and instances", () => {
    const made = { kind: "instance", className: "S", properties: { Level: 1, Parent: machine } } as const;
    const changed = { ...made, reference: machine, properties: { Name: null } };
    assert.deepEqual(encodeArguments({ A: null, B: [], C: [machine, made], D: changed }, "HV01"), [
      { name: "A", value: { kind: "nothing" } },
      { name: "B", value: { kind: "list", items: [] } },
      {
        name: "C",
        value: {
          kind: "list",
          items: [
            { kind: "text", text: PATH },
            {
              kind: "instance",
              class: "S",
              path: "",
              properties: [
                { name: "Level", value: { kind: "text", text: "1" } },
                { name: "Parent", value: { kind: "text", text: PATH } },
              ],
            },
          ],
        },
      },
      {
        name: "D",
        value: {
          kind: "instance",
          class: "S",
          path: PATH,
          properties: [{ name: "Name", value: { kind: "nothing" } }],
        },
      },
    ]);
  });

  test("refuses arrays that hold nothing or arrays: CIM has none", () => {
    for (const value of [[null], [[1]]]) {
      assert.throws(() => encodeArguments({ P: value }, "HV01"), { code: "host-argument-unusable" });
    }
  });
});

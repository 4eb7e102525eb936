import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseMof, schemaOf } from "./parse-mof.ts";

const TEXT = `
// as in DSP0004 7.5
class A {
  [Key] string Id;
  uint16 Numbers[];
  [Since(server2016)] boolean New;
  [Key] CIM_ComputerSystem REF Antecedent;
  [EmbeddedInstance("B")] string Items[];
  [Since(server2016)] uint32 Late([In] string X);
  uint32 Do([In] CIM_A REF On, [In, EmbeddedInstance("B")] string What[], [In, Out] uint64 N, [Out] CIM_ConcreteJob REF Jobs[]);
  uint32 Nothing();
};
[Since(server2019)] class B {
  datetime When;
};
`;

describe("parseMof()", () => {
  const [a, b] = parseMof(TEXT);
  assert.ok(a);
  assert.ok(b);

  test("reads properties, keys, arrays, references and embedded instances", () => {
    const items = [...(schemaOf(a, 14_393)?.properties.values() ?? [])];
    assert.deepEqual(
      items.map(({ name, type, isArray, isEmbedded, isKey }) => [name, type, isArray, isEmbedded, isKey]),
      [
        ["Id", "string", false, false, true],
        ["Numbers", "uint16", true, false, false],
        ["New", "boolean", false, false, false],
        ["Antecedent", "reference", false, false, true],
        ["Items", "string", true, true, false],
      ],
    );
  });

  test("reads methods with their parameters' directions", () => {
    const parameters = a.methods.find(({ name }) => name === "Do")?.parameters ?? [];
    assert.deepEqual(
      parameters.map(({ name, type, isArray, isEmbedded, direction }) => [
        name,
        type,
        isArray,
        isEmbedded,
        direction,
      ]),
      [
        ["On", "reference", false, false, "in"],
        ["What", "string", true, true, "in"],
        ["N", "uint64", false, false, "out"],
        ["Jobs", "reference", true, false, "out"],
      ],
    );
    assert.deepEqual(
      a.methods.map(({ name }) => name),
      ["Late", "Do", "Nothing"],
    );
  });

  test("leaves out what a release does not have yet", () => {
    const older = schemaOf(a, 9_999);
    assert.equal(older?.properties.has("new"), false);
    assert.deepEqual([...(older?.methods.keys() ?? [])], ["do", "nothing"]);
    assert.equal(schemaOf(b, 14_393), undefined);
    assert.equal(schemaOf(b, 17_763)?.className, "B");
  });

  test("refuses what it cannot read", () => {
    for (const text of [
      "class A { string; };",
      "class A { string B",
      "[Since(never)] class A { string B; };",
    ])
      assert.throws(() => parseMof(text), TypeError);
  });
});

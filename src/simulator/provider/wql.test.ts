import assert from "node:assert/strict";
import { test } from "node:test";
import { CimFault } from "../../cim/index.ts";
import { objectPath, objectPathReference } from "./object-path.ts";
import { meets, parseWql } from "./wql.ts";

const V2 = "root\\virtualization\\v2";

test("`parseWql()` reads classes, properties and conditions joined by AND", () => {
  assert.deepEqual(parseWql("SELECT * FROM Msvm_ComputerSystem", V2), {
    kind: "select",
    properties: [],
    className: "Msvm_ComputerSystem",
    anyOf: [],
  });
  assert.deepEqual(
    parseWql(
      `select Name, ElementName from Msvm_ComputerSystem where Name = 'O\\'Hara' AND EnabledState<>3 and A IS NOT NULL`,
      V2,
    ),
    {
      kind: "select",
      properties: ["Name", "ElementName"],
      className: "Msvm_ComputerSystem",
      anyOf: [
        [
          { property: "Name", operator: "=", value: "O'Hara" },
          { property: "EnabledState", operator: "<>", value: 3 },
          { property: "A", operator: "is not", value: null },
        ],
      ],
    },
  );
});

test("`parseWql()` takes AND before OR", () => {
  const query = parseWql("SELECT * FROM X WHERE A LIKE 'a%' OR B = 2 AND C = 3", V2);
  assert.deepEqual(query.kind === "select" && query.anyOf, [
    [{ property: "A", operator: "like", value: "a%" }],
    [
      { property: "B", operator: "=", value: 2 },
      { property: "C", operator: "=", value: 3 },
    ],
  ]);
});

test("`parseWql()` undoes doubled backslashes, as WQL literals have them", () => {
  const query = parseWql(String.raw`SELECT * FROM X WHERE InstanceID = "Microsoft:1\\2\\D"`, V2);
  assert.equal(query.kind === "select" && query.anyOf[0]?.[0]?.value, String.raw`Microsoft:1\2\D`);
});

test("`parseWql()` reads ASSOCIATORS OF with both kinds of filter", () => {
  const text = `ASSOCIATORS OF {Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="A-B"} WHERE AssocClass = Msvm_SettingsDefineState ResultClass = Msvm_VirtualSystemSettingData`;
  assert.deepEqual(parseWql(text, V2), {
    kind: "associators",
    of: {
      kind: "reference",
      namespace: V2,
      className: "Msvm_ComputerSystem",
      keys: { CreationClassName: "Msvm_ComputerSystem", Name: "A-B" },
    },
    associationClass: "Msvm_SettingsDefineState",
    resultClass: "Msvm_VirtualSystemSettingData",
  });
});

test("`parseWql()` refuses everything else with WBEM_E_INVALID_QUERY", () => {
  for (const text of [
    "",
    "SELECT",
    "SELECT * FROM",
    "DELETE FROM X",
    "SELECT * FROM X WHERE",
    "SELECT * FROM X WHERE A ~ 3",
    "SELECT * FROM X WHERE A = 'open",
    "SELECT * FROM X WHERE A = 1 OR",
    "SELECT * FROM X WHERE (A = 1)",
    "ASSOCIATORS OF X",
  ]) {
    assert.throws(
      () => parseWql(text, V2),
      (error) => error instanceof CimFault && error.parts.code === 0x80041017,
      text,
    );
  }
});

test("`meets()` compares texts without case, numbers by value, and finds nothing in nothing", () => {
  const condition = (operator: "=" | "<>" | "<" | ">=" | "like", value: string | number | boolean) => ({
    property: "P",
    operator,
    value,
  });
  assert.ok(meets("ABC", condition("=", "abc")));
  assert.ok(!meets("ABC", condition("<>", "abc")));
  assert.ok(meets(5, condition(">=", 5)) && !meets(5, condition("<", 5)));
  assert.ok(meets(true, condition("=", true)));
  assert.ok(meets("Microsoft:Hyper-V:Snapshot:Recovery", condition("like", "%:Snapshot:_ecovery")));
  assert.ok(!meets("a.b", condition("like", "a_")));
  assert.ok(!meets(null, condition("<>", 1)) && !meets(undefined, condition("=", 1)));
});

test("`objectPath()` doubles inner backslashes and escapes quotes, and `objectPathReference()` takes it back", () => {
  const reference = {
    kind: "reference",
    namespace: V2,
    className: "Msvm_X",
    keys: { InstanceID: 'Microsoft:1\\2"3', Number: 4 },
  } as const;
  const text = objectPath("HV01", reference);
  assert.equal(
    text,
    String.raw`\\HV01\root\virtualization\v2:Msvm_X.InstanceID="Microsoft:1\\2\"3",Number=4`,
  );
  assert.deepEqual(objectPathReference(text, "other"), reference);
  assert.equal(objectPathReference("no path at all", V2), undefined);
});

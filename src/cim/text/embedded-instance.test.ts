import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needs, run } from "../../../test/testing/oracles.ts";
import type { CimInstance } from "../index.ts";
import type { ClassSchema, SchemaItem } from "./class-schema.ts";
import { decodeEmbeddedInstance, encodeEmbeddedInstance, looksEmbedded } from "./embedded-instance.ts";

const item = (name: string, changed: Partial<SchemaItem>): [string, SchemaItem] => [
  name.toLowerCase(),
  { name, type: "string", isArray: false, isEmbedded: false, isKey: false, ...changed },
];
const schema: ClassSchema = {
  className: "Msvm_VirtualSystemSnapshotSettingData",
  properties: new Map([
    item("ConsistencyLevel", { type: "uint8" }),
    item("GuestBackupType", { type: "uint8" }),
  ]),
  methods: new Map(),
};
const instance = (properties: CimInstance["properties"]): CimInstance => ({
  kind: "instance",
  className: schema.className,
  properties,
});
const nothing = (): undefined => undefined;

describe("encodeEmbeddedInstance()", () => {
  test("takes types and names from the class", () => {
    const text = encodeEmbeddedInstance(
      instance({ consistencylevel: 1, IgnoreNonSnapshottableDisks: true }),
      (className) => (className === schema.className ? schema : undefined),
    );
    assert.equal(
      text,
      '<INSTANCE CLASSNAME="Msvm_VirtualSystemSnapshotSettingData">' +
        '<PROPERTY NAME="ConsistencyLevel" TYPE="uint8"><VALUE>1</VALUE></PROPERTY>' +
        '<PROPERTY NAME="IgnoreNonSnapshottableDisks" TYPE="boolean"><VALUE>true</VALUE></PROPERTY></INSTANCE>',
    );
  });

  test("takes types from the values where nobody knows the class", () => {
    const text = encodeEmbeddedInstance(
      instance({
        Text: 'a <b> & "c"',
        Small: 5,
        Large: 2 ** 40,
        Negative: -1,
        Huge: 2n ** 64n - 1n,
        Nothing: null,
        List: ["x", "y"],
        When: { kind: "moment", instant: Temporal.Instant.from("2026-05-01T12:00:00.25Z") },
        Parent: { kind: "reference", namespace: "root\\v2", className: "C", keys: { Id: 'a\\b"' } },
      }),
      nothing,
    );
    const types = [...text.matchAll(/NAME="(\w+)" TYPE="(\w+)"/g)].map(([, name, type]) => `${name} ${type}`);
    assert.deepEqual(types, [
      "Text string",
      "Small uint32",
      "Large uint64",
      "Negative sint32",
      "Huge uint64",
      "Nothing string",
      "List string",
      "When datetime",
      "Parent string",
    ]);
    assert.match(text, /<VALUE>20260501120000\.250000\+000<\/VALUE>/);
    // the text form of a reference has its inner backslashes and quotes doubled (hyperv-facts 9.1)
    assert.match(text, /<VALUE>\\\\\.\\root\\v2:C\.Id="a\\\\b\\""<\/VALUE>/);
    assert.match(text, /<PROPERTY NAME="Nothing" TYPE="string"\/>/);
  });

  test("writes what a foreign parser reads as it was", needs("python3"), () => {
    const text = encodeEmbeddedInstance(instance({ A: "ä <![CDATA[ ]]> &amp; \r\n", B: ["1", ""] }), nothing);
    const script =
      "import sys,json,xml.etree.ElementTree as e;r=e.fromstring(sys.argv[1]);" +
      "print(json.dumps([[p.get('NAME'),[v.text or '' for v in p.iter('VALUE')]] for p in r]))";
    assert.deepEqual(JSON.parse(run("python3", ["-c", script, text])), [
      ["A", ["ä <![CDATA[ ]]> &amp; \r\n"]],
      ["B", ["1", ""]],
    ]);
  });
});

describe("decodeEmbeddedInstance()", () => {
  test("reads what Windows' GetText writes", () => {
    // the form of IWbemObjectTextSrc with the CIM DTD 2.0: layout, qualifiers and unknown attributes do not matter
    const text = `
      <INSTANCE CLASSNAME="Msvm_VirtualHardDiskSettingData">
        <QUALIFIER NAME="dynamic" PROPAGATED="true" TYPE="boolean"><VALUE>TRUE</VALUE></QUALIFIER>
        <PROPERTY NAME="Caption" CLASSORIGIN="CIM_ManagedElement" PROPAGATED="true" TYPE="string"><VALUE>a &lt;b&gt;</VALUE></PROPERTY>
        <PROPERTY NAME="MaxInternalSize" TYPE="uint64"><VALUE>18446744073709551615</VALUE></PROPERTY>
        <PROPERTY NAME="BlockSize" TYPE="uint32"><VALUE>33554432</VALUE></PROPERTY>
        <PROPERTY NAME="IsPmem" TYPE="boolean"><VALUE>FALSE</VALUE></PROPERTY>
        <PROPERTY NAME="ParentPath" TYPE="string"></PROPERTY>
        <PROPERTY NAME="CreationTime" TYPE="datetime"><VALUE>20260501140000.000000+120</VALUE></PROPERTY>
        <PROPERTY NAME="Up" TYPE="datetime"><VALUE>00000001132312.000000:000</VALUE></PROPERTY>
        <PROPERTY.ARRAY NAME="Notes" TYPE="string"><VALUE.ARRAY><VALUE>1</VALUE><VALUE/></VALUE.ARRAY></PROPERTY.ARRAY>
        <PROPERTY.ARRAY NAME="None" TYPE="uint16"/>
        <PROPERTY NAME="Inner" TYPE="string" EmbeddedObject="instance"><VALUE>&lt;INSTANCE CLASSNAME="X"&gt;&lt;/INSTANCE&gt;</VALUE></PROPERTY>
        <PROPERTY.REFERENCE NAME="Of"><VALUE.REFERENCE><INSTANCEPATH><NAMESPACEPATH><HOST>H</HOST><LOCALNAMESPACEPATH>
          <NAMESPACE NAME="root"/><NAMESPACE NAME="v2"/></LOCALNAMESPACEPATH></NAMESPACEPATH>
          <INSTANCENAME CLASSNAME="C"><KEYBINDING NAME="Id"><KEYVALUE>7</KEYVALUE></KEYBINDING></INSTANCENAME></INSTANCEPATH>
        </VALUE.REFERENCE></PROPERTY.REFERENCE>
      </INSTANCE>`;
    assert.ok(looksEmbedded(text));
    assert.deepEqual(decodeEmbeddedInstance(text), {
      kind: "instance",
      className: "Msvm_VirtualHardDiskSettingData",
      properties: {
        Caption: "a <b>",
        MaxInternalSize: 2n ** 64n - 1n,
        BlockSize: 33_554_432,
        IsPmem: false,
        ParentPath: null,
        CreationTime: { kind: "moment", instant: Temporal.Instant.from("2026-05-01T12:00:00Z") },
        Up: "00000001132312.000000:000",
        Notes: ["1", ""],
        None: null,
        Inner: { kind: "instance", className: "X", properties: {} },
        Of: { kind: "reference", namespace: "root\\v2", className: "C", keys: { Id: "7" } },
      },
    });
  });

  test("refuses what is no instance, and values that are none of their type", () => {
    const broken = [
      "<CLASS/>",
      "<INSTANCE/>",
      '<INSTANCE CLASSNAME="X"><PROPERTY NAME="A" TYPE="uint8"><VALUE>x</VALUE></PROPERTY></INSTANCE>',
      '<INSTANCE CLASSNAME="X"><PROPERTY NAME="A" TYPE="boolean"><VALUE>2</VALUE></PROPERTY></INSTANCE>',
      '<INSTANCE CLASSNAME="X"><PROPERTY NAME="A" TYPE="real64"><VALUE></VALUE></PROPERTY></INSTANCE>',
    ];
    for (const text of broken)
      assert.throws(() => decodeEmbeddedInstance(text), { code: "host-answer-malformed" });
    assert.ok(!looksEmbedded("notes about <INSTANCE>"));
  });
});

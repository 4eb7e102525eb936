import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ClassSchema, decodeClassSchema, encodeClassSchema, type SchemaItem } from "./class-schema.ts";
import { readXml } from "./read-xml.ts";
import { writeXml } from "./write-xml.ts";

const item = (name: string, changed: Partial<SchemaItem> = {}): readonly [string, SchemaItem] => [
  name.toLowerCase(),
  { name, type: "string", isArray: false, isEmbedded: false, isKey: false, ...changed },
];

// DSP0201 5.1, 3.2.3.8 and 3.2.4.9 to 3.2.4.12
const XML = `<CLASS NAME="A"><PROPERTY NAME="Id" TYPE="string"><QUALIFIER NAME="key" TYPE="boolean"><VALUE>true</VALUE></QUALIFIER></PROPERTY>
<PROPERTY.ARRAY NAME="Numbers" TYPE="uint16"></PROPERTY.ARRAY><PROPERTY.REFERENCE NAME="Of" REFERENCECLASS="B"></PROPERTY.REFERENCE>
<METHOD NAME="Do" TYPE="uint32"><PARAMETER NAME="What" TYPE="string"><QUALIFIER NAME="In" TYPE="boolean"><VALUE>true</VALUE></QUALIFIER>
<QUALIFIER NAME="EmbeddedInstance" TYPE="string"><VALUE>B</VALUE></QUALIFIER></PARAMETER>
<PARAMETER.REFERENCE NAME="Job"><QUALIFIER NAME="IN" TYPE="boolean"><VALUE>true</VALUE></QUALIFIER><QUALIFIER NAME="Out" TYPE="boolean"></QUALIFIER></PARAMETER.REFERENCE>
<PARAMETER NAME="Silent" TYPE="boolean"><QUALIFIER NAME="Out" TYPE="boolean"><VALUE>FALSE</VALUE></QUALIFIER></PARAMETER></METHOD></CLASS>`;

const A: ClassSchema = {
  className: "A",
  properties: new Map([
    item("Id", { isKey: true }),
    item("Numbers", { type: "uint16", isArray: true }),
    item("Of", { type: "reference" }),
  ]),
  methods: new Map([
    [
      "do",
      new Map([
        item("What", { isEmbedded: true, direction: "in" }),
        item("Job", { type: "reference", direction: "out" }),
        item("Silent", { type: "boolean" }),
      ]),
    ],
  ]),
};

describe("decodeClassSchema()", () => {
  test("reads keys, arrays, references, embedded instances and directions", () => {
    assert.deepEqual(decodeClassSchema(readXml(XML)), A);
  });

  test("reads what `encodeClassSchema()` writes", () => {
    assert.deepEqual(decodeClassSchema(readXml(writeXml(encodeClassSchema(A)))), A);
  });

  test("refuses an answer without a class", () => {
    assert.throws(() => decodeClassSchema(readXml("<a/>")), { code: "host-answer-malformed" });
    assert.throws(() => decodeClassSchema(undefined), { code: "host-answer-malformed" });
  });
});

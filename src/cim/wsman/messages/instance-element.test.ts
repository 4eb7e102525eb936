import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CimInstance } from "../../index.ts";
import { type ClassSchema, decodeClassSchema, encodeClassSchema, readXml } from "../../text/index.ts";
import { decodeRequest } from "../soap/request-envelope.ts";
import { decodeResponse } from "../soap/response-envelope.ts";
import { writeEnvelope } from "../soap/write-envelope.ts";
import { fixture } from "../testing/fixture.ts";
import { enumerateBody, itemsBody, readEnumerateBody, readItemsBody, readPullBody } from "./enumerate.ts";
import { decodeInstance, encodeInstance } from "./instance-element.ts";

const V2 = "root\\virtualization\\v2";
const WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2";
const PREFIXES = `xmlns:p="${WMI}/X" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
  xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common"
  xmlns:i="http://www.w3.org/2001/XMLSchema-instance"`;
const nothing = (): undefined => undefined;

/** As a host describes a class (DSP0201), with the case that Windows writes. */
const CLASS = `<CIM><DECLARATION><CLASS NAME="X">
  <PROPERTY NAME="Name" TYPE="string"><QUALIFIER NAME="Key" TYPE="boolean"><VALUE>TRUE</VALUE></QUALIFIER></PROPERTY>
  <PROPERTY NAME="Digits" TYPE="string"/><PROPERTY NAME="State" TYPE="uint16"/><PROPERTY NAME="Size" TYPE="uint64"/>
  <PROPERTY NAME="On" TYPE="boolean"/><PROPERTY.ARRAY NAME="Codes" TYPE="uint16"/>
  <PROPERTY NAME="Notes" TYPE="string"/>
  <PROPERTY.ARRAY NAME="Items" TYPE="string"><QUALIFIER NAME="EmbeddedInstance" TYPE="string"><VALUE>Y</VALUE></QUALIFIER></PROPERTY.ARRAY>
  <PROPERTY.REFERENCE NAME="Of" REFERENCECLASS="C"/>
  <METHOD NAME="Do" TYPE="uint32"><PARAMETER NAME="Level" TYPE="uint8"/><PARAMETER.REFARRAY NAME="Made"/></METHOD>
</CLASS></DECLARATION></CIM>`;
const schema = decodeClassSchema(readXml(CLASS));

const read = (inner: string, known: ClassSchema | undefined = schema): CimInstance =>
  decodeInstance(readXml(`<p:X ${PREFIXES}>${inner}</p:X>`), { namespace: V2, schema: known });

describe("decodeInstance()", () => {
  test("reads the instances of [MS-WSMV] 4.1.1 and 4.1.2.4, and takes their reference from `cim:Location`", () => {
    const got = decodeResponse(fixture("get-response")).body;
    const pulled = readItemsBody(decodeResponse(fixture("pull-response")).body);
    assert.equal(pulled.context, "uuid:2504CA0D-94B9-4F91-B2F7-9F4CD9A2A96C");
    for (const [element, text] of [
      [got, "Hello World"],
      [pulled.items[0], "Test Message"],
    ] as const) {
      assert.ok(element);
      assert.deepEqual(decodeInstance(element, { namespace: "root\\mynamespace", schema: undefined }), {
        kind: "instance",
        className: "myclass",
        reference: {
          kind: "reference",
          namespace: "root\\mynamespace",
          className: "myclass",
          keys: { id: "1" },
        },
        properties: { Data1: text, id: 1 },
      });
    }
  });

  test("gives each property its type: text of digits stays text", () => {
    const instance = read(
      "<p:Name>7</p:Name><p:Digits>007</p:Digits><p:State>2</p:State><p:Size>18446744073709551615</p:Size>" +
        "<p:On>true</p:On><p:Codes>5</p:Codes><p:Notes i:nil='true'/>",
    );
    assert.deepEqual(instance.properties, {
      Name: "7",
      Digits: "007",
      State: 2,
      Size: 2n ** 64n - 1n,
      On: true,
      Codes: [5],
      Notes: null,
    });
    assert.deepEqual(instance.reference?.keys, { Name: "7" });
  });

  test("reads moments, references and instances inside, and no instance out of what a user wrote", () => {
    const embedded = "&lt;INSTANCE CLASSNAME=&quot;Y&quot;>&lt;/INSTANCE>";
    const instance = read(
      `<p:Name>n</p:Name><p:Since><cim:Datetime>2026-05-01T12:00:00.5+02:00</cim:Datetime></p:Since>` +
        `<p:For><cim:Interval>P1DT2H</cim:Interval></p:For><p:Items>${embedded}</p:Items><p:Notes>${embedded}</p:Notes>` +
        `<p:Of><a:Address>x</a:Address><a:ReferenceParameters><w:ResourceURI>${WMI}/C</w:ResourceURI><w:SelectorSet>` +
        `<w:Selector Name="Id">a\\b</w:Selector></w:SelectorSet></a:ReferenceParameters></p:Of>`,
    );
    assert.deepEqual(instance.properties["Since"], {
      kind: "moment",
      instant: Temporal.Instant.from("2026-05-01T10:00:00.5Z"),
    });
    assert.equal(instance.properties["For"], "P1DT2H");
    assert.deepEqual(instance.properties["Items"], [{ kind: "instance", className: "Y", properties: {} }]);
    assert.equal(instance.properties["Notes"], '<INSTANCE CLASSNAME="Y"></INSTANCE>');
    assert.deepEqual(instance.properties["Of"], {
      kind: "reference",
      namespace: V2,
      className: "C",
      keys: { Id: "a\\b" },
    });
  });

  test("reads types that stand at the properties, and guesses where nobody says any", () => {
    const typed = read(
      "<p:A i:type='cim:cimString'>7</p:A><p:B i:type='cim:cimUnsignedInt'>7</p:B>",
      undefined,
    );
    assert.deepEqual(typed.properties, { A: "7", B: 7 });
    assert.equal(typed.reference, undefined);
    const guessed = read("<p:A>7</p:A><p:B>007</p:B><p:C>TRUE</p:C><p:D>1.5</p:D>", undefined);
    assert.deepEqual(guessed.properties, { A: 7, B: "007", C: true, D: "1.5" });
  });

  test("names nothing when the query left a key out", () => {
    assert.equal(read("<p:State>2</p:State>").reference, undefined);
  });

  test("reads what `encodeInstance()` wrote", () => {
    const instance: CimInstance = {
      kind: "instance",
      className: "X",
      reference: { kind: "reference", namespace: V2, className: "X", keys: { Name: "a & b" } },
      properties: {
        Name: "a & b",
        Size: 2n ** 60n,
        Codes: [1, 2],
        Notes: null,
        Items: [{ kind: "instance", className: "Y", properties: { Z: "<" } }],
        Of: { kind: "reference", namespace: V2, className: "C", keys: { Id: "1" } },
      },
    };
    const element = readXml(writeEnvelope(encodeInstance(V2, instance, nothing)));
    assert.deepEqual(decodeInstance(element, { namespace: V2, schema }), instance);
  });
});

test("`encodeClassSchema()` writes what `decodeClassSchema()` reads; an answer without a class is refused", () => {
  assert.deepEqual(schema.methods.get("do")?.get("made"), {
    name: "Made",
    type: "reference",
    isArray: true,
    isEmbedded: false,
    isKey: false,
  });
  assert.deepEqual(decodeClassSchema(readXml(writeEnvelope(encodeClassSchema(schema)))), schema);
  assert.throws(() => decodeClassSchema(readXml("<a><b/></a>")), { code: "host-answer-malformed" });
});

test("enumerations: what one side writes, the other reads, and [MS-WSMV] 4.1.2 is read", () => {
  assert.deepEqual(readPullBody(decodeRequest(fixture("pull-request")).body), {
    context: "uuid:22EB9809-5543-4020-A75C-FD95FF06217B",
    maxElements: 1,
  });
  const begun = readItemsBody(decodeResponse(fixture("enumerate-response")).body);
  assert.deepEqual(begun, { items: [], context: "uuid:22EB9809-5543-4020-A75C-FD95FF06217B" });
  const query = { wql: "SELECT * FROM X WHERE A < 'b'", maxElements: 5 };
  assert.deepEqual(readEnumerateBody(readXml(writeEnvelope(enumerateBody(query)))), query);
  for (const answer of ["EnumerateResponse", "PullResponse"] as const) {
    const last = readItemsBody(readXml(writeEnvelope(itemsBody(answer, { items: [], context: undefined }))));
    assert.deepEqual(last, { items: [], context: undefined });
  }
  const endless = '<n:PullResponse xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"/>';
  assert.throws(() => readItemsBody(readXml(endless)), { code: "host-answer-malformed" });
  assert.throws(() => readEnumerateBody(readXml(endless)), { code: "host-answer-malformed" });
});

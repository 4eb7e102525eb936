import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { needs, readSample } from "../../../test/testing/oracles.ts";
import { MemoryStore } from "../../disk/index.ts";
import { integerAt, keyAt, nodeAt, textAt } from "./key-lookup.ts";
import { bytesKey, fileKey, flagKey, integerKey, type Key, nodeKey, rootKey, textKey } from "./key-tree.ts";
import { parseXmlConfiguration } from "./parse-xml-configuration.ts";
import { listValues } from "./testing/index.ts";
import { writeXmlConfiguration } from "./write-xml-configuration.ts";

const ascii = (text: string): Uint8Array => Buffer.from(text, "latin1");
const parse = (text: string) => parseXmlConfiguration(ascii(text));
const unreadable = (message: RegExp) => ({ code: "xml-configuration-unreadable", message });

describe("parseXmlConfiguration()", () => {
  test("reads a real file whose declaration lies about its encoding", needs("samples"), () => {
    const root = parseXmlConfiguration(readSample("2012r2.xml"));
    const drive = "configuration/_83f8638b-8dca-4152-9eda-2ca8b33039b4_/controller0/drive0";
    assert.equal(
      textAt(root, `${drive}/pathname`),
      "C:\\dev\\vagrant\\Win2k12R2\\.vagrant\\machines\\default\\hyperv\\disk.vhd",
    );
    assert.equal(integerAt(root, "configuration/properties/version"), 1280);
    assert.equal(
      integerAt(root, "configuration/_e51b7ef6-4a7f-4780-aaae-d4b291aacd2e_/RtcDevice/CmosUtcSkew"),
      -288005458208,
    );
    const created = keyAt(root, "configuration/properties/creation_time");
    assert.deepEqual(
      created,
      bytesKey("creation_time", Uint8Array.from(Buffer.from("j3iz2977zwE=", "base64"))),
    );
    const metrics = nodeAt(root, "configuration/global_settings/metrics");
    assert.deepEqual(
      metrics?.children.map((key) => key.name),
      ["devicetype", "devicetype", "devicetype"],
    );
    // counted with grep: each element with a type is a value
    const typed = Buffer.from(readSample("2012r2.xml"))
      .toString("latin1")
      .match(/ type="/g)?.length;
    assert.equal(listValues(root).length, typed);
  });

  test("decides the encoding by the bytes", () => {
    const text = '<?xml version="1.0" encoding="UTF-16"?><a><b type="string">\u00e4\u20ac</b></a>';
    const utf16 = Buffer.from(text, "utf16le");
    const files = {
      "UTF-16LE with mark": Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
      "UTF-16LE without": utf16,
      "UTF-16BE with mark": Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
      "UTF-16BE without": Buffer.from(utf16).swap16(),
      "UTF-8 with mark": Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
      "UTF-8": Buffer.from(text),
    };
    for (const [name, bytes] of Object.entries(files)) {
      assert.equal(textAt(parseXmlConfiguration(bytes), "a/b"), "\u00e4\u20ac", name);
    }
    assert.throws(() => parseXmlConfiguration(ascii("<a>\xff</a>")), unreadable(/bytes are not UTF-8/));
    assert.throws(() => parseXmlConfiguration(Buffer.from([0xff, 0xfe, 0x3c])), unreadable(/UTF-16LE/));
  });

  test("reads each type", () => {
    const root = parse(
      '<a><i type="integer">-5</i><u type="integer">18446744073709551615</u><t type="bool">True</t>' +
        '<f type="bool">False</f><d type="double">0.25</d><s type="string"> x &amp; y </s>' +
        '<c type="string"><![CDATA[<raw>]]></c><b type="bytes">AQ\n ID\n</b><n/></a>',
    );
    assert.deepEqual(root.children, [
      nodeKey(
        "a",
        integerKey("i", -5),
        { name: "u", type: "uint", value: 2n ** 64n - 1n },
        flagKey("t", true),
        flagKey("f", false),
        { name: "d", type: "double", value: 0.25 },
        textKey("s", " x & y "),
        textKey("c", "<raw>"),
        bytesKey("b", Uint8Array.of(1, 2, 3)),
        nodeKey("n"),
      ),
    ]);
  });

  test("refuses what no configuration holds, by name", () => {
    const deep = "<a>".repeat(65) + "</a>".repeat(65);
    const hostile: readonly (readonly [string, RegExp])[] = [
      ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', /DOCTYPE/],
      ["<a>&unknown;</a>", /not well formed/],
      ["<a><b></a>", /not well formed/],
      ["", /not well formed/],
      ["no xml", /not well formed/],
      [deep, /deeper than 64/],
      ['<a><b type="date">x</b></a>', /unknown type "date"/],
      ['<a><b type="integer">1.5</b></a>', /"b" is no integer/],
      ['<a><b type="integer">18446744073709551616</b></a>', /64 bits/],
      ['<a><b type="bool">yes</b></a>', /neither True nor False/],
      ['<a><b type="bytes">*</b></a>', /no Base64/],
      ['<a><b type="double">x</b></a>', /no number/],
      ['<a><b type="string"><c/></b></a>', /"b" holds an element/],
      ["<a>text</a>", /"a" holds text/],
    ];
    for (const [text, message] of hostile) assert.throws(() => parse(text), unreadable(message), text);
    assert.throws(
      () => parseXmlConfiguration(new Uint8Array(16 * 1024 ** 2 + 1)),
      unreadable(/16777217 bytes/),
    );
  });
});

describe("writeXmlConfiguration()", () => {
  test("writes the bytes that a host of 2012 R2 has", () => {
    const tree = rootKey(
      nodeKey("configuration", flagKey("on", true), nodeKey("x", textKey("path", "C:\\<a>"))),
    );
    const expected = [
      '\ufeff<?xml version="1.0" encoding="UTF-16" standalone="yes"?>',
      "<configuration>",
      '  <on type="bool">True</on>',
      "  <x>",
      '    <path type="string">C:\\&lt;a&gt;</path>',
      "  </x>",
      "</configuration>",
      "",
    ].join("\r\n");
    assert.equal(Buffer.from(writeXmlConfiguration(tree)).toString("utf16le"), expected);
  });

  test("a real file's tree survives being written and read", needs("samples"), () => {
    const root = parseXmlConfiguration(readSample("2012r2.xml"));
    assert.deepEqual(parseXmlConfiguration(writeXmlConfiguration(root)), root);
  });

  test("every text that XML can hold comes back as it was", () => {
    const text = fc.string({ unit: "binary" }).filter((value) => {
      // eslint-disable-next-line no-control-regex
      return value.isWellFormed() && !/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(value);
    });
    fc.assert(
      fc.property(text, (value) => {
        const tree = rootKey(nodeKey("a", textKey("s", value)));
        assert.deepEqual(parseXmlConfiguration(writeXmlConfiguration(tree)), tree);
      }),
      { seed: 77, numRuns: 50 },
    );
  });

  test("bytes of any length come back as they were", () => {
    const value = Uint8Array.from({ length: 300_000 }, (_, at) => at % 251);
    const tree = rootKey(nodeKey("a", bytesKey("b", value)));
    assert.deepEqual(parseXmlConfiguration(writeXmlConfiguration(tree)), tree);
  });

  test("refuses what XML has no place for", () => {
    const file = fileKey("f", new MemoryStore());
    const refused: readonly (readonly [Key, string])[] = [
      [textKey("s", "\0"), "a/s"],
      [textKey("s", "\ud800"), "a/s"],
      [textKey("a b", ""), "a/a b"],
      [file, "a/f"],
    ];
    for (const [key, path] of refused) {
      const tree = rootKey(nodeKey("a", key));
      assert.throws(() => writeXmlConfiguration(tree), { code: "key-tree-unwritable", path });
    }
    assert.throws(() => writeXmlConfiguration(rootKey(file)), { code: "key-tree-unwritable", path: "" });
  });
});

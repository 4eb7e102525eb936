import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { needs, run } from "../../../test/testing/oracles.ts";
import { readXml } from "./read-xml.ts";
import { withAttributes, writeXml, xml } from "./write-xml.ts";

const NS = { s: "urn:one", a: "urn:two" };

test("`writeXml()` declares the prefixes that it is given once, and others where they begin", () => {
  const text = writeXml(
    xml(NS.s, "Envelope", xml("urn:a", "X", xml("urn:a", "Y"), xml(NS.a, "To", "t")), xml("urn:b", "Z")),
    NS,
  );
  const root = readXml(text);
  assert.deepEqual(
    root.children.map(({ uri, name }) => [uri, name]),
    [
      ["urn:a", "X"],
      ["urn:b", "Z"],
    ],
  );
  assert.deepEqual(
    root.children[0]?.children.map(({ uri }) => uri),
    ["urn:a", NS.a],
  );
  assert.equal(text.match(/xmlns:s=/g)?.length, 1);
  assert.equal(text.match(/urn:a/g)?.length, 1);
});

test("`writeXml()` escapes what would be markup, in text and in attributes", () => {
  const element = withAttributes(xml("", "V", 'a<b>&"\r\n]]>'), { N: '<&"\n\t' });
  assert.equal(writeXml(element), '<V N="&lt;&amp;&quot;&#xA;&#x9;">a&lt;b&gt;&amp;"&#xD;\n]]&gt;</V>');
});

test("`writeXml()` refuses characters that XML has no place for", () => {
  for (const text of ["\0", "\u0001", "\ud800", "\uffff"]) {
    assert.throws(() => writeXml(xml("", "V", text)), { code: "host-argument-unusable" });
  }
});

test("what `writeXml()` writes, `readXml()` reads", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "<", "&", '"', "'", "\n", "\t", "\r", " ", "é", "𝄞", "]]>", "&amp;"),
  });
  fc.assert(
    fc.property(text, text, (content, attribute) => {
      const read = readXml(writeXml(withAttributes(xml("", "V", content), { N: attribute })));
      assert.equal(read.text, content);
      assert.equal(read.attributes.get("N"), attribute);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test("a foreign parser reads what `writeXml()` writes", needs("python3"), () => {
  const text = writeXml(xml(NS.s, "Envelope", xml("urn:a", "X", 'ä <&> "\r')), NS);
  const script =
    "import sys,xml.etree.ElementTree as e;print(ascii(e.fromstring(sys.argv[1])[0].text),e.fromstring(sys.argv[1])[0].tag)";
  assert.equal(run("python3", ["-c", script, text]).trim(), String.raw`'\xe4 <&> "\r' {urn:a}X`);
});

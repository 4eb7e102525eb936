import assert from "node:assert/strict";
import { test } from "node:test";
import { readXml } from "./read-xml.ts";
import { childOf, findBelow, isNil, qualifiedName, textIn } from "./xml-element.ts";

test("`readXml()` names elements and attributes by URI, whatever their prefixes are", () => {
  const texts = [
    '<a:r xmlns:a="urn:x"><a:c a:k="1" p="2"> text </a:c></a:r>',
    '<r xmlns="urn:x" xmlns:z="urn:x"><c z:k="1" p="2"> text </c></r>',
  ];
  for (const text of texts) {
    const root = readXml(text);
    assert.equal(root.uri, "urn:x");
    const child = childOf(root, "urn:x", "c");
    assert.deepEqual(
      [...(child?.attributes ?? [])].filter(([name]) => !name.includes("xmlns")),
      [
        ["urn:x|k", "1"],
        ["p", "2"],
      ],
    );
    assert.equal(textIn(root, "urn:x", "c"), "text");
    assert.equal(childOf(root, "urn:y", "c"), undefined);
  }
});

test("`readXml()` keeps the prefixes for values that are qualified names, also where a prefix changes its meaning", () => {
  const root = readXml(
    '<r xmlns:p="urn:one"><c xmlns:p="urn:two"><d>p:name</d></c><e>p:name</e><f>q:name</f><g xmlns:z="urn:z">p:name</g></r>',
  );
  const named = (name: string) => {
    const element = findBelow(root, (candidate) => candidate.name === name);
    return element === undefined ? undefined : qualifiedName(element, element.text);
  };
  assert.deepEqual(named("d"), { uri: "urn:two", name: "name" });
  assert.deepEqual(named("e"), { uri: "urn:one", name: "name" });
  assert.equal(named("f"), undefined);
  assert.deepEqual(named("g"), { uri: "urn:one", name: "name" });
  const nil = readXml('<r xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:nil="true"/>');
  assert.ok(isNil(nil));
});

test("`readXml()` reads escapes, character references and CDATA", () => {
  assert.equal(readXml("<r>a &lt;&amp;&#x4E2D;<![CDATA[<b>]]></r>").text, "a <&中<b>");
});

test("`readXml()` refuses what is hostile or broken", () => {
  const hostile: readonly (readonly [string, RegExp])[] = [
    ['<!DOCTYPE r [<!ENTITY x "y">]><r>&x;</r>', /DOCTYPE/],
    ["<!DOCTYPE r><r/>", /DOCTYPE/],
    ["<r>&x;</r>", /not well formed/],
    ["<r><c></r>", /not well formed/],
    ["<p:r/>", /not well formed/],
    ["<r/><r/>", /not well formed/],
    ["", /not well formed/],
    ["text", /not well formed/],
    [`${"<a>".repeat(65)}${"</a>".repeat(65)}`, /deeper than 64/],
    [`<r>${" ".repeat(16 * 1024 ** 2)}</r>`, /characters/],
    [`<r>${"<a/>".repeat(512 * 1024)}</r>`, /more than 524288 elements/],
  ];
  for (const [text, message] of hostile) {
    assert.throws(() => readXml(text), { code: "host-answer-malformed", message }, text.slice(0, 40));
  }
});

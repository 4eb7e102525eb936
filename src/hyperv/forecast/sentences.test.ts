import assert from "node:assert/strict";
import { test } from "node:test";
import { FORECAST_TEXTS, say } from "./sentences.ts";

const { en, de } = FORECAST_TEXTS;
const keys = Object.keys(en) as (keyof typeof en)[];

test("both languages have the same keys", () => {
  assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
  assert.ok(keys.length > 50);
});

test("both languages have the same placeholders in each sentence", () => {
  const placeholders = (text: string): string[] =>
    [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
  for (const key of keys) assert.deepEqual(placeholders(de[key]), placeholders(en[key]), key);
});

test("no sentence is the same in both languages, and none ends in a full stop", () => {
  for (const key of keys) {
    assert.notEqual(de[key], en[key], key);
    assert.doesNotMatch(`${en[key]}|${de[key]}`, /\.(\||$)/, key);
  }
});

test("`say()` fills placeholders with facts, and with sentences in the same language", () => {
  const facts = { state: { key: "stateMigrating" } } as const;
  assert.match(say({ key: "busyState", facts }), /^It is migrating;/);
  assert.match(say({ key: "busyState", facts }, "de"), /^Sie wird gerade verschoben;/);
});

test("`say()` does not print a sentence whose fact is missing", () => {
  assert.throws(() => say({ key: "busyState" }), TypeError);
});

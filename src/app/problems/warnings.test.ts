import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBLEMS } from "./problems.ts";
import { assertSpoken } from "./testing/assert-spoken.ts";
import { declaredNoticeCodes } from "./testing/declared-codes.ts";
import { WARNING_TABLES, WARNINGS } from "./warnings.ts";

test("`WARNINGS` has a row for every code of a warning or note, and no row for one that does not exist", () => {
  const declared = [...declaredNoticeCodes()].sort();
  assert.ok(declared.length > 30, `only ${declared.length} codes were seen`);
  assert.deepEqual(Object.keys(WARNINGS).sort(), declared);
});

test("`WARNINGS` has each code in one table only, and none that is an error's", () => {
  const keys = WARNING_TABLES.flatMap((table) => Object.keys(table));
  assert.equal(new Set(keys).size, keys.length);
  for (const code of keys) assert.equal(PROBLEMS[code], undefined, code);
});

test("`WARNINGS` speaks English and German in whole sentences", () => {
  for (const [code, warning] of Object.entries(WARNINGS)) assertSpoken(code, warning);
});

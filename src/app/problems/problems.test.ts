import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBLEM_TABLES, PROBLEMS } from "./problems.ts";
import { assertSpoken } from "./testing/assert-spoken.ts";
import { declaredErrorCodes } from "./testing/declared-codes.ts";

test("`PROBLEMS` has a row for every error class, and no row for an error that does not exist", () => {
  const declared = [...declaredErrorCodes()].sort();
  assert.ok(declared.length > 80, `only ${declared.length} codes were seen`);
  assert.deepEqual(Object.keys(PROBLEMS).sort(), declared);
});

test("`PROBLEMS` has each code in one table only", () => {
  const keys = PROBLEM_TABLES.flatMap((table) => Object.keys(table));
  assert.equal(new Set(keys).size, keys.length);
});

test("`PROBLEMS` speaks English and German in whole sentences", () => {
  for (const [code, problem] of Object.entries(PROBLEMS)) assertSpoken(code, problem);
});

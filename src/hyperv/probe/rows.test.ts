import assert from "node:assert/strict";
import { test } from "node:test";
import { row } from "../testing/index.ts";
import { excerpt, propertyNames } from "./rows.ts";

test("`excerpt()` gives the named properties of at most twenty rows", () => {
  const rows = Array.from({ length: 21 }, (_, at) => row("Msvm_X", { At: at, Secret: "s" }));
  const found = excerpt(rows, ["At", "Other"]);
  assert.ok(Array.isArray(found));
  assert.equal(found.length, 20);
  assert.deepEqual(found[19], { At: 19, Other: "(absent)" });
});

test("`propertyNames()` names each property once, sorted", () => {
  assert.deepEqual(propertyNames([row("Msvm_X", { B: 1, A: 2 }), row("Msvm_X", { C: 1, A: 2 })]), [
    "A",
    "B",
    "C",
  ]);
});

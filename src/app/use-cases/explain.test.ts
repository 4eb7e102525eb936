import assert from "node:assert/strict";
import { test } from "node:test";
import { CodeUnknownError } from "../errors.ts";
import { explainCode, listCards } from "./explain.ts";

test("`explainCode()` gives the card of a code in any case", () => {
  assert.equal(explainCode("Machine-Busy").code, "machine-busy");
});

test("`explainCode()` refuses an unknown code and names those that may have been meant", () => {
  assert.throws(
    () => explainCode("machin-busy"),
    (error: unknown) =>
      error instanceof CodeUnknownError && error.message.endsWith("; did you mean machine-busy?"),
  );
  assert.throws(
    () => explainCode("qqqqqqqqqq"),
    (error: unknown) => error instanceof CodeUnknownError && error.message.endsWith("there is no such code"),
  );
});

test("`listCards()` has errors, warnings and notes", () => {
  assert.deepEqual([...new Set(listCards().map(({ kind }) => kind))].sort(), ["error", "note", "warning"]);
});

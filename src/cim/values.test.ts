import assert from "node:assert/strict";
import { test } from "node:test";
import { CimAnswerError } from "./errors.ts";
import type { CimInstance } from "./model.ts";
import { numberOf, numbersOf, optionalNumberOf, optionalTextOf, textOf, textsOf } from "./values.ts";

const ROW: CimInstance = {
  kind: "instance",
  className: "Msvm_ComputerSystem",
  properties: {
    Name: "web01",
    EnabledState: 2,
    OperationalStatus: [11, 32_768],
    OneStatus: 2,
    Mixed: ["a", 1, null],
    Nothing: null,
  },
};

test("`textsOf()` and `numbersOf()` take one value for an array of one, and nothing for none", () => {
  assert.deepEqual(numbersOf(ROW, "OperationalStatus"), [11, 32_768]);
  assert.deepEqual(numbersOf(ROW, "OneStatus"), [2]);
  assert.deepEqual(textsOf(ROW, "Name"), ["web01"]);
  for (const absent of ["Nothing", "Unknown"]) {
    assert.deepEqual([textsOf(ROW, absent), numbersOf(ROW, absent)], [[], []]);
  }
});

test("`textsOf()` and `numbersOf()` leave out what is of another type", () => {
  assert.deepEqual([textsOf(ROW, "Mixed"), numbersOf(ROW, "Mixed")], [["a"], [1]]);
  assert.deepEqual([textsOf(ROW, "OneStatus"), numbersOf(ROW, "Name")], [[], []]);
});

test("`textOf()` and `numberOf()` refuse what is not there or of another type, by class and property", () => {
  assert.deepEqual([textOf(ROW, "Name"), numberOf(ROW, "EnabledState")], ["web01", 2]);
  assert.deepEqual(
    [optionalTextOf(ROW, "EnabledState"), optionalNumberOf(ROW, "Nothing")],
    [undefined, undefined],
  );
  assert.throws(() => textOf(ROW, "Unknown"), CimAnswerError);
  assert.throws(() => numberOf(ROW, "Name"), /Msvm_ComputerSystem\.Name: the host sent string/);
});

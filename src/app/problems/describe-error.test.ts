import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { StorageFullError } from "../../storage/index.ts";
import { UsageError } from "../errors.ts";
import { describeError, exitCodeOf } from "./describe-error.ts";

test("`describeError()` gives code, message, advice in the language, and whether a retry can help", () => {
  const line = describeError(new StorageFullError('Cannot write "x": no space left'), { language: "de" });
  assert.equal(line.code, "storage-full");
  assert.equal(line.retry, "after-repair");
  assert.match(line.advice, /^Schaffen Sie Platz/);
  assert.match(describeError(new StorageFullError("x"), { language: "en" }).advice, /^Make room/);
});

test("`describeError()` calls an error without a code what it is: a fault of ours", () => {
  const line = describeError(new TypeError("x is not a function"), { language: "en" });
  assert.equal(line.code, "internal");
  assert.equal(line.message, "x is not a function");
  assert.equal(exitCodeOf(new TypeError("x")), 1);
});

test("`exitCodeOf()` looks through failed cleaning-up and collected failures to what failed first", () => {
  const first = new InterruptedError("Cannot go on: interrupted");
  assert.equal(exitCodeOf(new SuppressedError(new Error("while cleaning up"), first)), 130);
  assert.equal(exitCodeOf(new AggregateError([first, new Error("x")])), 130);
  assert.equal(exitCodeOf(new UsageError("x")), 2);
});

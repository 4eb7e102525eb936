import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InternalError, InterruptedError, StillpointError, throwIfInterrupted } from "./errors.ts";

describe("StillpointError", () => {
  test("carries its class's name, code and answer to whether a retry helps", () => {
    const cause = new Error("below");
    const error = new InternalError("Cannot do it: a promise is broken", { cause });
    assert.ok(error instanceof StillpointError);
    assert.deepEqual(
      [error.name, error.code, error.retry, error.message, error.cause],
      ["InternalError", "internal", "never", "Cannot do it: a promise is broken", cause],
    );
  });
});

describe("throwIfInterrupted()", () => {
  test("throws what the signal was fired with as the cause", () => {
    const reason = new Error("stop");
    assert.throws(
      () => throwIfInterrupted(AbortSignal.abort(reason)),
      (error) => error instanceof InterruptedError && error.cause === reason && error.retry === "later",
    );
  });

  test("does nothing while nobody said stop", () => {
    throwIfInterrupted(undefined);
    throwIfInterrupted(new AbortController().signal);
  });
});

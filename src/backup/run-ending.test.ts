import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InternalError, InterruptedError, StillpointError } from "../base/index.ts";
import { endOfRun, primaryError } from "./run-ending.ts";

class Coded extends StillpointError {
  readonly code: string;
  readonly retry = "after-repair";

  constructor(code: string, options?: ErrorOptions) {
    super(`Cannot go on: ${code}`, options);
    this.code = code;
  }
}

describe("endOfRun()", () => {
  test("finds a full vault inside causes, gathered and suppressed errors", () => {
    const full = new Coded("storage-full");
    assert.equal(endOfRun(full), full);
    assert.equal(endOfRun(new Coded("vault-write", { cause: full })), full);
    assert.equal(endOfRun(new AggregateError([new Coded("x"), full])), full);
    assert.equal(endOfRun(new SuppressedError(new Coded("x"), full)), full);
  });

  test("finds an interruption", () => {
    const interrupted = new InterruptedError("Cannot go on: interrupted");
    assert.equal(endOfRun(interrupted), interrupted);
  });

  test("lets the others go on after what concerns one machine only", () => {
    for (const code of [
      "disk-parent-missing",
      "host-file-locked",
      "vault-damaged",
      "vault-session-lost",
      "machine-busy",
    ]) {
      assert.equal(endOfRun(new Coded(code)), undefined);
    }
  });
});

describe("primaryError()", () => {
  test("gives the first failure, and what failed while it was handled in order", () => {
    const [first, second, third] = [new Coded("first"), new Coded("second"), new Coded("third")];
    const nested = new SuppressedError(third, new SuppressedError(second, first));
    assert.deepEqual(primaryError(nested), { error: first, alsoFailed: [second, third] });
  });

  test("makes an error of what is none", () => {
    assert.ok(primaryError("oops").error instanceof InternalError);
  });
});

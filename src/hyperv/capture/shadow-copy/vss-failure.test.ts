import assert from "node:assert/strict";
import { test } from "node:test";
import { readVssFailure, type VssFailure } from "./vss-failure.ts";

function failure(output: string, exitCode = 3): VssFailure {
  return readVssFailure({ exitCode, output, errorOutput: "" });
}

test("`readVssFailure()` reads the code in every way of writing it", () => {
  for (const text of [
    "- Returned HRESULT = 8004231f\n- Error text: VSS_E_INSUFFICIENT_STORAGE",
    "Fehler: 0x8004231F",
    "The last operation failed. [8004231f]",
    "VSS_E_INSUFFICIENT_STORAGE",
  ]) {
    const { code, retry, ofWriter, sentence } = failure(text);
    assert.deepEqual([code, retry, ofWriter], [0x8004231f, "after-repair", false], text);
    assert.match(sentence, /too little room.*0x8004231f, VSS_E_INSUFFICIENT_STORAGE/);
  }
});

test("`readVssFailure()` prefers what a writer says to what the service makes of it", () => {
  const found = failure(
    "0x80042301 VSS_E_BAD_STATE\n - Writer Failure code: 0x800423f3 (VSS_E_WRITERERROR_RETRYABLE)",
  );
  assert.deepEqual([found.code, found.retry, found.ofWriter], [0x800423f3, "busy", true]);
});

test("`readVssFailure()` knows which failures pass by themselves", () => {
  const busy = ["0x80042316", "0x80042313", "0x80042314", "0x800423f2", "0x800423f3"];
  for (const code of busy) assert.equal(failure(code).retry, "busy", code);
  assert.equal(failure("0x800423f4").retry, "after-repair");
  assert.equal(failure("0x80042306").retry, "later");
});

test("`readVssFailure()` takes no GUID and no command for a code", () => {
  const { code, sentence } = failure(
    "-> add volume 80042306\n\t{80042306-0000-4000-8000-000000000000}\nnothing else",
  );
  assert.equal(code, undefined);
  assert.match(sentence, /ended with 3 and gave no code/);
});

test("`readVssFailure()` keeps an unknown code and the host's last words", () => {
  const found = failure("Ein unbekannter Fehler: 0x8007000e\nDer Vorgang wurde abgebrochen.\n\n");
  assert.deepEqual([found.code, found.retry], [0x8007000e, "later"]);
  assert.equal(found.sentence, "the host gave the code 0x8007000e");
  assert.equal(found.hostSentence, "Der Vorgang wurde abgebrochen.");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { StorageFullError } from "../../storage/index.ts";
import { VaultDamagedError } from "../../vault/index.ts";
import { type SeveralEnded, severalExitCode } from "./several-exit-code.ts";

const full = new StorageFullError("Cannot write: there is no space left");
const damaged = new VaultDamagedError("index/00", "it is cut off");
const interrupted = new InterruptedError("Cannot go on: interrupted");

function ended(parts: Partial<SeveralEnded>): SeveralEnded {
  return { succeeded: 1, errors: [], isWarned: false, ...parts };
}

test("`severalExitCode()` lets an interruption say most, then damage, then what failed, then what was warned of", () => {
  const cases: readonly (readonly [string, SeveralEnded, number])[] = [
    ["all done", ended({}), 0],
    ["nothing to do", ended({ succeeded: 0 }), 0],
    ["some failed", ended({ errors: [full] }), 3],
    ["all failed", ended({ succeeded: 0, errors: [full] }), 1],
    ["damage among failures", ended({ errors: [full, damaged] }), 4],
    ["damage alone", ended({ succeeded: 0, errors: [damaged] }), 4],
    ["not whole", ended({ isDamaged: true }), 4],
    ["not whole, and others failed", ended({ errors: [full], isDamaged: true }), 4],
    ["interrupted", ended({ errors: [damaged, interrupted], isDamaged: true }), 130],
    ["interrupted behind all of them", ended({ endedBy: interrupted }), 130],
    ["ended early", ended({ errors: [full], endedBy: full }), 3],
    ["warned", ended({ isWarned: true }), 0],
  ];
  for (const [name, one, code] of cases) assert.equal(severalExitCode(one), code, name);
});

test("`severalExitCode()` gives 3 for warnings where these shall fail, and what says more where there is that", () => {
  const failOnWarning = true;
  const cases: readonly (readonly [SeveralEnded, number])[] = [
    [ended({}), 0],
    [ended({ isWarned: true }), 3],
    [ended({ isWarned: true, succeeded: 0, errors: [full] }), 1],
    [ended({ isWarned: true, isDamaged: true }), 4],
  ];
  for (const [one, code] of cases) assert.equal(severalExitCode(one, { failOnWarning }), code);
});

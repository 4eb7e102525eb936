import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError } from "../../base/index.ts";
import { StorageFullError } from "../../storage/index.ts";
import { VaultDamagedError } from "../../vault/index.ts";
import { backupExitCode, type RunSoFar } from "./backup-exit-code.ts";

const point: RunSoFar["points"][number] = { warnings: [], leftBehind: [] };
const warned = { ...point, warnings: [{ code: "vtpm-bound-to-host", message: "It has a virtual TPM" }] };
const full = new StorageFullError("Cannot write: there is no space left");
const damaged = new VaultDamagedError("index/00", "it is cut off");
const interrupted = new InterruptedError("Cannot go on: interrupted");

function run(parts: Partial<RunSoFar>): RunSoFar {
  return { points: [point], failed: [], skipped: [], cleaned: { leftBehind: [] }, ...parts };
}

test("`backupExitCode()` gives the codes that scripts rely on", () => {
  const cases: readonly (readonly [string, RunSoFar, number])[] = [
    ["all done", run({}), 0],
    ["warnings alone", run({ points: [warned] }), 0],
    ["some failed", run({ failed: [{ error: full }] }), 3],
    ["all failed", run({ points: [], failed: [{ error: full }], endedBy: full }), 1],
    ["the vault is damaged", run({ failed: [{ error: full }, { error: damaged }] }), 4],
    ["interrupted", run({ failed: [{ error: interrupted }], endedBy: interrupted }), 130],
    ["no machine at all", run({ points: [] }), 0],
  ];
  for (const [name, result, code] of cases) assert.equal(backupExitCode(result), code, name);
});

test("`backupExitCode()` turns whatever is worth a look into 3 when warnings shall fail", () => {
  const failOnWarning = true;
  assert.equal(backupExitCode(run({}), { failOnWarning }), 0);
  for (const parts of [
    { points: [point, warned] },
    { points: [{ ...point, leftBehind: ["a checkpoint"] }] },
    { skipped: [{ code: "test-replica-skipped" }] },
    { cleaned: { leftBehind: ["a checkpoint of a dead run"] } },
  ]) {
    assert.equal(backupExitCode(run(parts), { failOnWarning }), 3, JSON.stringify(parts));
  }
  assert.equal(backupExitCode(run({ points: [warned], failed: [{ error: damaged }] }), { failOnWarning }), 4);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { canQuiesce, readIntegration } from "./integration-status.ts";

const read = (offered: number | undefined, status: readonly number[] | undefined, isRunning = true) =>
  readIntegration({ offered, status, isRunning });

test("`readIntegration()` reads the words of Msvm_VssComponent", () => {
  assert.equal(read(2, [2]), "ok");
  assert.equal(read(2, [3, 32_775]), "degraded");
  assert.equal(read(2, [7, 32_775]), "protocol-mismatch");
  assert.equal(read(2, [12]), "missing");
  assert.equal(read(2, [13]), "lost");
});

test("`readIntegration()` puts the switch in the settings before what the guest says", () => {
  assert.equal(read(3, [2]), "disabled");
  assert.equal(read(3, undefined, false), "disabled");
});

test("`readIntegration()` never makes a label better than the host's words", () => {
  assert.equal(read(2, undefined), "missing");
  assert.equal(read(2, []), "failing");
  assert.equal(read(2, [6]), "failing");
  assert.equal(read(2, [99]), "failing");
  assert.equal(read(77, [2]), "disabled");
  assert.equal(read(2, [2], false), "none");
});

test("`canQuiesce()` takes an older protocol that works", () => {
  assert.ok(canQuiesce("ok"));
  assert.ok(canQuiesce("degraded"));
  for (const status of ["missing", "disabled", "failing", "protocol-mismatch", "lost", "none"] as const) {
    assert.ok(!canQuiesce(status), status);
  }
});

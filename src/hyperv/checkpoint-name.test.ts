import assert from "node:assert/strict";
import { test } from "node:test";
import { checkpointName, isOurs } from "./checkpoint-name.ts";

test("`checkpointName()` begins with our name and fits into Hyper-V's 100 characters", () => {
  assert.equal(checkpointName("run-1"), "Stillpoint run-1");
  assert.equal(checkpointName("x".repeat(200)).length, 100);
});

test("`isOurs()` takes our names only", () => {
  assert.ok(isOurs("Stillpoint run-1"));
  for (const name of ["", "Stillpoint", "stillpoint run-1", "web01 - Backup", "my Stillpoint run"]) {
    assert.ok(!isOurs(name), name);
  }
});

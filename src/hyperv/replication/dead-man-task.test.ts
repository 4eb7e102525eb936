import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { deadManTask } from "./dead-man-task.ts";

const MACHINE = guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c");
const text = deadManTask(MACHINE, Temporal.Instant.from("2026-03-29T01:30:00.250Z"));

test("`deadManTask()` fires once, in UTC, and is gone a month later", () => {
  assert.match(text, /<StartBoundary>2026-03-29T01:30:00Z<\/StartBoundary>/);
  assert.match(text, /<EndBoundary>2026-04-28T01:30:00Z<\/EndBoundary>/);
  assert.match(text, /<DeleteExpiredTaskAfter>/);
  assert.match(text, /<UserId>S-1-5-18<\/UserId>/);
});

test("`deadManTask()` resumes this machine, and only when it is suspended", () => {
  const encoded = /-EncodedCommand (\S+)<\/Arguments>/.exec(text)?.[1] ?? "";
  const script = Buffer.from(encoded, "base64").toString("utf16le").split("\r\n");
  assert.deepEqual(script, [
    "$machine = Get-WmiObject -Namespace 'root\\virtualization\\v2' -Class Msvm_ComputerSystem -Filter \"Name='7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C'\"",
    "if ($machine -and $machine.ReplicationState -eq 7) { [void]$machine.RequestReplicationStateChange(3, $null) }",
  ]);
});

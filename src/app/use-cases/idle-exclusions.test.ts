import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostMachine } from "../../hyperv/index.ts";
import { idleExclusionNotices } from "./idle-exclusions.ts";

test("`idleExclusionNotices()` warns of exclusions that no forecast speaks of, once each", () => {
  const machine = (exclusions?: readonly string[]): HostMachine =>
    ({ forecast: { exclusions } }) as unknown as HostMachine;
  const excludeDisks = ["a.vhdx", "b.vhdx"].map((text) => ({ text, disks: { pattern: text } }));
  const notices = idleExclusionNotices([machine(), machine(["a.vhdx"])], { excludeDisks });
  assert.deepEqual(
    notices.map(({ code, message }) => [code, /"b\.vhdx" fits no disk/.test(message)]),
    [["exclusion-without-disk", true]],
  );
  assert.deepEqual(idleExclusionNotices([machine()]), []);
});

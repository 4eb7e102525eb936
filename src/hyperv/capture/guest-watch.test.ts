import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import type { CimInstance } from "../../cim/index.ts";
import { accessTo } from "../testing/access-to.ts";
import { machineOf, row, ScriptedSession } from "../testing/index.ts";
import { GuestWatch } from "./guest-watch.ts";

const AT_MS = 1_000;

/** Looks once a second while the machine goes through these states. */
async function watch(states: readonly number[], power: "running" | "off" = "running"): Promise<number> {
  const clock = new FakeClock();
  const system = (EnabledState: number): CimInstance =>
    row("Msvm_ComputerSystem", { Name: "x", EnabledState }, ["Name"]);
  await using session = new ScriptedSession({ rows: {} });
  const watch = new GuestWatch(
    accessTo(session, { clock }),
    machineOf({ power, reference: system(2).reference }),
  );
  for (const state of states) {
    session.rows["Msvm_ComputerSystem"] = [system(state)];
    await watch.look();
    clock.advance(AT_MS);
  }
  return watch.interruptedSeconds;
}

test("`GuestWatch` measures how long a running machine was seen paused or saved", async () => {
  assert.equal(await watch([2, 2, 2]), 0);
  assert.equal(await watch([2, 9, 9, 2]), 2);
  assert.equal(await watch([2, 9, 2, 32_773, 6, 2, 2]), 3);
});

test("`GuestWatch` does not count a machine that did not run", async () => {
  assert.equal(await watch([3, 9, 3], "off"), 0);
});

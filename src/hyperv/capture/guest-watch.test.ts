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

/** Looks twice, an hour of our clock apart, at a machine whose own clock shows these milliseconds. */
async function watchClocks(first: number, second: number): Promise<number> {
  const clock = new FakeClock();
  await using session = new ScriptedSession({ rows: {} });
  const reference = row("Msvm_ComputerSystem", { Name: "x" }, ["Name"]).reference;
  const watch = new GuestWatch(accessTo(session, { clock }), machineOf({ reference }));
  for (const OnTimeInMilliseconds of [first, second]) {
    session.rows["Msvm_ComputerSystem"] = [
      row("Msvm_ComputerSystem", { Name: "x", EnabledState: 2, OnTimeInMilliseconds }, ["Name"]),
    ];
    await watch.look();
    clock.advance(3_600_000);
  }
  return watch.interruptedSeconds;
}

test("`GuestWatch` sees a stop between two looks in the machine's own clock", async () => {
  assert.equal(await watchClocks(50_000, 3_650_000), 0);
  assert.equal(await watchClocks(50_000, 3_649_000), 0, "less than the tolerance");
  assert.equal(await watchClocks(50_000, 3_642_500), 7.5);
});

test("`GuestWatch` takes nothing from a clock that began anew or stands", async () => {
  assert.equal(await watchClocks(9_000_000, 1_000), 0);
  assert.equal(await watchClocks(9_000_000, 9_000_000), 0);
  assert.equal(await watchClocks(0, 0), 0);
});

test("`GuestWatch` remembers that the guest stood still", async () => {
  const clock = new FakeClock();
  await using session = new ScriptedSession({ rows: {} });
  const system = row("Msvm_ComputerSystem", { Name: "x", EnabledState: 9 }, ["Name"]);
  session.rows["Msvm_ComputerSystem"] = [system];
  const watch = new GuestWatch(accessTo(session, { clock }), machineOf({ reference: system.reference }));
  assert.equal(watch.hasStopped, false);
  await watch.look();
  session.rows["Msvm_ComputerSystem"] = [
    row("Msvm_ComputerSystem", { Name: "x", EnabledState: 2 }, ["Name"]),
  ];
  await watch.look();
  assert.equal(watch.hasStopped, true);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { CimConnectionError, type CimMethodResult } from "../../cim/index.ts";
import { accessTo } from "../testing/access-to.ts";
import { hostRows, MemoryJournal, ROW_MACHINE, row, ScriptedSession } from "../testing/index.ts";
import { releaseCheckpoint } from "./release-checkpoint.ts";

const SETTINGS = "Msvm_VirtualSystemSettingData";
const CHECKPOINT = "9C0D1E2F-0000-4000-8000-0000000000FF";
const MACHINE = guid(ROW_MACHINE);

interface Ending {
  readonly leftBehind: readonly string[];
  readonly calls: readonly string[];
  readonly clock: FakeClock;
  readonly isStruck: boolean;
}

/** Releases on a host that gives these answers to DestroySnapshot; 0 removes the checkpoint. */
async function release(
  answers: readonly (number | Error)[],
  changed: Parameters<typeof hostRows>[0] = {},
): Promise<Ending> {
  const rows = hostRows(changed);
  const standing = row(SETTINGS, {
    InstanceID: `Microsoft:${CHECKPOINT}`,
    VirtualSystemIdentifier: ROW_MACHINE,
    VirtualSystemType: "Microsoft:Hyper-V:Snapshot:Recovery",
    ElementName: "Stillpoint run-1",
  });
  const live = rows[SETTINGS] ?? [];
  rows[SETTINGS] = [...live, standing];
  for (const name of ["Msvm_VirtualSystemSnapshotService", "Msvm_VirtualSystemManagementService"]) {
    rows[name] = [row(name, { Name: "vmms" }, ["Name"])];
  }
  const session = new ScriptedSession({ rows });
  const calls: string[] = [];
  const waiting = [...answers];
  session.invoke = async (_on, method): Promise<CimMethodResult> => {
    calls.push(method);
    if (method !== "DestroySnapshot") return { returnValue: 0, out: {} };
    const answer = waiting.shift() ?? 32_768;
    if (answer instanceof Error) throw answer;
    if (answer === 0) rows[SETTINGS] = live;
    return { returnValue: answer, out: {} };
  };
  const journal = new MemoryJournal();
  const clock = new FakeClock();
  const entry = await journal.record({
    host: "test",
    machine: MACHINE,
    kind: "recovery-checkpoint",
    facts: {},
  });
  const owned = {
    entry,
    machine: MACHINE,
    machineName: "web01",
    run: "run-1",
    recorded: null,
    before: [],
    tree: [],
    leaves: [],
    standing: [],
    checkpoint: guid(CHECKPOINT),
  };
  const { leftBehind } = await releaseCheckpoint(accessTo(session, { journal, clock }), owned);
  return { leftBehind, calls, clock, isStruck: journal.entries.length === 0 };
}

test("`releaseCheckpoint()` removes the checkpoint, and strikes the entry when it is seen gone", async () => {
  const { leftBehind, calls, isStruck } = await release([0]);
  assert.deepEqual([leftBehind, calls, isStruck], [[], ["DestroySnapshot"], true]);
});

test("`releaseCheckpoint()` tries again what the host refuses, with longer and longer pauses", async () => {
  const { leftBehind, clock, isStruck } = await release([32_775, 32_775, 0]);
  assert.deepEqual([leftBehind, isStruck], [[], true]);
  assert.deepEqual(clock.slept.slice(0, 2), [500, 2_000]);
});

test("`releaseCheckpoint()` names a checkpoint that the host does not give up, and keeps the entry", async () => {
  const { leftBehind, calls, isStruck } = await release([]);
  assert.equal(calls.length, 5);
  assert.equal(isStruck, false);
  assert.deepEqual(leftBehind, [
    `machine "web01": its backup checkpoint ${guid(CHECKPOINT)} could not be removed: DestroySnapshot returned 32768 (32768)`,
  ]);
});

test("`releaseCheckpoint()` that loses the connection says that it does not know, and keeps the entry", async () => {
  const { leftBehind, isStruck } = await release([
    new CimConnectionError("Cannot go on: the connection broke"),
  ]);
  assert.equal(isStruck, false);
  assert.match(leftBehind[0] ?? "", /whether its backup checkpoint .* is gone is not known: Cannot go on/);
});

test("`releaseCheckpoint()` switches suspended merging on before it removes the checkpoint", async () => {
  const merges = [
    row("Msvm_DiskMergeSettingData", { InstanceID: `Microsoft:${ROW_MACHINE}`, EnabledState: 0 }),
  ];
  const { calls, leftBehind } = await release([0], { Msvm_DiskMergeSettingData: merges });
  assert.deepEqual([calls, leftBehind], [["ModifyDiskMergeSettings", "DestroySnapshot"], []]);
});

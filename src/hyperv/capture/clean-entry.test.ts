import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import type { CimInstance, CimValue } from "../../cim/index.ts";
import { accessTo } from "../testing/access-to.ts";
import { hostRows, MemoryJournal, ROW_MACHINE, row, ScriptedSession } from "../testing/index.ts";
import { cleanEntry } from "./clean-entry.ts";
import type { RecoveryCustody } from "./recovery-custody.ts";

const SETTINGS = "Msvm_VirtualSystemSettingData";
const RECORDED = "2026-03-01T12:00:00Z";
const ONE = "9C0D1E2F-0000-4000-8000-000000000001";
const TWO = "9C0D1E2F-0000-4000-8000-000000000002";

function standing(id: string, name: string, created: string | null, kind = "Recovery"): CimInstance {
  const CreationTime: CimValue =
    created === null ? null : { kind: "moment", instant: Temporal.Instant.from(created) };
  return row(SETTINGS, {
    InstanceID: `Microsoft:${id}`,
    VirtualSystemIdentifier: ROW_MACHINE,
    VirtualSystemType: `Microsoft:Hyper-V:Snapshot:${kind}`,
    ElementName: name,
    CreationTime,
  });
}

/** Cleans an entry that does not know its checkpoint; gives which checkpoints were destroyed. */
async function cleaned(
  checkpoints: readonly CimInstance[],
  changed: Partial<RecoveryCustody> = {},
): Promise<{
  readonly destroyed: readonly string[];
  readonly leftBehind: readonly string[];
  readonly struck: boolean;
}> {
  const rows = hostRows();
  const live = rows[SETTINGS] ?? [];
  rows[SETTINGS] = [...live, ...checkpoints];
  rows["Msvm_VirtualSystemSnapshotService"] = [
    row("Msvm_VirtualSystemSnapshotService", { Name: "vmms" }, ["Name"]),
  ];
  rows["Msvm_ImageManagementService"] = [row("Msvm_ImageManagementService", { Name: "vmms" }, ["Name"])];
  rows["Msvm_ConcreteJob"] = [];
  const destroyed: string[] = [];
  const calls: ConstructorParameters<typeof ScriptedSession>[0]["calls"] = [];
  const session = new ScriptedSession({ rows, calls });
  session.invoke = async (_on, method, input) => {
    assert.equal(method, "DestroySnapshot");
    const target = input.arguments["AffectedSnapshot"] as { keys: Record<string, string> };
    const id = target.keys["InstanceID"] ?? "";
    destroyed.push(id);
    rows[SETTINGS] = (rows[SETTINGS] ?? []).filter((one) => one.properties["InstanceID"] !== id);
    return { returnValue: 0, out: {} };
  };
  const journal = new MemoryJournal();
  const machine = guid(ROW_MACHINE);
  const entry = await journal.record({ host: "test", machine, kind: "recovery-checkpoint", facts: {} });
  const custody: RecoveryCustody = {
    entry,
    machine,
    machineName: "web01",
    run: "run-1",
    recorded: Temporal.Instant.from(RECORDED),
    before: [],
    tree: [],
    leaves: [],
    ...changed,
  };
  const { leftBehind } = await cleanEntry(
    accessTo(session, { journal, clock: new FakeClock(RECORDED) }),
    custody,
  );
  return { destroyed, leftBehind, struck: journal.entries.length === 0 };
}

test("`cleanEntry()` takes the checkpoint with the name of its run, whenever it was made", async () => {
  const { destroyed, struck } = await cleaned([
    standing(ONE, "Stillpoint run-1", null),
    standing(TWO, "web01 - Backup", RECORDED),
  ]);
  assert.deepEqual([destroyed, struck], [[`Microsoft:${ONE}`], true]);
});

test("`cleanEntry()` of a memory checkpoint leaves alone what a user made in those minutes without memory", async () => {
  const mine = standing(ONE, "before the update", RECORDED, "Realized");
  const { destroyed, leftBehind, struck } = await cleaned([mine], { forMemory: true });
  assert.deepEqual([destroyed, leftBehind, struck], [[], [], true]);
});

test("`cleanEntry()` of a memory checkpoint waits for the backup checkpoint above it", async () => {
  const rows = [
    standing(ONE, "Stillpoint memory run-1", RECORDED, "Realized"),
    standing(TWO, "Other Product", RECORDED),
  ];
  const { destroyed, leftBehind, struck } = await cleaned(rows, { forMemory: true, checkpoint: guid(ONE) });
  assert.deepEqual([destroyed, struck], [[], false]);
  assert.match(leftBehind.join(), /stays until the backup checkpoint "Other Product" above it is gone/);
});

test("`cleanEntry()` takes an unnamed checkpoint that was made within minutes of the record", async () => {
  for (const created of ["2026-03-01T11:58:30Z", RECORDED, "2026-03-01T12:09:59Z"]) {
    const { destroyed, struck } = await cleaned([standing(ONE, "web01 - Backup", created)]);
    assert.deepEqual([destroyed, struck], [[`Microsoft:${ONE}`], true], created);
  }
});

test("`cleanEntry()` never takes what somebody else made, and tells of it", async () => {
  const others = [
    standing(ONE, "web01 - Backup", "2026-03-01T11:50:00Z"),
    standing(ONE, "web01 - Backup", "2026-03-01T12:30:00Z"),
    standing(ONE, "web01 - Backup", null),
    standing(ONE, "Stillpoint run-2", RECORDED),
  ];
  for (const other of others) {
    const { destroyed, leftBehind, struck } = await cleaned([other]);
    assert.deepEqual([destroyed, struck], [[], true]);
    assert.match(leftBehind[0] ?? "", /is taken for somebody else's and stays$/);
  }
  const stoodBefore = await cleaned([standing(ONE, "web01 - Backup", RECORDED)], { before: [guid(ONE)] });
  assert.deepEqual(stoodBefore.destroyed, []);
});

test("`cleanEntry()` lets two that could be ours stand, and says so", async () => {
  const { destroyed, leftBehind, struck } = await cleaned([
    standing(ONE, "web01 - Backup", RECORDED),
    standing(TWO, "web01 - Backup 2", RECORDED),
  ]);
  assert.deepEqual([destroyed, struck], [[], false]);
  assert.match(leftBehind[0] ?? "", /machine "web01": one of its backup checkpoints .* may be of run run-1/);
});

test("`cleanEntry()` strikes an entry whose checkpoint is gone, and one whose machine is gone", async () => {
  assert.deepEqual(await cleaned([], { checkpoint: guid(ONE) }), {
    destroyed: [],
    leftBehind: [],
    struck: true,
  });
  const gone = await cleaned([], { checkpoint: guid(ONE), machine: guid(TWO) });
  assert.match(gone.leftBehind[0] ?? "", /not on this host any more/);
  assert.ok(gone.struck);
});

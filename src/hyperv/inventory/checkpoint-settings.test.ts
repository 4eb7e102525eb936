import assert from "node:assert/strict";
import { test } from "node:test";
import type { CimInstance, CimValue } from "../../cim/index.ts";
import { hostRows, pathText, ROW_MACHINE, row } from "../testing/index.ts";
import { onlyMachine } from "../testing/only-machine.ts";

const SETTINGS = "Msvm_VirtualSystemSettingData";
const CHECKPOINT = "9C0D1E2F-0000-4000-8000-000000000001";
const YOUNGER = "9C0D1E2F-0000-4000-8000-000000000002";

function checkpointRow(id: string, properties: Readonly<Record<string, CimValue>>): CimInstance {
  return row(SETTINGS, {
    InstanceID: `Microsoft:${id}`,
    VirtualSystemIdentifier: ROW_MACHINE,
    VirtualSystemType: "Microsoft:Hyper-V:Snapshot:Realized",
    ElementName: "one",
    ...properties,
  });
}

test("`readMachines()` reads the tree with parents before children, and what is no part of it apart", async () => {
  const moment = (text: string): CimValue => ({ kind: "moment", instant: Temporal.Instant.from(text) });
  const base = hostRows();
  const machine = await onlyMachine({
    ...base,
    [SETTINGS]: [
      ...(base[SETTINGS] ?? []),
      checkpointRow(YOUNGER, {
        ElementName: "two",
        Parent: pathText(SETTINGS, `Microsoft:${CHECKPOINT}`),
        CreationTime: moment("2026-05-02T10:00:00Z"),
        ConsistencyLevel: 1,
      }),
      checkpointRow(CHECKPOINT, { CreationTime: moment("2026-05-01T10:00:00Z"), IsSaved: true }),
      checkpointRow("9C0D1E2F-0000-4000-8000-000000000003", {
        ElementName: "web01 - Backup",
        VirtualSystemType: "Microsoft:Hyper-V:Snapshot:Recovery",
      }),
      checkpointRow("9C0D1E2F-0000-4000-8000-000000000004", {
        VirtualSystemType: "Microsoft:Hyper-V:Snapshot:Replica:Standard",
      }),
      checkpointRow("9C0D1E2F-0000-4000-8000-000000000005", {
        VirtualSystemType: "Microsoft:Hyper-V:Snapshot:Missing",
      }),
    ],
    Msvm_MostCurrentSnapshotInBranch: [
      row("Msvm_MostCurrentSnapshotInBranch", {
        Antecedent: String.raw`\\HV01\root\virtualization\v2:Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="${ROW_MACHINE}"`,
        Dependent: pathText(SETTINGS, `Microsoft:${YOUNGER}`),
      }),
    ],
  });
  assert.deepEqual(
    machine.checkpoints.map(({ name, parent, type, memory }) => [name, parent, type, memory]),
    [
      ["one", null, "standard", true],
      ["two", CHECKPOINT.toLowerCase(), "production", false],
    ],
  );
  assert.equal(machine.current, YOUNGER.toLowerCase());
  assert.deepEqual(
    machine.recoveryCheckpoints.map(({ name }) => name),
    ["web01 - Backup"],
  );
  assert.equal(machine.missingCheckpoints, 1);
});

test("`readMachines()` shows a circle of parents instead of losing it", async () => {
  const base = hostRows();
  const machine = await onlyMachine({
    ...base,
    [SETTINGS]: [
      ...(base[SETTINGS] ?? []),
      checkpointRow(CHECKPOINT, { Parent: pathText(SETTINGS, `Microsoft:${YOUNGER}`) }),
      checkpointRow(YOUNGER, { Parent: pathText(SETTINGS, `Microsoft:${CHECKPOINT}`) }),
    ],
  });
  assert.equal(machine.checkpoints.length, 2);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Guid, guid } from "../../base/index.ts";
import { VIRTUALIZATION_V1, VIRTUALIZATION_V2 } from "../cim-names.ts";
import { machineConditions } from "./machine-filter.ts";

const MACHINE = guid("11111111-0000-4000-8000-000000000001");

function owner(number: number): Guid {
  return guid(`22222222-0000-4000-8000-${String(number).padStart(12, "0")}`);
}

test("`machineConditions()` names every owner once, and never more than sixteen in one query", () => {
  for (const [count, queries] of [
    [0, 1],
    [15, 1],
    [16, 2],
    [31, 2],
    [32, 3],
    [50, 4],
  ] as const) {
    const owners = Array.from({ length: count }, (_, at) => owner(at));
    const read = { namespace: VIRTUALIZATION_V2, machine: { id: MACHINE, owners: [...owners, MACHINE] } };
    const conditions = machineConditions("storageAllocation", read) ?? [];
    assert.equal(conditions.length, queries, `${count} owners`);
    const named = conditions.map((text) => [...text.matchAll(/LIKE 'Microsoft:([0-9A-F-]{36})%'/g)]);
    assert.ok(named.every((ids) => ids.length <= 16));
    const ids = named.flat().map(([, id]) => String(id).toLowerCase());
    assert.deepEqual([...ids].sort(), [MACHINE, ...owners].sort());
  }
});

test("`machineConditions()` knows by which property each class names the machine", () => {
  const machine = { id: MACHINE, owners: [] };
  const id = MACHINE.toUpperCase();
  const newer = { namespace: VIRTUALIZATION_V2, machine };
  assert.deepEqual(machineConditions("computerSystem", newer), [`Name = '${id}'`]);
  assert.deepEqual(machineConditions("vssComponent", newer), [`SystemName = '${id}'`]);
  assert.deepEqual(machineConditions("settings", newer), [`VirtualSystemIdentifier = '${id}'`]);
  const older = { namespace: VIRTUALIZATION_V1, machine };
  assert.deepEqual(machineConditions("settings", older), [`SystemName = '${id}'`]);
  assert.equal(machineConditions("diskDrive", newer), undefined);
});

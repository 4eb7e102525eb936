import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { checkpointOf, diskOf, machineOf } from "../testing/index.ts";
import { fingerprintOf } from "./fingerprint.ts";

const HELD = guid("9c0d1e2f-0000-4000-8000-0000000000ff");

function lines(changed: Partial<MachineInventory> = {}): string {
  const held = checkpointOf({ id: HELD, disks: [diskOf()] });
  const machine = machineOf({ checkpoints: [checkpointOf()], recoveryCheckpoints: [held], ...changed });
  return fingerprintOf(machine, HELD).lines.join("\n");
}

test("`fingerprintOf()` changes with the tree, the disks and the held checkpoint", () => {
  const before = lines();
  const other = guid("9c0d1e2f-0000-4000-8000-000000000002");
  const changes: readonly Partial<MachineInventory>[] = [
    { checkpoints: [] },
    { checkpoints: [checkpointOf(), checkpointOf({ id: other })] },
    { checkpoints: [checkpointOf({ name: "renamed" })] },
    { checkpoints: [checkpointOf({ parent: other })] },
    { checkpoints: [checkpointOf({ disks: [diskOf()] })] },
    { current: checkpointOf().id },
    { disks: [diskOf({ path: "D:\\M\\m_1.avhdx" })] },
    { disks: [diskOf(), diskOf({ location: 1 })] },
    { disks: [] },
    { recoveryCheckpoints: [] },
    { activity: "migrating" },
  ];
  for (const change of changes) assert.notEqual(lines(change), before, JSON.stringify(change));
});

test("`fingerprintOf()` does not change with what does not matter to held files", () => {
  const before = lines();
  for (const change of [{ power: "off" }, { activity: "checkpointing" }, { healthCritical: true }] as const) {
    assert.equal(lines(change), before);
  }
  assert.equal(lines({ disks: [diskOf({ path: "d:/m/M.VHDX" })] }), before);
});

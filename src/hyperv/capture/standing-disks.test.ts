import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import type { CimInstance } from "../../cim/index.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { accessTo } from "../testing/access-to.ts";
import { checkpointOf, diskOf, machineOf, row, ScriptedSession } from "../testing/index.ts";
import type { RecoveryCustody } from "./recovery-custody.ts";
import { standingDisks } from "./standing-disks.ts";

const HELD = guid("9c0d1e2f-0000-4000-8000-0000000000ff");
const SERVICE = row("Msvm_ImageManagementService", { Name: "vmms" }, ["Name"]);
const PLACE = { controller: "scsi", number: 0, location: 0 } as const;

function custody(changed: Partial<RecoveryCustody> = {}): RecoveryCustody {
  return {
    entry: "e1",
    machine: machineOf().id,
    machineName: "web01",
    run: "run-1",
    recorded: null,
    before: [],
    tree: [],
    leaves: [{ ...PLACE, path: "D:\\m.vhdx" }],
    ...changed,
  };
}

/** Asks a host whose differencing disks have these parents. */
async function standing(
  machine: MachineInventory,
  parents: Readonly<Record<string, string>>,
  known: RecoveryCustody = custody(),
): Promise<readonly string[]> {
  const session = new ScriptedSession({ rows: { [SERVICE.className]: [SERVICE] } });
  session.invoke = async (_on, method, input) => {
    assert.equal(method, "GetVirtualHardDiskSettingData");
    const path = input.arguments["Path"];
    const parent = typeof path === "string" ? parents[path] : undefined;
    const SettingData: CimInstance = {
      kind: "instance",
      className: "Msvm_VirtualHardDiskSettingData",
      properties: { ParentPath: parent ?? "" },
    };
    return { returnValue: 0, out: { SettingData } };
  };
  return await standingDisks(accessTo(session), { machine, custody: known, checkpoint: HELD });
}

const held = checkpointOf({ id: HELD, disks: [diskOf({ path: "D:\\m.vhdx" })] });

test("`standingDisks()` finds the differencing disk on top of the frozen leaf", async () => {
  const machine = machineOf({ disks: [diskOf({ path: "D:\\m_1.avhdx" })], recoveryCheckpoints: [held] });
  assert.deepEqual(await standing(machine, { "D:\\m_1.avhdx": "d:\\M.vhdx" }), ["D:\\m_1.avhdx"]);
});

test("`standingDisks()` finds it below the checkpoint that a user made since", async () => {
  const machine = machineOf({ disks: [diskOf({ path: "D:\\m_2.avhdx" })], recoveryCheckpoints: [held] });
  const parents = { "D:\\m_2.avhdx": "D:\\m_1.avhdx", "D:\\m_1.avhdx": "D:\\m.vhdx" };
  assert.deepEqual(await standing(machine, parents), ["D:\\m_1.avhdx"]);
});

test("`standingDisks()` gives up a chain that does not lead to the frozen leaf, or runs in a circle", async () => {
  const machine = machineOf({ disks: [diskOf({ path: "D:\\x.avhdx" })], recoveryCheckpoints: [held] });
  assert.deepEqual(await standing(machine, {}), []);
  assert.deepEqual(await standing(machine, { "D:\\x.avhdx": "D:\\x.avhdx" }), []);
});

test("`standingDisks()` where the host says no parent of a disk in use are the leaves, unless a user changed the tree", async () => {
  const machine = machineOf({ disks: [diskOf({ path: "D:\\m_1.avhdx" })], recoveryCheckpoints: [held] });
  const session = new ScriptedSession({ rows: { [SERVICE.className]: [SERVICE] } });
  session.invoke = async () => ({ returnValue: 32_773, out: {} });
  const of = async (known: MachineInventory): Promise<readonly string[]> =>
    await standingDisks(accessTo(session), { machine: known, custody: custody(), checkpoint: HELD });
  assert.deepEqual(await of(machine), ["D:\\m_1.avhdx"]);
  assert.deepEqual(await of({ ...machine, checkpoints: [checkpointOf()] }), []);
});

test("`standingDisks()` of a checkpoint that is gone are the leaves that changed, unless a user changed the tree", async () => {
  const machine = machineOf({ disks: [diskOf({ path: "D:\\m_1.avhdx" })] });
  assert.deepEqual(await standing(machine, {}), ["D:\\m_1.avhdx"]);
  const changed = machineOf({ disks: [diskOf({ path: "D:\\m_1.avhdx" })], checkpoints: [checkpointOf()] });
  assert.deepEqual(await standing(changed, {}), []);
  assert.deepEqual(await standing(machineOf({ disks: [diskOf({ path: "D:\\M.VHDX" })] }), {}), []);
});

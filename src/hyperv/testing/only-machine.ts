import assert from "node:assert/strict";
import type { CimInstance } from "../../cim/index.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { readMachines } from "../inventory/read-host.ts";
import { ScriptedSession } from "./scripted-session.ts";

/** The one machine of a host of these rows. */
export async function onlyMachine(rows: Record<string, readonly CimInstance[]>): Promise<MachineInventory> {
  await using session = new ScriptedSession({ rows });
  const [machine, ...others] = await readMachines(session);
  assert.ok(machine !== undefined && others.length === 0);
  return machine;
}

import { newGuid } from "../../base/index.ts";
import { SimulatedActRefusedError } from "../errors.ts";
import { checkpointOf, machineOf } from "../state/lineage.ts";
import type { ScriptedAct } from "../state/scenario.ts";
import { MACHINE_STATES, type MachineEntry } from "../state/schema.ts";
import type { ActContext } from "./act-context.ts";
import { applyCheckpoint } from "./apply-checkpoint.ts";
import { changeState } from "./change-state.ts";
import { createUserCheckpoint } from "./create-checkpoint.ts";
import { guestWrite } from "./guest-write.ts";
import { mergeDisks } from "./merge-disks.ts";
import { removeCheckpoint } from "./remove-checkpoint.ts";
import { seededBytes } from "./seeded-bytes.ts";

/** Does what a user, a guest or another product does in the middle of somebody's run. */
export async function performScriptedAct(context: ActContext, act: ScriptedAct): Promise<void> {
  const machine = machineOf(context.host, act.machine);
  switch (act.kind) {
    case "create-checkpoint":
      await createUserCheckpoint(context, machine, { name: act.name, memory: act.memory });
      break;
    case "apply-checkpoint":
      await applyCheckpoint(context, machine, { checkpoint: checkpointOf(machine, act.checkpoint) });
      break;
    case "remove-checkpoint":
      await removeUserCheckpoint(context, machine, act.checkpoint);
      break;
    case "guest-write": {
      const { disk, offset, length, seed } = act;
      await guestWrite(context, machine, { disk, offset, bytes: seededBytes(seed, length) });
      break;
    }
    case "set-state":
      await changeState(context, machine, machineState(act.state));
      break;
    case "foreign-recovery-checkpoint":
      addForeignCheckpoint(context, machine);
      break;
    case "delete-machine":
      context.host.machines = context.host.machines.filter((one) => one !== machine);
      break;
  }
}

/** A user's checkpoint is removed, and its disks are merged at once or stay outstanding. */
export async function removeUserCheckpoint(
  context: ActContext,
  machine: MachineEntry,
  nameOrId: string,
): Promise<void> {
  const merges = await removeCheckpoint(context, machine, checkpointOf(machine, nameOrId).id);
  const outcome = await mergeDisks(context, machine, merges);
  if (outcome === "waiting") machine.pendingMerges = [...(machine.pendingMerges ?? []), ...merges];
}

/** @throws {SimulatedActRefusedError} */
export function machineState(text: string): MachineEntry["state"] {
  const found = MACHINE_STATES.find((state) => state === text);
  if (found === undefined) {
    throw new SimulatedActRefusedError(
      `Cannot set the state "${text}": machines are ${MACHINE_STATES.join(", ")}`,
    );
  }
  return found;
}

/** Another product's: it froze no disk that we would see (hyperv-facts 2.1). */
function addForeignCheckpoint(context: ActContext, machine: MachineEntry): void {
  const entry = {
    id: newGuid(context.entropy).toUpperCase(),
    name: `${machine.name} - another product`,
    created: context.clock.now().toString(),
    consistency: 2,
    memory: false,
    disks: [],
  };
  machine.recoveryCheckpoints = [...(machine.recoveryCheckpoints ?? []), entry];
}

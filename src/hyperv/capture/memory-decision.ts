import type { HeldFile, HeldMachine } from "../held-machine.ts";
import type { CheckpointInventory, MachineInventory } from "../inventory/machine-inventory.ts";
import type { CheckpointLevel } from "./make-checkpoint.ts";

/** Whether the memory of the held instant is in what was held, and why not (S9). */
export function decideMemory(
  machine: MachineInventory,
  held: {
    readonly checkpoint: CheckpointInventory;
    readonly files: readonly HeldFile[];
    readonly level: CheckpointLevel;
  },
): HeldMachine["memory"] {
  const { power } = machine;
  if (power === "saved") {
    const isFound = held.checkpoint.memory && held.files.some(({ role }) => role === "memory");
    if (isFound) return { kept: true };
    return { kept: false, reason: "the machine is saved, but its saved state is not in what was held" };
  }
  if (power === "off") return { kept: false, reason: "the machine is off and has no memory" };
  if (power === "paused") return { kept: false, reason: "the memory of a paused machine is not kept" };
  const kind =
    held.level === "application" ? "a production checkpoint" : "a backup checkpoint at level crash";
  const others = machine.checkpoints.filter((checkpoint) => checkpoint.memory).map(({ name }) => `"${name}"`);
  const also = others.length === 0 ? "" : `; the memory of ${others.join(", ")} is kept with that checkpoint`;
  return { kept: false, reason: `${kind} holds no memory${also}` };
}

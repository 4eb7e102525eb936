import type { HoldWishes } from "../hold-wishes.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import type { Warning } from "./coverage.ts";
import { idleExclusions, namesMachine } from "./excluded-disks.ts";

/** The price of what was wished for, and wishes that came to nothing. */
export function wishWarnings(machine: MachineInventory, wishes: HoldWishes): readonly Warning[] {
  const named = (wishes.excludeDisks ?? []).filter((exclusion) => namesMachine(exclusion, machine));
  const idle = idleExclusions([machine], named).map(({ text }): Warning => {
    return {
      code: "exclusion-without-disk",
      sentence: { key: "warnIdleExclusion", facts: { exclusion: text } },
    };
  });
  return [...idle, ...memoryWarnings(machine, wishes)];
}

function memoryWarnings(machine: MachineInventory, wishes: HoldWishes): readonly Warning[] {
  if (wishes.memory !== "include" || machine.power === "saved") return [];
  if (machine.power === "paused") return []; // has its own warning
  if (machine.power !== "running") {
    return [{ code: "memory-not-kept", sentence: { key: "warnMemoryNotRunning" } }];
  }
  const price: Warning = { code: "memory-by-checkpoint", sentence: { key: "warnMemoryByCheckpoint" } };
  if (machine.domainController !== undefined || machine.guestOs === "linux") return [price];
  return [price, { code: "domain-controller-unknown", sentence: { key: "warnControllerUnknown" } }];
}

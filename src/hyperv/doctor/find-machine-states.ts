import type { MachineInventory } from "../inventory/machine-inventory.ts";
import type { Examination } from "./examination.ts";
import type { Leftover } from "./leftover.ts";

/** States that a backup may have left a machine in, where no entry of the journal speaks of the machine. */
export function findMachineStates({ entries, machines }: Examination): readonly Leftover[] {
  const known = new Set(entries.map(({ machine }) => machine.toLowerCase()));
  return machines.filter(({ id }) => !known.has(id)).flatMap(statesOf);
}

function statesOf(machine: MachineInventory): readonly Leftover[] {
  const states: [boolean, Pick<Leftover, "kind" | "owner" | "action">][] = [
    [
      machine.suspendedMerge !== undefined,
      {
        kind: "suspended-merge",
        owner: "unknown",
        action:
          "nothing: an export or a backup may go on; restart the machine, or the service vmms, when its differencing disks pile up",
      },
    ],
    [
      machine.activity === "merging",
      { kind: "outstanding-merge", owner: "unknown", action: "nothing: Hyper-V merges; wait for it" },
    ],
    [
      machine.replication.some(({ state }) => state === "suspended" || state === "resync-suspended"),
      {
        kind: "suspended-replication",
        owner: "other",
        action: "nothing: somebody suspended it; Resume-VMReplication lets it go on",
      },
    ],
  ];
  return states
    .filter(([isSo]) => isSo)
    .map(([, facts]) => ({
      ...facts,
      machine: { id: machine.id, name: machine.name },
      subject: machine.name,
      ageSeconds: null,
      removable: false,
    }));
}

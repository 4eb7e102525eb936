import type { HostMachine } from "../../app/index.ts";
import type { MachineLine, ProposalFields } from "../../contract/index.ts";

/** The line of one machine, for `machines` and `forecast`. Ids are printed in upper case. */
export function machineLine(machine: HostMachine, proposal?: ProposalFields): MachineLine {
  const { forecast } = machine;
  return {
    type: "machine",
    id: machine.id.toUpperCase(),
    name: machine.name,
    state: machine.state,
    generation: machine.generation,
    disks: machine.disks,
    forecast: {
      possible: forecast.possible,
      consistency: forecast.consistency,
      method: forecast.method,
      checkpointKind: forecast.checkpointKind,
      interruptsGuest: forecast.interruptsGuest,
      memory: forecast.memory,
      reason: forecast.reason,
      uncovered: forecast.uncovered,
      warnings: forecast.warnings,
    },
    ...(proposal && { proposal }),
  };
}

import type { CommandStage } from "./item-commands.ts";

/** What became of the machine, as its after command is told. `died`: the run was killed, and this is the next start. */
export type MachineEnd = "done" | "skipped" | "failed" | "interrupted" | "died";

export interface CommandFacts {
  readonly stage: CommandStage;
  readonly run: string;
  readonly host: string;
  readonly machine: { readonly id: string; readonly name: string };
  readonly outcome?: MachineEnd | undefined;
  /** How often an after command is begun, this time included. */
  readonly attempt?: number | undefined;
}

/** The variables that a command gets. Ids are in upper case, as Windows prints them. */
export function commandEnvironment(facts: CommandFacts): Readonly<Record<string, string>> {
  const { stage, run, host, machine, outcome, attempt } = facts;
  return {
    STILLPOINT_STAGE: stage,
    STILLPOINT_RUN: run,
    STILLPOINT_HOST: host,
    STILLPOINT_MACHINE_ID: machine.id.toUpperCase(),
    STILLPOINT_MACHINE_NAME: machine.name,
    ...(outcome === undefined ? {} : { STILLPOINT_OUTCOME: outcome }),
    ...(attempt === undefined ? {} : { STILLPOINT_ATTEMPT: String(attempt) }),
  };
}

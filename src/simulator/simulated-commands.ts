import { HostCommandError, type HostCommandResult, type HostCommands } from "../places/index.ts";

/** Programs on the simulated host: there is none yet, so each is refused as Windows refuses an unknown name. */
export const noPrograms: HostCommands = {
  async run(program): Promise<HostCommandResult> {
    throw new HostCommandError(`Cannot run "${program}": the simulated host has no such program`, {
      program,
      reason: "missing",
    });
  },
};

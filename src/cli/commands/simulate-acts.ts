import { simulateAudit, simulateCheckpoint, simulateWrite } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command, CommandInput } from "../command.ts";
import { amount } from "../output/index.ts";
import { wantedNumber, wantedOption } from "./wanted-option.ts";

export const simulateWriteCommand: Command = {
  contract: COMMANDS["simulate write"],
  emptySummary: { bytesWritten: 0 },
  async run(input, { output, context }) {
    const command = "simulate write";
    const request = {
      ...machineRequest(input, command),
      disk: wantedNumber(input, command, "disk"),
      offset: wantedNumber(input, command, "offset"),
      file: wantedOption(input, command, "from"),
    };
    const written = await simulateWrite(request, context);
    output.say(`the guest of ${request.machine} wrote ${amount(written.bytesWritten)}`);
    return { exitCode: EXIT.done, summary: { ...written } };
  },
};

export const simulateCheckpointCommand = checkpointCommand("checkpoint", "made");
export const simulateApplyCommand = checkpointCommand("apply", "applied");
export const simulateRemoveCommand = checkpointCommand("remove", "removed");

export const simulateAuditCommand: Command = {
  contract: COMMANDS["simulate audit"],
  emptySummary: { leftBehind: [] },
  async run(input, { output, context, paint }) {
    const { leftBehind } = await simulateAudit(wantedOption(input, "simulate audit", "state"), context);
    for (const left of leftBehind) output.say(paint.bad(left));
    if (leftBehind.length === 0) output.say(paint.good("nothing was left behind"));
    return { exitCode: leftBehind.length === 0 ? EXIT.done : EXIT.failed, summary: { leftBehind } };
  },
};

function checkpointCommand(act: "checkpoint" | "apply" | "remove", done: string): Command {
  const command = `simulate ${act}` as const;
  return {
    contract: COMMANDS[command],
    async run(input, { output, context }) {
      const request = { ...machineRequest(input, command), name: wantedOption(input, command, "name") };
      const made = await simulateCheckpoint(act, request, context);
      const id = made.id === undefined ? "" : `: ${made.id}`;
      output.say(`the checkpoint "${request.name}" of ${request.machine} is ${done}${id}`);
      return { exitCode: EXIT.done, summary: { machine: request.machine, name: request.name, ...made } };
    },
  };
}

function machineRequest(input: CommandInput, command: string) {
  return {
    folder: wantedOption(input, command, "state"),
    machine: wantedOption(input, command, "machine"),
  };
}

import { type MachineSelection, UsageError } from "../../app/index.ts";
import { type CommandInput, listOption, switchOption } from "../command.ts";

/** All machines where none is named: for commands that only look. */
export function selectionOrAll(input: CommandInput): MachineSelection {
  const names = listOption(input, "machine");
  return names.length === 0 ? { all: true } : { names };
}

/** Exactly one of --all and --machine: for commands that act. @throws {UsageError} */
export function selectionAsked(input: CommandInput): MachineSelection {
  const names = listOption(input, "machine");
  const all = switchOption(input, "all") === true;
  if (all === names.length > 0) {
    throw new UsageError("Cannot choose machines: wanted either --all or --machine NAME|ID");
  }
  return all ? { all: true } : { names };
}

import { parseArguments } from "./arguments.ts";
import { COMMAND_LIST } from "./commands/index.ts";
import { outliveReaders } from "./outlive-readers.ts";
import { runCommand } from "./run-command.ts";

/** The program. Gives the exit code; prints nothing but through an output. */
export async function main(args: readonly string[]): Promise<number> {
  const watch = outliveReaders();
  const parsed = await parseArguments(args, COMMAND_LIST);
  return parsed.kind === "ended" ? parsed.exitCode : await runCommand(parsed.command, parsed.input, watch);
}

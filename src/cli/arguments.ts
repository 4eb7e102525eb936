import { CommanderError, Option, Command as Program } from "commander";
import {
  COMMAND_GROUPS,
  EXIT,
  exitCodesOf,
  PARAMETER_GROUPS,
  PARAMETERS,
  type Parameter,
  type ParameterName,
} from "../contract/index.ts";
import type { Command, CommandInput } from "./command.ts";
import { printUsageError } from "./usage-error.ts";
import { VERSION } from "./version.ts";

export type ParsedArguments =
  | { readonly kind: "command"; readonly command: Command; readonly input: CommandInput }
  /** Help was printed, or the usage was wrong and that was said. */
  | { readonly kind: "ended"; readonly exitCode: number };

/** Holds what was typed against the contracts. */
export async function parseArguments(
  args: readonly string[],
  commands: readonly Command[],
): Promise<ParsedArguments> {
  let chosen: ParsedArguments | undefined;
  const program = new Program("stillpoint")
    .description("Backs up Hyper-V machines into an encrypted deduplicating vault, and brings them back.")
    .version(VERSION)
    .exitOverride()
    .enablePositionalOptions() // flags are those of the word before them: `simulate` and `simulate write` share some
    .configureOutput({
      writeErr: (text) => printUsageError(text, args.includes("--json") ? "json" : "text"),
    });
  for (const command of commands) {
    addCommand(program, command, (input) => {
      chosen = { kind: "command", command, input };
    });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: "ended", exitCode: error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage };
  }
  if (chosen !== undefined) return chosen;
  program.outputHelp();
  return { kind: "ended", exitCode: EXIT.wrongUsage };
}

function addCommand(program: Program, command: Command, choose: (input: CommandInput) => void): void {
  const { contract } = command;
  const words = contract.name.split(" ");
  let parent = program;
  for (const word of words.slice(0, -1)) {
    parent =
      parent.commands.find((known) => known.name() === word) ??
      parent
        .command(word)
        .description(COMMAND_GROUPS[word] ?? "")
        .exitOverride();
    parent.enablePositionalOptions();
  }
  const added = parent
    .command(words.at(-1) as string)
    .summary(contract.summary)
    .description(contract.description)
    .exitOverride()
    .addHelpText("after", helpTail(command));
  const { argument } = contract;
  if (argument !== undefined) {
    const name = argument.several === true ? `${argument.name}...` : argument.name;
    added.argument(argument.optional === true ? `[${name}]` : `<${name}>`, argument.text);
  }
  for (const name of contract.parameters) {
    const option = optionOf(PARAMETERS[name]);
    added.addOption(contract.parameters.includes("host") ? option.helpGroup(groupOf(name)) : option);
  }
  added.action((...given: unknown[]) => {
    const options = added.opts<CommandInput["options"]>();
    const typed = argument === undefined ? undefined : given[0];
    if (Array.isArray(typed)) choose({ argument: "", arguments: typed as readonly string[], options });
    else choose({ argument: typeof typed === "string" ? typed : "", options });
  });
}

function optionOf(parameter: Parameter): Option {
  const { flag, value, text, choices } = parameter;
  if (value === undefined) return new Option(`--${flag}`, text);
  const form = `--${flag} ${value.startsWith("[") ? value : `<${value}>`}`;
  if (parameter.required === true) return new Option(form, `${text} (required)`).makeOptionMandatory();
  if (choices !== undefined) return new Option(form, text).choices([...choices]);
  return parameter.repeatable === true ? new Option(form, text).argParser(collected) : new Option(form, text);
}

function groupOf(name: ParameterName): string {
  const [heading] = Object.entries(PARAMETER_GROUPS).find(([, names]) => names.includes(name)) ?? [
    "Output and state",
  ];
  return `${heading}:`;
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function helpTail(command: Command): string {
  const codes = exitCodesOf(command.contract).map(
    ([code, meaning]) => `  ${String(code).padEnd(3)}  ${meaning}`,
  );
  return `\nExample:\n  ${command.contract.example}\n\nExit codes:\n${codes.join("\n")}`;
}

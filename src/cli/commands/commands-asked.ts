import { type CommandsRequest, UsageError } from "../../app/index.ts";
import { type CommandInput, textOption } from "../command.ts";

type ItemCommand = NonNullable<CommandsRequest["before"]>;

const LONGEST_SECONDS = 86_400;

/** The user's own commands around each machine. @throws {UsageError} */
export function commandsAsked(input: CommandInput): CommandsRequest {
  return {
    before: commandAsked(input, "before"),
    thaw: commandAsked(input, "thaw"),
    after: commandAsked(input, "after"),
    timeoutMs: timeoutMs(input),
  };
}

function commandAsked(input: CommandInput, stage: "before" | "thaw" | "after"): ItemCommand | undefined {
  const text = textOption(input, stage);
  const place = textOption(input, `${stage}On`);
  if (text === undefined) {
    if (place === undefined) return undefined;
    throw new UsageError(`Cannot use --${stage}-on: there is no --${stage} COMMAND`);
  }
  if (text.trim() === "") throw new UsageError(`Cannot run --${stage}: the command is empty`);
  return { text, on: place === "host" ? "host" : "here" };
}

function timeoutMs(input: CommandInput): number | undefined {
  const text = textOption(input, "commandTimeout");
  if (text === undefined) return undefined;
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > LONGEST_SECONDS) {
    throw new UsageError(`Cannot wait ${text} seconds for a command: wanted 1 to ${LONGEST_SECONDS}`);
  }
  return seconds * 1000;
}

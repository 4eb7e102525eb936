import { type HoldWishes, parseDiskExclusion, parseHostAddress, UsageError } from "../../app/index.ts";
import { type CommandInput, listOption, requiredOption, switchOption, textOption } from "../command.ts";

/** What the command asks of each hold. @throws {UsageError} */
export function holdWishes(input: CommandInput): HoldWishes {
  const wishes: HoldWishes = {
    requireApplication: switchOption(input, "requireApplication"),
    method: method(input),
    memory: textOption(input, "memory") === "include" ? "include" : undefined,
    excludeDisks: listOption(input, "excludeDisk").map(parseDiskExclusion),
    allowServiceSwitch: switchOption(input, "allowServiceSwitch"),
    suspendReplication: switchOption(input, "suspendReplication"),
  };
  const host = requiredOption(input, "host");
  const isAsked =
    wishes.method !== undefined ||
    wishes.memory !== undefined ||
    wishes.suspendReplication === true ||
    (wishes.excludeDisks ?? []).length > 0;
  if (isAsked && parseHostAddress(host).kind === "folder") {
    throw new UsageError(
      `Cannot use --method, --memory, --exclude-disk or --suspend-replication with the host "${host}": nothing is held in a folder`,
    );
  }
  return wishes;
}

/** `auto` is to wish nothing. */
function method(input: CommandInput): HoldWishes["method"] {
  const text = textOption(input, "method");
  return text === "recovery-checkpoint" || text === "shadow-copy" ? text : undefined;
}

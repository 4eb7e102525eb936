import { UsageError } from "../../app/index.ts";
import { type CommandInput, textOption } from "../command.ts";

/**
 * A flag that a command wants although its contract cannot say so: `simulate` has commands below it, and what is required
 * of it would be required of them. @throws {UsageError}
 */
export function wantedOption(input: CommandInput, command: string, name: string): string {
  const value = textOption(input, name);
  if (value !== undefined) return value;
  const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`Cannot run "${command}": wanted --${flag}`);
}

/** The same for a whole number that is not negative. @throws {UsageError} */
export function wantedNumber(input: CommandInput, command: string, name: string): number {
  const text = wantedOption(input, command, name);
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new UsageError(`Cannot run "${command}": --${name} "${text}" is no whole number`);
}

import { UsageError } from "../../app/index.ts";
import type { CommandInput } from "../command.ts";

/** A share of the data; the flag alone means all of it. @throws {UsageError} */
export function percentOption(input: CommandInput, name: string): number | undefined {
  const value = input.options[name];
  if (value === undefined) return undefined;
  if (value === true) return 100;
  const number = Number(value);
  if (!(number > 0 && number <= 100))
    throw new UsageError(`Cannot read ${String(value)} % of the data: wanted 1 to 100`);
  return number;
}

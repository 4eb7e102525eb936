import { type CopyWish, UsageError } from "../../app/index.ts";
import { type CommandInput, listOption, switchOption } from "../command.ts";

/** Exactly one of POINTs, --machine and --all. @throws {UsageError} */
export function copyAsked(input: CommandInput): CopyWish {
  const points = input.arguments ?? [];
  const machines = listOption(input, "machine");
  const all = switchOption(input, "all");
  const ways = [points.length > 0, machines.length > 0, all === true].filter(Boolean).length;
  if (ways !== 1) {
    throw new UsageError(
      "Cannot choose restore points: wanted either POINTs, or --machine NAME|ID, or --all",
    );
  }
  if (all === true) return { all };
  return points.length > 0 ? { points } : { machines };
}

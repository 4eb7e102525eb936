import { UsageError, type VaultLock } from "../../app/index.ts";
import { type CommandInput, textOption } from "../command.ts";

const MOST_DAYS = 3650;

/** How objects are to be locked; undefined when that was not asked for. @throws {UsageError} */
export function lockAsked(input: CommandInput): VaultLock | undefined {
  const text = textOption(input, "lock");
  const mode = textOption(input, "lockMode");
  if (text === undefined) {
    if (mode === undefined) return undefined;
    throw new UsageError("Cannot use --lock-mode alone: wanted --lock DAYS with it");
  }
  const days = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Number.NaN;
  if (!(days <= MOST_DAYS)) {
    throw new UsageError(`Cannot lock objects for "${text}" days: wanted 1 to ${MOST_DAYS}`);
  }
  return { days, mode: mode === "governance" ? "governance" : "compliance" };
}

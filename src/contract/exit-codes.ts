import type { CommandContract } from "./commands.ts";
import type { ParameterName } from "./parameters.ts";

/** What each exit code means, over all commands. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: "done, warnings included",
  1: "failed; also: every machine failed, an unknown machine, a refused host",
  2: "wrong usage",
  3: "some of the machines asked for failed, or warnings with --fail-on-warning",
  4: "the vault or a restore point is damaged",
  130: "interrupted; what was held was released first",
};

/** The exit codes that one command can end with, and what each means there; in the order of the codes. */
export function exitCodesOf(contract: CommandContract): readonly (readonly [number, string])[] {
  const meanings = meaningsIn(contract.parameters);
  return [0, 1, 2, ...(contract.exitCodes ?? [])].map((code) => [code, meanings[code] ?? ""]);
}

function meaningsIn(parameters: readonly ParameterName[]): Readonly<Record<number, string>> {
  if (parameters.includes("all")) return EXIT_CODES;
  if (parameters.includes("allPoints")) {
    return {
      ...EXIT_CODES,
      1: "failed; also: every restore point failed",
      3: "some of the restore points asked for failed, or warnings with --fail-on-warning",
      130: "interrupted; what was copied before is there",
    };
  }
  if (parameters.includes("allLatest")) {
    return {
      ...EXIT_CODES,
      1: "failed; also: every restore point failed",
      3: "some of the restore points asked for failed, or warnings with --fail-on-warning",
      130: "interrupted; files that were whole before are there",
    };
  }
  return {
    ...EXIT_CODES,
    1: parameters.includes("host") ? "failed; also: an unknown machine, a refused host" : "failed",
    3: "there were warnings, with --fail-on-warning",
    130: "interrupted",
  };
}

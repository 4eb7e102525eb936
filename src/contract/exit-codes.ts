import type { CommandContract } from "./command-contract.ts";
import { EXIT } from "./exit.ts";
import type { ParameterName } from "./parameters.ts";

/** What each exit code means, over all commands. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  [EXIT.done]: "done, warnings included",
  [EXIT.failed]: "failed; also: every machine failed, an unknown machine, a refused host",
  [EXIT.wrongUsage]: "wrong usage",
  [EXIT.mixed]: "some of the machines asked for failed, or warnings with --fail-on-warning",
  [EXIT.damaged]: "the vault or a restore point is damaged",
  [EXIT.interrupted]: "interrupted; what was held was released first",
};

/** What they mean where restore points are asked for rather than machines. */
const OF_POINTS: Readonly<Record<number, string>> = {
  ...EXIT_CODES,
  [EXIT.failed]: "failed; also: every restore point failed",
  [EXIT.mixed]: "some of the restore points asked for failed, or warnings with --fail-on-warning",
};

/** The exit codes that one command can end with, and what each means there; in the order of the codes. */
export function exitCodesOf(contract: CommandContract): readonly (readonly [number, string])[] {
  const meanings = meaningsIn(contract.parameters);
  const { done, failed, wrongUsage } = EXIT;
  return [done, failed, wrongUsage, ...(contract.exitCodes ?? [])].map((code) => [
    code,
    meanings[code] ?? "",
  ]);
}

function meaningsIn(parameters: readonly ParameterName[]): Readonly<Record<number, string>> {
  if (parameters.includes("all")) return EXIT_CODES;
  if (parameters.includes("allPoints"))
    return { ...OF_POINTS, [EXIT.interrupted]: "interrupted; what was copied before is there" };
  if (parameters.includes("allLatest"))
    return { ...OF_POINTS, [EXIT.interrupted]: "interrupted; files that were whole before are there" };
  return {
    ...EXIT_CODES,
    [EXIT.failed]: parameters.includes("host")
      ? "failed; also: an unknown machine, a refused host"
      : "failed",
    [EXIT.mixed]: "there were warnings, with --fail-on-warning",
    [EXIT.interrupted]: "interrupted",
  };
}

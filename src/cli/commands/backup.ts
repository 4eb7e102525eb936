import { describeError, language, runBackup, UsageError } from "../../app/index.ts";
import type { RunEvent } from "../../base/index.ts";
import { COMMANDS, type MachineName } from "../../contract/index.ts";
import { type Command, type CommandInput, switchOption, textOption } from "../command.ts";
import { backupExitCode } from "./backup-exit-code.ts";
import { commandsAsked } from "./commands-asked.ts";
import { holdWishes } from "./hold-wishes.ts";
import { hostRequest } from "./host-request.ts";
import { selectionAsked } from "./selection.ts";
import { tellBackup } from "./tell-backup.ts";
import { vaultRequest } from "./vault-request.ts";

export const backupCommand: Command = {
  contract: COMMANDS.backup,
  emptySummary: { points: [], failed: [], skipped: [] },
  async run(input, surface) {
    const selection = selectionAsked(input);
    const told = new Set<string>();
    const events = (event: RunEvent): void => {
      if (event.type === "step-warning") told.add(event.notice.message);
      surface.context.events(event);
    };
    const result = await runBackup(
      {
        ...(await vaultRequest(input, surface)),
        ...(await hostRequest(input, surface)),
        selection,
        wishes: holdWishes(input),
        attempts: attempts(input),
        retryDelaySeconds: retryDelaySeconds(input),
        commands: commandsAsked(input),
      },
      { ...surface.context, events },
    );
    const failed = result.failed.map(({ error, leftBehind, commands, warnings, ...facts }) => {
      const machine = printed(facts.machine);
      const proposal = result.proposals.get(facts.machine.id);
      const line = describeError(error, { language: language(), machine, proposal });
      surface.output.problem(line);
      const { code, message, advice } = line;
      const said = { code, message, advice, ...(line.proposal && { proposal: line.proposal }) };
      return { machine, error: said, leftBehind, warnings, commands };
    });
    tellBackup(result, surface, told);
    const points = result.points.map((point) => ({ ...point, machine: printed(point.machine) }));
    const skipped = result.skipped.map((one) => ({ ...one, machine: printed(one.machine) }));
    const { cleaned, warnings } = result;
    const failOnWarning = switchOption(input, "failOnWarning");
    return {
      exitCode: backupExitCode(result, { failOnWarning }),
      summary: { points, failed, skipped, cleaned, warnings },
    };
  },
};

/** Identifiers are printed in upper case, as Windows does. */
function printed(machine: MachineName): MachineName {
  return { id: machine.id.toUpperCase(), name: machine.name };
}

function attempts(input: CommandInput): number | undefined {
  const text = textOption(input, "retries");
  if (text === undefined) return undefined;
  if (!/^([1-9]\d?|100)$/.test(text)) throw new UsageError(`Cannot try ${text} times: wanted 1 to 100`);
  return Number(text);
}

function retryDelaySeconds(input: CommandInput): number | undefined {
  const text = textOption(input, "retryDelay");
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!/^\d{1,5}$/.test(text) || seconds < 1 || seconds > 86_400) {
    throw new UsageError(`Cannot wait ${text} seconds: wanted 1 to 86400`);
  }
  return seconds;
}

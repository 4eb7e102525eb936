import { type BackupResult, describeError, language, runBackup, UsageError } from "../../app/index.ts";
import { COMMANDS, type MachineName } from "../../contract/index.ts";
import {
  type Command,
  type CommandInput,
  type CommandSurface,
  switchOption,
  textOption,
} from "../command.ts";
import { amount, duration, shortId } from "../output/index.ts";
import { backupExitCode } from "./backup-exit-code.ts";
import { commandsAsked } from "./commands-asked.ts";
import { holdWishes } from "./hold-wishes.ts";
import { hostRequest } from "./host-request.ts";
import { selectionAsked } from "./selection.ts";
import { vaultRequest } from "./vault-request.ts";

export const backupCommand: Command = {
  contract: COMMANDS.backup,
  emptySummary: { points: [], failed: [], skipped: [] },
  async run(input, surface) {
    const selection = selectionAsked(input);
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
      surface.context,
    );
    const failed = result.failed.map(({ error, leftBehind, commands, warnings, ...facts }) => {
      const machine = printed(facts.machine);
      const line = describeError(error, { language: language(), machine });
      surface.output.problem(line);
      const { code, message, advice } = line;
      return { machine, error: { code, message, advice }, leftBehind, warnings, commands };
    });
    tell(result, surface);
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

/** The command that says more about a code. */
function explain(code: string): string {
  return `stillpoint explain ${code}`;
}

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

function tell(result: BackupResult, { output, paint }: CommandSurface): void {
  for (const sentence of result.cleaned.removed) output.say(`cleaned up: ${sentence}`);
  for (const sentence of result.cleaned.leftBehind)
    output.say(`${paint.bad("could not clean up:")} ${sentence}`);
  for (const { code, message } of result.warnings) {
    output.say(`${paint.warn("warning:")} ${message} ${paint.faint(`[${code}]`)}`);
  }
  output.table({
    columns: [
      { title: "MACHINE" },
      { title: "CONSISTENCY" },
      { title: "INTERRUPTED", align: "right" },
      { title: "READ", align: "right" },
      { title: "NEW", align: "right" },
      { title: "STORED", align: "right" },
      { title: "POINT" },
    ],
    rows: result.points.map((point) => [
      point.machine.name,
      point.consistency,
      point.interruptedSeconds === 0 ? "no" : duration(point.interruptedSeconds),
      amount(point.bytesRead + point.bytesReadMetadata),
      amount(point.bytesNew),
      amount(point.bytesStored),
      shortId(point.id),
    ]),
  });
  const left = [...result.points, ...result.failed].flatMap((one) =>
    one.leftBehind.map((sentence) => `${one.machine.name}: ${sentence}`),
  );
  for (const sentence of left) output.say(`${paint.bad("left behind on the host:")} ${sentence}`);
  if (left.length === 0) output.say(paint.good("nothing was left behind on the host"));
  const told = [...result.points.flatMap((point) => point.warnings), ...result.skipped];
  const codes = [...new Set(told.map(({ code }) => code))];
  if (codes.length > 0) output.say(paint.faint(`what to do: ${codes.map(explain).join(", ")}`));
  for (const skipped of result.skipped) output.say(`${skipped.machine.name}: skipped, ${skipped.message}`);
}

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
        requireApplication: switchOption(input, "requireApplication"),
        attempts: attempts(input),
      },
      surface.context,
    );
    const failed = result.failed.map(({ error, leftBehind, ...facts }) => {
      const machine = printed(facts.machine);
      const line = describeError(error, { language: language(), machine });
      surface.output.problem(line);
      return { machine, error: { code: line.code, message: line.message, advice: line.advice }, leftBehind };
    });
    tell(result, surface);
    const points = result.points.map((point) => ({ ...point, machine: printed(point.machine) }));
    const skipped = result.skipped.map((one) => ({ ...one, machine: printed(one.machine) }));
    const { cleaned } = result;
    const failOnWarning = switchOption(input, "failOnWarning");
    return {
      exitCode: backupExitCode(result, { failOnWarning }),
      summary: { points, failed, skipped, cleaned },
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

function tell(result: BackupResult, { output, paint }: CommandSurface): void {
  for (const sentence of result.cleaned.removed) output.say(`cleaned up: ${sentence}`);
  for (const sentence of result.cleaned.leftBehind)
    output.say(`${paint.bad("could not clean up:")} ${sentence}`);
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
  for (const skipped of result.skipped) output.say(`${skipped.machine.name}: skipped, ${skipped.message}`);
}

import { type CopyResult, describeError, language, runCopy } from "../../app/index.ts";
import { COMMANDS, type CopySummary, type ErrorLine } from "../../contract/index.ts";
import { type Command, type CommandSurface, requiredOption, switchOption, textOption } from "../command.ts";
import { amount, counted, instant, shortId } from "../output/index.ts";
import { copyAsked } from "./copy-asked.ts";
import { noticeText } from "./notice-text.ts";
import { severalExitCode } from "./several-exit-code.ts";
import { vaultRequest } from "./vault-request.ts";

const COLUMNS = [
  { title: "MACHINE" },
  { title: "TIME" },
  { title: "POINT" },
  { title: "SIZE", align: "right" },
  { title: "NEW", align: "right" },
  { title: "STORED", align: "right" },
  { title: "COPY" },
] as const;

export const copyCommand: Command = {
  contract: COMMANDS.copy,
  emptySummary: { copied: [], skipped: [], failed: [] },
  async run(input, surface) {
    const wanted = copyAsked(input);
    const toVault = requiredOption(input, "toVault");
    const from = await vaultRequest(input, surface);
    const toPassphrase = await surface.secret({
      file: textOption(input, "toPassphraseFile"),
      variable: "STILLPOINT_TO_PASSPHRASE",
      prompt: `Passphrase of ${toVault}`,
    });
    const result = await runCopy({ ...from, toVault, toPassphrase, wanted }, surface.context);
    const failed = tellFailed(result, surface);
    tellCopied(result, surface);
    const { copied, skipped, warnings } = result;
    const summary: CopySummary = {
      copied: copied.map(({ point, ...copy }) => ({ ...copyFields(point), ...copy })),
      skipped: skipped.map(({ point, ...copy }) => ({ ...copyFields(point), ...copy })),
      failed,
      warnings,
    };
    const failOnWarning = switchOption(input, "failOnWarning");
    const ended = {
      succeeded: copied.length + skipped.length,
      errors: result.failed.map(({ error }) => error),
      endedBy: result.endedBy,
      isWarned: warnings.length > 0,
    };
    return { exitCode: severalExitCode(ended, { failOnWarning }), summary: { ...summary } };
  },
};

function copyFields({ id, machine, time, bytes }: CopyResult["copied"][number]["point"]) {
  return { point: id, machine, time, bytes };
}

/** Each error once, and of those that had no turn only how many. Gives the summary's `failed`. */
function tellFailed({ failed }: CopyResult, { output }: CommandSurface): CopySummary["failed"] {
  const told = new Set<Error>();
  const lines = failed.map(({ id, point, error }) => {
    const line: ErrorLine = describeError(error, { language: language(), machine: point?.machine });
    if (!told.has(error)) output.problem(line);
    told.add(error);
    const { code, message, advice } = line;
    const about = point === undefined ? {} : { machine: point.machine, time: point.time };
    return { point: id, ...about, error: { code, message, advice } };
  });
  if (failed.length > told.size)
    output.say(`${counted(failed.length, "restore point")} were not copied in all`);
  return lines;
}

function tellCopied({ copied, skipped, warnings }: CopyResult, { output, paint }: CommandSurface): void {
  output.table({
    columns: COLUMNS,
    rows: copied.map(({ point, id, bytesNew, bytesStored }) => [
      point.machine.name,
      instant(point.time),
      shortId(point.id),
      amount(point.bytes),
      amount(bytesNew),
      amount(bytesStored),
      shortId(id),
    ]),
  });
  const count = (because: CopyResult["skipped"][number]["because"]): number =>
    skipped.filter((one) => one.because === because).length;
  const sayOf = (points: number, what: string): void => {
    if (points > 0) output.say(`${counted(points, "restore point")} ${what}`);
  };
  sayOf(count("there"), "already there");
  sayOf(count("in-trash"), "left out: in the trash there, stillpoint trash take-back brings them back");
  sayOf(count("gone"), "left out: removed from the vault since the copy began");
  if (copied.length + skipped.length === 0) output.say("no restore points were copied");
  for (const warning of warnings) output.say(noticeText(warning, paint).trimStart());
}

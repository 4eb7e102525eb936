import type { BackupResult } from "../../app/index.ts";
import type { Notice, Uncovered } from "../../base/index.ts";
import type { CommandSurface } from "../command.ts";
import { amount, duration, type Paint, shortId } from "../output/index.ts";
import { gapText } from "./gap-text.ts";
import { noticeText } from "./notice-text.ts";

const COLUMNS = [
  { title: "MACHINE" },
  { title: "CONSISTENCY" },
  { title: "INTERRUPTED", align: "right" },
  { title: "READ", align: "right" },
  { title: "NEW", align: "right" },
  { title: "STORED", align: "right" },
  { title: "POINT" },
] as const;

/** What became of a run, for people. Warnings whose sentence was told while it ran are not told again. */
export function tellBackup(
  result: BackupResult,
  { output, paint }: Pick<CommandSurface, "output" | "paint">,
  told: ReadonlySet<string>,
): void {
  for (const sentence of result.cleaned.removed) output.say(`cleaned up: ${sentence}`);
  for (const sentence of result.cleaned.leftBehind)
    output.say(`${paint.bad("could not clean up:")} ${sentence}`);
  output.table({
    columns: COLUMNS,
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
  const isNew = ({ message }: Notice): boolean => !told.has(message);
  for (const { machine, uncovered, warnings } of result.points)
    sayOf(machine.name, remarks(uncovered, warnings.filter(isNew), paint));
  for (const { machine, warnings } of result.failed)
    sayOf(machine.name, remarks([], warnings.filter(isNew), paint));
  for (const { machine, code, message } of result.skipped)
    output.say(`${machine.name}: skipped, ${message} ${paint.faint(`[${code}]`)}`);
  for (const warning of result.warnings) output.say(noticeText(warning, paint).trimStart());
  const left = [...result.points, ...result.failed].flatMap((one) =>
    one.leftBehind.map((sentence) => `${one.machine.name}: ${sentence}`),
  );
  for (const sentence of left) output.say(`${paint.bad("left behind on the host:")} ${sentence}`);
  if (left.length === 0) output.say(paint.good("nothing was left behind on the host"));
  const advice = codesOf(result).map((code) => `stillpoint explain ${code}`);
  if (advice.length > 0) output.say(paint.faint(`what to do: ${advice.join(", ")}`));

  function sayOf(name: string, lines: readonly string[]): void {
    if (lines.length > 0) output.say([paint.strong(name), ...lines].join("\n"));
  }
}

function remarks(
  uncovered: readonly Uncovered[],
  warnings: readonly Notice[],
  paint: Paint,
): readonly string[] {
  return [...uncovered.map((gap) => gapText(gap, paint)), ...warnings.map((one) => noticeText(one, paint))];
}

/** Codes that `explain` has more to say about, each once; errors name theirs by themselves. */
function codesOf({ points, skipped, warnings }: BackupResult): readonly string[] {
  const notices = [...points.flatMap((point) => point.warnings), ...skipped, ...warnings];
  return [...new Set(notices.map(({ code }) => code))];
}

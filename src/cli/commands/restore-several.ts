import {
  describeError,
  language,
  type RestoreSeveralRequest,
  type RestoreSeveralResult,
  runRestoreSeveral,
} from "../../app/index.ts";
import type { ErrorLine, RestoreSummary } from "../../contract/index.ts";
import type { CommandResult, CommandSurface } from "../command.ts";
import { amount, counted, instant, shortId } from "../output/index.ts";
import { severalExitCode } from "./several-exit-code.ts";
import { storerName } from "./storer-text.ts";
import { tellSalvaged } from "./tell-salvaged.ts";

const COLUMNS = [
  { title: "MACHINE" },
  { title: "TIME" },
  { title: "POINT" },
  { title: "FILES", align: "right" },
  { title: "WRITTEN", align: "right" },
  { title: "FOLDER" },
] as const;

/** Only where a write-only host stored one of them. */
const STORER = { title: "STORED BY" } as const;

/** Brings several restore points back and says what became of each. */
export async function restoreSeveral(
  request: RestoreSeveralRequest,
  options: { readonly failOnWarning: true | undefined; readonly surface: CommandSurface },
): Promise<CommandResult> {
  const { surface } = options;
  const result = await runRestoreSeveral(request, surface.context);
  const failed = tellFailed(result, surface);
  tellRestored(result, request, surface);
  const written = [...result.restored, ...failed].flatMap(({ files }) => files);
  tellSalvaged(written, surface.output);
  const points = result.restored.map(({ point, ...restored }) => ({
    point: point.id,
    time: point.time,
    ...restored,
  }));
  const summary: RestoreSummary = {
    points,
    failed,
    files: points.flatMap(({ files }) => files),
    bytesWritten: points.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
  };
  const ended = {
    succeeded: points.length,
    errors: result.failed.map(({ error }) => error),
    isDamaged: written.some(({ salvaged }) => salvaged !== undefined),
    isWarned: points.some(({ warnings }) => warnings.length > 0),
  };
  return { exitCode: severalExitCode(ended, options), summary: { ...summary } };
}

/** Each error once: all that had no turn were interrupted with the same one. */
function tellFailed({ failed }: RestoreSeveralResult, { output }: CommandSurface): RestoreSummary["failed"] {
  const told = new Set<unknown>();
  return failed.map((one) => {
    const about = "point" in one ? one.point : { id: one.id, machine: undefined, time: undefined };
    const line: ErrorLine = describeError(one.error, { language: language(), machine: about.machine });
    if (!told.has(one.error)) output.problem(line);
    told.add(one.error);
    const { code, message, advice } = line;
    const { id: point, machine, time } = about;
    const files = "files" in one ? one.files : [];
    return { point, machine, time, files, error: { code, message, advice } };
  });
}

function tellRestored(
  { restored, failed }: RestoreSeveralResult,
  { toFolder }: RestoreSeveralRequest,
  { output }: CommandSurface,
): void {
  const hasStorers = restored.some(({ storedBy }) => storedBy !== undefined);
  output.table({
    columns: hasStorers ? [...COLUMNS, STORER] : COLUMNS,
    rows: restored.map(({ point, files, bytesWritten, folder, ...stored }) => [
      point.machine.name,
      instant(point.time),
      shortId(point.id),
      String(files.length),
      amount(bytesWritten),
      folder === "" ? "." : folder,
      ...(hasStorers ? [storerName(stored)] : []),
    ]),
  });
  const others = failed.length === 0 ? "" : `, ${failed.length} not`;
  output.say(`${counted(restored.length, "restore point")} restored below ${toFolder}${others}`);
}

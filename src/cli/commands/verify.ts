import { runVerify, UsageError } from "../../app/index.ts";
import { COMMANDS } from "../../contract/index.ts";
import type { Command, CommandInput } from "../command.ts";
import { counted } from "../output/index.ts";
import { vaultRequest } from "./vault-request.ts";

const DAMAGED = 4;

export const verifyCommand: Command = {
  contract: COMMANDS.verify,
  emptySummary: { points: 0, chunks: 0, damaged: [] },
  async run(input, surface) {
    const readDataPercent = percent(input);
    const report = await runVerify(
      { ...(await vaultRequest(input, surface)), readDataPercent },
      surface.context,
    );
    const { output, paint } = surface;
    output.say(`${counted(report.points, "restore point")}, ${counted(report.chunks, "chunk")}`);
    for (const damage of report.damaged) {
      output.say(
        `${paint.bad("damaged")} ${damage.object}: touches ${damage.machines.join(", ") || "no restore point"}`,
      );
    }
    if (report.damaged.length === 0) output.say(paint.good("nothing is damaged"));
    return { exitCode: report.damaged.length === 0 ? 0 : DAMAGED, summary: { ...report } };
  },
};

/** `--read-data` alone means all of it. */
function percent(input: CommandInput): number | undefined {
  const value = input.options["readData"];
  if (value === undefined) return undefined;
  if (value === true) return 100;
  const number = Number(value);
  if (!(number > 0 && number <= 100))
    throw new UsageError(`Cannot read ${String(value)} % of the data: wanted 1 to 100`);
  return number;
}

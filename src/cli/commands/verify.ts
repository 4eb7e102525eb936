import { runVerify } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, switchOption } from "../command.ts";
import { amount, counted, instant } from "../output/index.ts";
import { percentOption } from "./percent-option.ts";
import { tellReceipts } from "./tell-receipts.ts";
import { tellSidecars } from "./tell-sidecars.ts";
import { vaultRequest } from "./vault-request.ts";

/** What no damage means: of what was not read nothing is known. */
const SOUND = {
  none: "nothing is damaged in lists, headers and footers; no data was read, --read-data does that",
  part: "nothing is damaged in what was read",
  all: "nothing is damaged",
} as const;

export const verifyCommand: Command = {
  contract: COMMANDS.verify,
  emptySummary: { points: 0, chunks: 0, damaged: [] },
  async run(input, surface) {
    const readDataPercent = percentOption(input, "readData");
    const report = await runVerify(
      {
        ...(await vaultRequest(input, surface)),
        readDataPercent,
        fromStart: switchOption(input, "fromStart"),
      },
      surface.context,
    );
    const { output, paint } = surface;
    output.say(`${counted(report.points, "restore point")}, ${counted(report.chunks, "chunk")}`);
    for (const damage of report.damaged) {
      output.say(
        `${paint.bad("damaged")} ${damage.object}: touches ${damage.machines.join(", ") || "no restore point"}`,
      );
    }
    if (report.goesOnSince !== undefined) {
      output.say(
        `went on with the reading that began ${instant(report.goesOnSince)}; --from-start begins again`,
      );
    }
    if (report.packsRead > 0) {
      output.say(
        `${report.packsRead} of ${counted(report.packs, "pack")} read, ${amount(report.bytesRead)} of ${amount(report.packBytes)}`,
      );
    }
    for (const object of report.healed) output.say(`healed ${object}: a prune takes the damaged copy`);
    tellSidecars(report.sidecars, surface);
    if (report.findingsKept === false) {
      output.say("this could not be written into the vault: backups do not know of it");
    }
    if (report.damaged.length > 0) {
      output.say(
        "the next backups store again what they still find; stillpoint repair saves what can be read",
      );
    }
    if (report.damaged.length === 0) output.say(paint.good(SOUND[report.dataRead]));
    const isComplete = tellReceipts(report.receipts, surface);
    return {
      exitCode: report.damaged.length === 0 && isComplete ? EXIT.done : EXIT.damaged,
      summary: { ...report },
    };
  },
};

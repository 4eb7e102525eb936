import { lookAtReceipts } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, switchOption } from "../command.ts";
import { counted } from "../output/index.ts";
import { tellReceipts } from "./tell-receipts.ts";
import { vaultRequest } from "./vault-request.ts";

export const vaultReceiptsCommand: Command = {
  contract: COMMANDS["vault receipts"],
  emptySummary: { missing: [] },
  async run(input, surface) {
    const { output, paint, context } = surface;
    const accept = switchOption(input, "acceptLoss");
    const wishes = { accept, showHidden: switchOption(input, "showHidden") };
    const { report, shown } = await lookAtReceipts(
      { ...(await vaultRequest(input, surface)), ...wishes },
      context,
    );
    if (shown.length > 0) output.say(`${counted(shown.length, "object")} that somebody had hidden are back`);
    const isComplete = tellReceipts(report, surface);
    for (const { object, what } of report.damaged) output.say(`${paint.bad("damaged")} ${object}: ${what}`);
    const isWhole = isComplete && report.damaged.length === 0;
    if (isWhole) output.say(paint.good(`${counted(report.receipts, "receipt")}: nothing is missing`));
    else if (accept === true) output.say("from now on this counts as removed");
    else output.say("stillpoint explain restore-point-missing says what to do");
    const damaged = report.damaged.map(({ object, what }) => ({ object, what }));
    return {
      exitCode: isWhole || accept === true ? EXIT.done : EXIT.damaged,
      summary: { ...report, damaged, shown, accepted: accept === true },
    };
  },
};

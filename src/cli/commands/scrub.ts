import { runScrub } from "../../app/index.ts";
import { COMMANDS } from "../../contract/index.ts";
import { type Command, requiredOption } from "../command.ts";
import { amount, counted } from "../output/index.ts";

const DAMAGED = 4;

export const scrubCommand: Command = {
  contract: COMMANDS.scrub,
  emptySummary: { objects: 0, bytes: 0, damaged: [] },
  async run(input, { output, paint, context }) {
    const report = await runScrub({ vault: requiredOption(input, "vault") }, context);
    output.say(`${counted(report.objects, "object")}, ${amount(report.bytes)}`);
    for (const { object, what } of report.damaged) output.say(`${paint.bad("damaged")} ${object}: ${what}`);
    if (report.damaged.length === 0) output.say(paint.good("all bytes are what they were"));
    else output.say("stillpoint verify, with the passphrase, says which restore points need them");
    return { exitCode: report.damaged.length === 0 ? 0 : DAMAGED, summary: { ...report } };
  },
};

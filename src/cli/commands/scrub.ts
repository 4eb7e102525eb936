import { runScrub } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, requiredOption, switchOption } from "../command.ts";
import { amount, counted, instant } from "../output/index.ts";
import { percentOption } from "./percent-option.ts";
import { tellSidecars } from "./tell-sidecars.ts";

/** What no damage means: of what was not read nothing is known. */
const SOUND = {
  part: "all bytes that were read are those that names prove",
  all: "all bytes that names prove are what they were",
} as const;

export const scrubCommand: Command = {
  contract: COMMANDS.scrub,
  emptySummary: { objects: 0, bytes: 0, damaged: [] },
  async run(input, { output, paint, context }) {
    const percent = percentOption(input, "percent");
    const fromStart = switchOption(input, "fromStart");
    const report = await runScrub({ vault: requiredOption(input, "vault"), percent, fromStart }, context);
    if (report.goesOnSince !== undefined) {
      output.say(
        `went on with the reading that began ${instant(report.goesOnSince)}; --from-start begins again`,
      );
    }
    output.say(
      `${report.objects} of ${counted(report.objectsThere, "object")}, ${amount(report.bytes)} of ${amount(report.bytesThere)}`,
    );
    for (const { object, what, isMendable } of report.damaged) {
      const mend = isMendable === true ? "; stillpoint repair --execute mends it whole" : "";
      output.say(`${paint.bad("damaged")} ${object}: ${what}${mend}`);
    }
    tellSidecars(report.sidecars, { output });
    if (report.damaged.length === 0) output.say(paint.good(SOUND[report.dataRead]));
    else output.say("stillpoint verify, with the passphrase, says which restore points need them");
    output.say(
      `without a key nobody can tell whether objects are missing, nor whether ${counted(report.unproven, "object")} with restore points and notes are whole: stillpoint verify does`,
    );
    return { exitCode: report.damaged.length === 0 ? EXIT.done : EXIT.damaged, summary: { ...report } };
  },
};
